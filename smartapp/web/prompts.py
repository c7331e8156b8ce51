"""What a clinician does about a reminder: hide it in this visit or in every one, show it again, or say that
it is not useful. Each is one press.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.errors import NotFound
from smartapp.i18n import gettext as _
from smartapp.i18n import ngettext
from smartapp.sdm.knowledge import Reminder
from smartapp.web import words
from smartapp.web.desk import change, look
from smartapp.web.draft import Draft
from smartapp.web.draft_form import text, typed
from smartapp.web.presenters.frame import Frame
from smartapp.web.presenters.frame import frame as frame_of
from smartapp.web.remembered import preference_of
from smartapp.web.services import Services
from smartapp.web.visit import Visit, open_posted, open_visit, see

MOST_CHARACTERS: Final = 500
"""Of what somebody may write about a reminder."""
_PAGES: Final = frozenset({"room", "sources"})


class How(StrEnum):
    """The buttons beside a reminder."""

    ONCE = "once"
    ALWAYS = "always"
    NOT_USEFUL = "not-useful"


@dataclass(frozen=True, slots=True)
class NotUsefulPage:
    """`typed`: what was too long, shown again. `error`: that it was, or ""."""

    frame: Frame
    heading: str
    id: str
    text: str
    hint: str
    typed: str
    error: str


async def hide(request: Request) -> Response:
    """Put a reminder away for this visit; with "always" for this clinician at this EHR; with "not useful"
    also say so.
    """
    visit, form = await open_posted(request)
    reminder, how = reminder_in(request, visit.services), text(form, "how")
    if how == How.ALWAYS and (whose := preference_of(visit)) is not None:
        await visit.services.hidden.add(whose, reminder.id)
    is_new = await _hide_here(visit, reminder)
    if how == How.NOT_USEFUL:
        if is_new:  # Pressed twice it is said once.
            await visit.services.feedback.add(reminder.id, reminder.version)
        return see(visit.path(f"prompts/{reminder.id}/not-useful"))
    return see(visit.path(_page_after(text(form, "next"))))


async def show_again(request: Request) -> Response:
    """Undo whatever hid a reminder from this clinician."""
    visit, form = await open_posted(request)
    reminder = reminder_in(request, visit.services)
    if (whose := preference_of(visit)) is not None:
        await visit.services.hidden.remove(whose, reminder.id)
    await change(visit, lambda draft: draft.showing(reminder.id))
    return see(visit.path(_page_after(text(form, "next"))))


async def ask_why(request: Request) -> Response:
    """A place for words about a reminder, which nobody has to write."""
    visit = await open_visit(request)
    return await _page(visit, reminder_in(request, visit.services))


async def tell_why(request: Request) -> Response:
    """Keep the words, with the reminder, its version and the month, and nothing else."""
    visit, form = await open_posted(request)
    reminder, said = reminder_in(request, visit.services), typed(text(form, "words")).strip()
    over = len(said) - MOST_CHARACTERS
    if over > 0:
        error = ngettext(
            "This is %(n)s character over the limit of %(limit)s. Shorten it.",
            "This is %(n)s characters over the limit of %(limit)s. Shorten it.",
            over,
            limit=words.number(MOST_CHARACTERS),
        )
        return await _page(visit, reminder, typed=said, error=error)
    if said:
        await visit.services.feedback.add(reminder.id, reminder.version, text=said)
    return see(visit.path())


def reminder_in(request: Request, services: Services) -> Reminder:
    """The reminder that the address names. Raises NotFound."""
    reminder = services.catalogue.reminder(request.path_params["prompt_id"])
    if reminder is None:
        raise NotFound("no such reminder")
    return reminder


async def _hide_here(visit: Visit, reminder: Reminder) -> bool:
    """Whether it was not hidden before."""
    found: list[bool] = []

    def hiding(draft: Draft) -> Draft:
        found.append(reminder.id not in draft.hidden)
        return draft.hiding(reminder.id)

    await change(visit, hiding)
    return found[-1]


async def _page(visit: Visit, reminder: Reminder, *, typed: str = "", error: str = "") -> Response:
    is_hidden = reminder.id in (await look(visit)).draft.hidden
    page = NotUsefulPage(
        frame=await frame_of(visit, await visit.patient(), ""),
        heading=_("It is noted, and hidden for this visit.") if is_hidden else _("About this reminder"),
        id=reminder.id,
        text=reminder.text,
        hint=_(
            "Kept with the reminder and the month: not your name, no patient, no visit. "
            "At most %(limit)s characters.",
            limit=words.number(MOST_CHARACTERS),
        ),
        typed=typed,
        error=error,
    )
    return HTMLResponse(await visit.services.pages.html("not_useful.html", page))


def _page_after(page: str) -> str:
    return page if page in _PAGES else ""
