"""The app's cookies: one for each launch, each with a secret of its own, so that several charts stay apart.

`__Host-`, `Secure`, `HttpOnly`, `SameSite=None` and `Partitioned`: the one combination that survives the
launch inside an EHR's frame while third-party cookies are blocked. A cookie that was there before is never
taken over: every launch gets a fresh secret (threats T8, T9).
"""

import hashlib
import re
import secrets

from starlette.requests import Request
from starlette.responses import Response

PENDING_SECONDS = 600
PREFIX = "__Host-cg-"
ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
LANGUAGE = PREFIX + "language"
"""The language that the clinician chose: no secret, and of no launch."""
KEYS = PREFIX + "keys"
"""Whether single keys were switched off in this browser: no secret, and of no launch."""
PROBE = PREFIX + "check"
"""Shows that cookies come back, and nothing else."""
PROBE_SECONDS = 60
_NAME_LENGTH = 16
_SECRET_BYTES = 32
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


def new_secret() -> str:
    """256 bits, for one cookie."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def pending_name(state: str) -> str:
    """The cookie that waits for the EHR's answer to this state."""
    return PREFIX + hashlib.sha256(state.encode()).hexdigest()[:_NAME_LENGTH]


def launch_name(launch_id: str) -> str:
    """The cookie of one launch."""
    return PREFIX + _UNSAFE.sub("", launch_id)[:_NAME_LENGTH]


def read(request: Request, name: str) -> str | None:
    return request.cookies.get(name)


def put(response: Response, name: str, *, secret: str, max_age: int) -> None:
    """Set a cookie. Written by hand: `Partitioned` is unknown to http.cookies before Python 3.14."""
    response.headers.append("set-cookie", f"{name}={secret}; Max-Age={max_age}; {ATTRIBUTES}")


def remove(response: Response, name: str) -> None:
    put(response, name, secret="", max_age=0)
