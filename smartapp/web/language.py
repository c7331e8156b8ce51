"""The press of a language in the footer: the choice goes into its cookie, and the page comes back."""

from starlette.requests import Request
from starlette.responses import Response

from smartapp.web import csrf, draft_form
from smartapp.web.limits import form_of
from smartapp.web.services import services_of
from smartapp.web.speaking import keep_choice
from smartapp.web.visit import see


async def choose(request: Request) -> Response:
    """Keep the choice. Raises ForgedForm."""
    root = services_of(request).root
    csrf.check_origin(request, services_of(request).settings.app_origin)
    form = await form_of(request)
    response = see(own_path(draft_form.text(form, "path"), root))
    keep_choice(request, response, draft_form.text(form, "language"))
    return response


def own_path(path: str, root: str) -> str:
    """A path of this app; the first page for anything else, such as `//other.example`."""
    is_own = path.startswith(f"{root}/") and path[len(root) + 1 :][:1] not in {"/", "\\"}
    is_plain = path.isascii() and path.isprintable()
    return path if is_own and is_plain else f"{root}/"
