"""In the room: the questions, and keeping what is typed, whatever happens to the session or the EHR."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.this_patient import is_id
from smartapp.sdm.knowledge import Catalogue
from smartapp.sdm.model import Kind
from smartapp.web import draft_form, words
from smartapp.web.asking import OWN, Asked, asked
from smartapp.web.desk import adopt, change, discard, keep, look, offer
from smartapp.web.draft import Box, Draft, faults_of, is_box_id
from smartapp.web.draft_form import DraftForm, new_box_id
from smartapp.web.errors import wants_json
from smartapp.web.kept import what_is_kept
from smartapp.web.keys import KEYS, NOW, keep_keys
from smartapp.web.panels import PARTS, panel_of
from smartapp.web.presenters import room as presenters_room
from smartapp.web.presenters.box import Around
from smartapp.web.presenters.room import (
    ADD,
    ASK,
    PLACES,
    PROMPTS,
    SHOW,
    question_behind,
    review_label,
)
from smartapp.web.presenters.talks import GOAL_BUTTON, MIRROR, MORE_OPTION, SHEET_BUTTON, mirrored
from smartapp.web.soon import soon
from smartapp.web.speaking import LANGUAGE, keep_choice
from smartapp.web.statement_places import ROOM, SOURCE_BUTTON, all_statements_path
from smartapp.web.topics import strengths_of
from smartapp.web.visit import Visit, open_even_ended, open_posted, open_visit, read_posted, see

CHART_WAIT_S = 1.0
"""How long what can do without the chart waits for it. The questions never wait for data."""
ROOM_WITH_ERRORS = "room#errors"
"""The fragment moves the focus to the list of errors, also without a script and inside a frame."""
REREAD = "reread-"
"""How the values of the buttons begin that keep the draft and ask for a part of the chart again."""
_PAGES = frozenset({"before", "room", "review", "done", "statements", "end"})


async def keep_draft(request: Request) -> Response:
    """Keep what is typed, also when the launch is over, and then go where the button said."""
    posted = draft_form.read_form(await read_posted(request))
    typed = [*(box.said for box in posted.boxes), *posted.sheet.values()]
    request.state.typed = "\n\n".join(text for text in typed if text.strip())
    visit = await open_even_ended(request)
    visit.check(posted.token, posted.patient_id)
    kept_at = await keep(visit, posted.boxes, posted.page, sheet=posted.sheet)
    await open_visit(request)  # tells that the session ended, now that the text is safe
    if wants_json(request):
        has_unsent = bool((await what_is_kept(visit)).texts)
        label = review_label(len((await look(visit)).draft.written))
        return JSONResponse({"kept_at": words.clock_time(kept_at), "unsent": has_unsent, "review": label})
    response = see(visit.path(await _next(visit, posted)))
    keep_choice(request, response, posted.next.removeprefix(LANGUAGE))
    keep_keys(response, posted.next.removeprefix(KEYS))
    return response


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
    """The page behind a button; "Add" buttons add an empty box first, "Show" leads to the patient's page."""
    if posted.next.startswith(ADD):
        return await _add(visit, posted.next.removeprefix(ADD))
    if posted.next.startswith(SHOW):
        return _for_patient(visit.services.catalogue, posted.next.removeprefix(SHOW))
    if posted.next.startswith(SHEET_BUTTON):
        return sheet_path(visit.services.catalogue, posted.next.removeprefix(SHEET_BUTTON)) or "room"
    panel = panel_of(posted.next.removeprefix(REREAD)) if posted.next.startswith(REREAD) else None
    if panel is not None:
        await visit.services.charts.reread(visit.session, PARTS[panel])
        return "room"
    if posted.next == MORE_OPTION:
        return f"sheets/{OWN}?more=1#add-option"
    return await _page_behind(visit, posted)


async def _page_behind(visit: Visit, posted: DraftForm) -> str:
    if posted.next.startswith(GOAL_BUTTON) and is_id(goal := posted.next.removeprefix(GOAL_BUTTON)):
        return f"goals/{goal}"
    here = sheet_path(visit.services.catalogue, posted.sheet_id) or "room"
    if posted.next.startswith(SOURCE_BUTTON):
        return all_statements_path(ROOM, posted.next.removeprefix(SOURCE_BUTTON))
    if posted.next.startswith(KEYS):
        return f"{here}#{NOW}"
    page = posted.next if posted.next in _PAGES else here
    if page == "review" and faults_of((await look(visit)).draft):
        return ROOM_WITH_ERRORS
    if page == "statements":
        return all_statements_path(ROOM)
    return "" if page == "before" else page


def _for_patient(catalogue: Catalogue, prompt: str) -> str:
    question = question_behind(prompt, catalogue)
    return f"patient/{question.id}" if question else "room"


def sheet_path(catalogue: Catalogue, sheet: str) -> str:
    """The end of the path to a decision sheet, "" for one that is not there."""
    return f"sheets/{sheet}" if sheet == OWN or catalogue.sheet(sheet) else ""


async def _add(visit: Visit, what: str) -> str:
    draft = (await look(visit)).draft
    if what == MIRROR:
        box = _mirror(await soon(visit.record(), CHART_WAIT_S), draft)
    else:
        box = _new_box(what, visit.services.catalogue, draft)
    if box is None:
        return "room"
    await change(visit, lambda draft: draft.with_box(box))
    return presenters_room.place_of(box, (await look(visit)).draft.boxes)


def _mirror(record: PatientRecord | None, draft: Draft) -> Box | None:
    """What helps, said back in the words that were captured, to be edited; None where there are none."""
    words_back = mirrored(strengths_of(record, draft))
    return Box(new_box_id(), Kind.STRENGTH, words=words_back, verbatim=False) if words_back else None


def _new_box(what: str, catalogue: Catalogue, draft: Draft) -> Box | None:
    """An empty box: for a question of the catalogue ("ask-Q12"), for a goal's confidence ("confidence" or
    "confidence-" and the goal's id), or for another answer of a kind ("hope").
    """
    if what.startswith(ASK):
        question = asked(what.removeprefix(ASK), catalogue, draft.sheet)
        return None if question is None else answer_box(question)
    kind, _, goal = what.partition("-")
    if kind == Kind.CONFIDENCE:
        return empty_box(Kind.CONFIDENCE, goal=goal if is_box_id(goal) else "")
    kinds = {str(prompt.kind): prompt.kind for prompt in (*PROMPTS, *PLACES)}
    return empty_box(kinds[what]) if what in kinds else None


def answer_box(question: Asked) -> Box:
    """An answer to a question is somebody's own words; a decision on a sheet starts as one without question
    does.
    """
    return Box(new_box_id(), question.kind, question=question.id, verbatim=not question.is_summary)


def empty_box(kind: Kind, *, goal: str = "") -> Box:
    """A decision starts as the clinician's summary: it belongs to more than one, so nobody is quoted."""
    return Box(new_box_id(), kind, goal=goal, verbatim=kind is not Kind.DECISION)


def around_of(record: PatientRecord | None, patient_name: str) -> Around:
    if record is None:
        return Around(patient_name)
    return Around(patient_name, record.related_persons.items, record.conditions.items)
