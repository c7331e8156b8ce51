"""The sheet that puts an EHR's style over the app's own looks, for the pages of one visit."""

import hashlib
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from smartapp.web.visit import Visit, open_visit

_WAIT_S: Final = 0.3
"""A page is not painted before this sheet is there, so an EHR that is slow with it gets no longer."""


async def show(request: Request) -> Response:
    """The sheet; empty while it is not known. A browser keeps it under the address that names its content."""
    visit = await open_visit(request)
    session = visit.session
    sheet = await visit.services.styles.sheet(session.registration, session.launch.style_url, wait_s=_WAIT_S)
    request.state.may_be_kept = request.query_params.get("v") == _version(sheet)
    return Response(sheet, media_type="text/css")


def style_url(visit: Visit) -> str:
    """The sheet's address for a page of this visit; "" where the app's own looks are to be seen."""
    sheet = visit.services.styles.known(visit.session.registration, visit.session.launch.style_url)
    if sheet == "":
        return ""
    return visit.path("style.css" if sheet is None else f"style.css?v={_version(sheet)}")


def _version(sheet: str) -> str:
    return hashlib.sha256(sheet.encode()).hexdigest()[:12]
