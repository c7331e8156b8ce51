"""How large a request may be: its address, its headers, its body, and the fields of a form.

A request that is too large gets a page like any other error, and nothing of it is used. The server below
stops at 64 kB of address and headers by itself, with a bare line.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartapp.errors import AppError, BadRequest, TooLarge
from smartapp.i18n import marked

MAX_URL_BYTES: Final = 16 * 1024
MAX_HEADER_BYTES: Final = 32 * 1024
MAX_BODY_BYTES: Final = 1024 * 1024
MAX_FIELDS: Final = 2_000
MAX_FIELD_LENGTH: Final = 256 * 1024


class UrlTooLong(BadRequest):
    status = 414
    code = "address-too-long"
    heading = marked("This address is too long.")
    message = marked("Nothing was changed. If you typed something, it is still on the page before this one.")


class HeadersTooLarge(BadRequest):
    status = 431
    code = "headers-too-large"
    heading = marked("The browser sent more along than Common Ground takes.")
    message = marked("Nothing was changed. If you typed something, it is still on the page before this one.")
    next_step = marked(
        "Go back and copy what you typed. Close visits of Common Ground that you do not need, "
        "then open it again from the patient's chart."
    )


class RequestLimits:
    """Refuses what is too large before, and a body while, it is read. `page`: answers an AppError."""

    def __init__(self, app: ASGIApp, page: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = _refusal(scope)
        if refusal is not None:
            response = await self._page(Request(scope), refusal)
            await response(scope, receive, send)
            return
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                if size > MAX_BODY_BYTES:
                    raise TooLarge()
            return message

        await self._app(scope, receive_counted, send)


async def form_of(request: Request) -> FormData:
    """The fields of a posted form; files are none. Raises TooLarge, and HTTPException 400 for letters that
    cannot be read. Halves of letters, which some alphabets have and nothing can store, are left out.
    """
    try:
        form = await request.form(max_fields=MAX_FIELDS, max_files=0)
    except UnicodeError as error:
        raise HTTPException(400) from error
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    if any(len(value) > MAX_FIELD_LENGTH for _, value in fields):
        raise TooLarge("field")
    return FormData([(_whole(name), _whole(value)) for name, value in fields])


def _whole(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


def _refusal(scope: Scope) -> AppError | None:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    if len(path) + len(scope["query_string"]) > MAX_URL_BYTES:
        return UrlTooLong()
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        return HeadersTooLarge()
    return None
