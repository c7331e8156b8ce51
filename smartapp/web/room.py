"""In the room: the questions, and keeping what is typed, whatever happens to the session or the EHR."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.sdm.model import Kind
from smartapp.web import draft_form, presenters_room, words
from smartapp.web.before import prompts_of
from smartapp.web.desk import Desk, adopt, change, discard, keep, look, offer
from smartapp.web.draft import Box, Draft, faults_of, is_box_id
from smartapp.web.draft_form import DraftForm, new_box_id, new_page_id
from smartapp.web.errors import wants_json
from smartapp.web.presenters_box import Around
from smartapp.web.presenters_frame import Frame
from smartapp.web.presenters_frame import frame as frame_of
from smartapp.web.presenters_offer import offer_view
from smartapp.web.presenters_room import ADD, ASK, PLACES, PROMPTS, OfferView, RoomPage
from smartapp.web.presenters_said import is_over, said
from smartapp.web.soon import soon
from smartapp.web.visit import Visit, open_even_ended, open_posted, open_visit, read_posted, see

CHART_WAIT_S = 1.0
"""How long the page waits for people, conditions and earlier statements. The questions never wait for
data.
"""
ROOM_WITH_ERRORS = "room#errors"
"""The fragment moves the focus to the list of errors, also without a script and inside a frame."""
_PAGES = frozenset({"before", "room", "review", "done", "statements"})


async def show(request: Request) -> Response:
    """The questions, with what was typed so far. Faults are told here, with the words as they were typed."""
    visit = await open_visit(request)
    patient = await visit.patient()
    record = await soon(visit.record(), CHART_WAIT_S)
    desk = await look(visit)
    page = _page(
        visit,
        record,
        desk,
        frame=await frame_of(visit, patient, "room", buttons=True),
        offered=offer_view(await offer(visit)),
        opened=request.query_params.get("open", ""),
    )
    return HTMLResponse(await visit.services.pages.html("room.html", page))


async def keep_draft(request: Request) -> Response:
    """Keep what is typed, also when the launch is over, and then go where the button said."""
    posted = draft_form.read_form(await read_posted(request))
    request.state.typed = "\n\n".join(box.said for box in posted.boxes if box.is_written)
    visit = await open_even_ended(request)
    visit.check(posted.token, posted.patient_id)
    kept_at = await keep(visit, posted.boxes, posted.page)
    await open_visit(request)  # tells that the session ended, now that the text is safe
    if wants_json(request):
        return JSONResponse({"kept_at": words.clock_time(kept_at)})
    return see(visit.path(await _next(visit, posted)))


async def adopt_offer(request: Request) -> Response:
    """Use a draft of an earlier launch, if it is still the one that was offered."""
    visit, form = await open_posted(request)
    offered = await offer(visit)
    if offered is not None and offered.key == draft_form.text(form, "offered"):
        await adopt(visit, offered)
    return see(visit.path("room"))


async def discard_offer(request: Request) -> Response:
    """Throw a draft of an earlier launch away, if it is still the one that was offered."""
    visit, form = await open_posted(request)
    offered = await offer(visit)
    if offered is not None and offered.key == draft_form.text(form, "offered"):
        await discard(visit, offered)
    return see(visit.path("room" if draft_form.text(form, "next") == "room" else ""))


async def _next(visit: Visit, posted: DraftForm) -> str:
    """The page behind a button; "Add" buttons add an empty box first."""
    if posted.next.startswith(ADD):
        return await _add(visit, posted.next.removeprefix(ADD))
    page = posted.next if posted.next in _PAGES else "room"
    if page == "review" and faults_of((await look(visit)).draft):
        return ROOM_WITH_ERRORS
    return "" if page == "before" else page


async def _add(visit: Visit, what: str) -> str:
    box = _new_box(visit, what)
    if box is None:
        return "room"
    await change(visit, lambda draft: draft.with_box(box))
    return presenters_room.place_of(box, (await look(visit)).draft.boxes)


def _new_box(visit: Visit, what: str) -> Box | None:
    """An empty box: for a question of the catalogue ("ask-Q12"), for a goal's confidence ("confidence" or
    "confidence-" and the goal's id), or for another answer of a kind ("hope").
    """
    if what.startswith(ASK):
        question = visit.services.catalogue.question(what.removeprefix(ASK))
        return None if question is None else _box(question.kind, question=question.id)
    kind, _, goal = what.partition("-")
    if kind == Kind.CONFIDENCE:
        return _box(Kind.CONFIDENCE, goal=goal if is_box_id(goal) else "")
    kinds = {str(prompt.kind): prompt.kind for prompt in (*PROMPTS, *PLACES)}
    return _box(kinds[what]) if what in kinds else None


def _box(kind: Kind, *, question: str = "", goal: str = "") -> Box:
    """A decision starts as the clinician's summary: it belongs to more than one, so nobody is quoted. An
    answer to a question is somebody's own words.
    """
    verbatim = bool(question) or kind is not Kind.DECISION
    return Box(new_box_id(), kind, question=question, goal=goal, verbatim=verbatim)


def _page(
    visit: Visit,
    record: PatientRecord | None,
    desk: Desk,
    *,
    frame: Frame,
    offered: OfferView | None,
    opened: str,
) -> RoomPage:
    catalogue, today = visit.services.catalogue, visit.services.today()
    faults = faults_of(desk.draft)
    earlier = tuple(
        (statement.kind, said(statement, today))
        for statement in (all_statements(record) if record else ())
        if statement.was_said and not is_over(statement)
    )
    questions = prompts_of(visit, record, desk.draft).questions if record else catalogue.questions
    written = len(desk.draft.written)
    return RoomPage(
        id=new_page_id(),
        frame=frame,
        errors=presenters_room.error_lines(faults),
        is_quiet=not written,
        prompts=presenters_room.prompt_views(
            _with_empty_boxes(desk.draft),
            faults,
            _around(record, frame.call_name),
            catalogue=catalogue,
            earlier=earlier,
            opened=opened,
        ),
        topics=presenters_room.topic_views(questions, catalogue),
        places=presenters_room.place_views(questions),
        before=tuple(each for _, each in earlier[: presenters_room.MOST_BEFORE]),
        kept_line=f"Draft kept {words.clock_time(desk.changed_at)}" if written and desk.changed_at else "",
        review_label=presenters_room.review_label(written),
        offer=offered,
        waiting=record is None,
    )


def _with_empty_boxes(draft: Draft) -> tuple[Box, ...]:
    """The draft's boxes, and an empty one for each prompt that has none."""
    present = {box.kind for box in draft.boxes if not box.question}
    missing = (prompt.kind for prompt in PROMPTS if prompt.kind not in present)
    return draft.boxes + tuple(_box(kind) for kind in missing)


def _around(record: PatientRecord | None, patient_name: str) -> Around:
    if record is None:
        return Around(patient_name)
    return Around(patient_name, record.related_persons.items, record.conditions.items)
