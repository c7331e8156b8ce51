"""The press that switches single keys off or on: the choice goes into its cookie, and the page comes back."""

from starlette.requests import Request
from starlette.responses import Response

from smartapp.web import csrf, draft_form
from smartapp.web.keys import NOW, keep_keys
from smartapp.web.language import own_path
from smartapp.web.limits import form_of
from smartapp.web.services import services_of
from smartapp.web.visit import see


async def choose(request: Request) -> Response:
    """Keep the choice. Raises ForgedForm."""
    csrf.check_origin(request, services_of(request).settings.app_origin)
    form = await form_of(request)
    response = see(f"{own_path(draft_form.text(form, 'path'), services_of(request).root)}#{NOW}")
    keep_keys(response, draft_form.text(form, "keys"))
    return response
