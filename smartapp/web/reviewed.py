"""One showing of the review page: what comes back from it, what speaks against sending that, and the page
again.
"""

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import HTMLResponse

from smartapp.i18n import marked
from smartapp.notes.reader import note_reader
from smartapp.sdm.model import Kind
from smartapp.web import draft_form
from smartapp.web.desk import Desk
from smartapp.web.planning import Planned
from smartapp.web.presenters.frame import frame
from smartapp.web.presenters.note import NoteView, note_view
from smartapp.web.presenters.review import Message, Shown, Ticks, review_page, unticked
from smartapp.web.presenters.room import place_of
from smartapp.web.presenters.wording import WordingView, wording_view
from smartapp.web.stated import Known, standing, statements
from smartapp.web.visit import Visit
from smartapp.writing.model import PlannedItem, Rung
from smartapp.writing.site import site_of

_RANK: Final = "rank-"
_NOTHING: Final = Message()
_CHANGED: Final = Message(
    marked("The words or their places changed since this page was shown. Read them once more, then send.")
)
_NONE: Final = Message(marked("No statement is ticked. Tick what should go, or go back."))
_NOT_SIGNED: Final = Message(
    marked("A note from here is signed at once. Say yes to that, or untick what is in it."), "signed"
)
_ORDER_OF_NONE: Final = Message(
    marked("The order of importance names a statement that is not ticked. Tick it, or untick the order.")
)

_OTHER_VISIT: Final = Message(
    marked("The visit that the EHR opened belongs to another patient. Nothing can be sent from here.")
)


@dataclass(frozen=True, slots=True)
class Posted:
    """`chosen`: ids of the ticked statements. `shown`: the fingerprint of the page that was posted."""

    chosen: tuple[str, ...]
    shown: str
    ticks: Ticks


def read(form: FormData) -> Posted:
    chosen = tuple(value for value in form.getlist("item") if isinstance(value, str))
    listed = [value for value in form.getlist("listed") if isinstance(value, str)]
    return Posted(
        chosen=chosen,
        shown=draft_form.text(form, "shown"),
        ticks=Ticks(
            unticked=unticked(chosen, listed),
            read_back=draft_form.text(form, "read_back") == "yes",
            signed=draft_form.text(form, "signed") == "yes",
            numbers={
                name.removeprefix(_RANK): value
                for name, value in form.multi_items()
                if name.startswith(_RANK) and isinstance(value, str)
            },
        ),
    )


def first_look(desk: Desk) -> Ticks:
    """Everything ticked, and the order as it is kept."""
    numbers = {id_: str(number) for number, id_ in enumerate(desk.draft.order, start=1)}
    return Ticks(read_back=desk.draft.read_back, numbers=numbers)


def objection(posted: Posted, planned: Planned, desk: Desk) -> Message | None:
    """What keeps the chosen statements from being sent, None when nothing does."""
    if posted.shown != planned.shown:
        return _CHANGED
    chosen = [item for item in planned.items if item.draft.id in posted.chosen]
    if not chosen:
        return _NONE
    if any(item.needs_confirmation for item in chosen) and not posted.ticks.signed:
        return _NOT_SIGNED
    going = {item.draft.id for item in chosen} | {one.id for one in standing(desk.receipts)}
    ranked = [item.draft for item in chosen if item.draft.kind is Kind.PRIORITIES]
    if any(not going.issuperset(draft.about) for draft in ranked):
        return _ORDER_OF_NONE
    return None


async def page(
    visit: Visit,
    desk: Desk,
    planned: Planned,
    *,
    ticks: Ticks,
    message: Message = _NOTHING,
    is_again: bool = False,
) -> HTMLResponse:
    """The page. `is_again`: another way for what was refused."""
    shown = Shown(
        items=planned.items,
        site=planned.context.site,
        fingerprint=planned.shown,
        names=planned.names,
        note=_note(visit, planned),
        standing=standing(desk.receipts),
        is_again=is_again,
        # What is in the ledger is no draft any more, and its words stay as they were sent.
        wording={} if is_again else _wording(desk, planned),
    )
    step = "done" if is_again else "review"
    found = review_page(await frame(visit, await visit.patient(), step), shown, ticks, message)
    return HTMLResponse(await visit.services.pages.html("review.html", found))


async def page_of_another_visit(visit: Visit, desk: Desk) -> HTMLResponse:
    """The typed words, and no way to send them: the visit of the launch is another patient's."""
    drafts = statements(desk, Known(), visit.services.catalogue)
    shown = Shown(
        items=tuple(PlannedItem(draft, Rung.COPY) for draft in drafts),
        site=site_of(visit.session.registration),
        fingerprint="",
        names={},
        note=None,
        is_stopped=True,
    )
    found = review_page(
        await frame(visit, await visit.patient(), "review"), shown, first_look(desk), _OTHER_VISIT
    )
    return HTMLResponse(await visit.services.pages.html("review.html", found))


def _wording(desk: Desk, planned: Planned) -> dict[str, WordingView]:
    """Of the statements whose text may read as judging."""
    boxes = {box.id: box for box in desk.draft.boxes}
    views = {
        item.draft.id: wording_view(
            item.draft, note_reader().find_in_draft, box=place_of(box, boxes.values())
        )
        for item in planned.items
        if (box := boxes.get(item.draft.id)) is not None
    }
    return {id_: view for id_, view in views.items() if view is not None}


def _note(visit: Visit, planned: Planned) -> NoteView | None:
    """The text that will be stored, from what makes it when it is."""
    drafts = [item.draft for item in planned.items if item.rung is Rung.NOTE]
    on = visit.services.local(planned.at).date()
    return note_view(drafts, planned.context, on=on) if drafts else None
