"""The stylesheets, the script and the icon, compressed once when the app starts.

Pages themselves are never compressed: they hold a form's token and a patient's words beside text that
somebody else may have chosen, and the length of what is compressed would tell about the one by the other
(BREACH, https://breachattack.com). These files are the same for everybody and hold no secret.
"""

import gzip
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_NOT_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


@dataclass(frozen=True, slots=True)
class _Coded:
    """One file as it is sent. `etag`: of these very bytes. `encoding`: "" for the file as it is."""

    body: bytes
    media_type: str
    etag: str
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    plain: _Coded
    small: _Coded


class Statics:
    """Serves the files of one folder from memory, as an ASGI app that is mounted at a path."""

    def __init__(self, folder: Path) -> None:
        self._files = {file.name: _read(file) for file in sorted(folder.iterdir()) if file.is_file()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        file = self._files.get(scope["path"].removeprefix(scope["root_path"]).removeprefix("/"))
        if file is None:
            raise HTTPException(404)
        asked = Headers(scope=scope)
        coded = file.small if _takes_gzip(asked.get("accept-encoding", "")) else file.plain
        await _response(coded, _tags(asked.get("if-none-match", "")))(scope, receive, send)


def _read(file: Path) -> _File:
    body = file.read_bytes()
    media_type = guess_type(file.name)[0] or "application/octet-stream"
    tag = hashlib.sha256(body).hexdigest()[:32]
    small = gzip.compress(body, mtime=0)  # without a time, so that every start makes the same bytes
    plain = _Coded(body, media_type, f'"{tag}"')
    return _File(plain, _Coded(small, media_type, f'"{tag}-gzip"', "gzip"))


def _response(coded: _Coded, known: Iterable[str]) -> Response:
    """What a cache has already is not sent again. `Vary` on both, for caches between here and the browser."""
    headers = {"ETag": coded.etag, "Vary": "Accept-Encoding"}
    if coded.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if coded.encoding:
        headers["Content-Encoding"] = coded.encoding
    return Response(coded.body, headers=headers, media_type=coded.media_type)


def _tags(header: str) -> frozenset[str]:
    return frozenset(each.strip().removeprefix("W/") for each in header.split(","))


def _takes_gzip(header: str) -> bool:
    return "gzip" in header.lower() and _NOT_GZIP.search(header.lower()) is None
