"""Is this form ours? A token for each launch, and the browser's own word on where the request comes from
(threat T28).

In an EHR's frame the cookie is `SameSite=None`, so it proves nothing about who made the form.
"""

from hmac import compare_digest

from starlette.requests import Request

from smartapp.errors import ForgedForm
from smartapp.store.vault import Vault


def token(vault: Vault, launch_id: str, *, browser: str) -> str:
    """The hidden field of every form of one launch. Nothing can be read from it."""
    return vault.fingerprint("csrf", launch_id, browser)


def check_token(expected: str, given: str) -> None:
    """Raises ForgedForm."""
    if not compare_digest(expected.encode(), given.encode()):
        raise ForgedForm("token")


def check_origin(request: Request, app_origin: str) -> None:
    """Raises ForgedForm unless the browser says that the request comes from a page of this app.

    Our `Referrer-Policy: no-referrer` makes browsers send `Origin: null` with plain forms, so null is
    believed when the browser itself says "same-origin". Every browser sends at least one of the two with a
    form, so a form without either was not sent by one.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site != "same-origin":
        raise ForgedForm("sec-fetch-site")
    if origin is None and site is None:
        raise ForgedForm("neither origin nor sec-fetch-site")
    if origin is not None and origin != app_origin and not (origin == "null" and site == "same-origin"):
        raise ForgedForm("origin")
