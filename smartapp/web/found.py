"""Statements that were found in notes: taken into today's draft, edited there, or set aside as not right.

Confirming writes nothing to the chart: it makes a box of today's draft, which goes through review like
anything typed.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.sdm.choices import option
from smartapp.sdm.model import Kind, SaidBy, Statement
from smartapp.web.desk import Desk, change, look
from smartapp.web.draft import Box, Draft, faults_of
from smartapp.web.draft_form import text
from smartapp.web.not_right import behind, behind_set_aside, set_aside_in
from smartapp.web.presenters.differ import View
from smartapp.web.presenters.found import Answer, Taken, can_be_written, found_view, says_it_whole
from smartapp.web.presenters.room import place_of
from smartapp.web.presenters.said import Said, anchor, is_own_words, said
from smartapp.web.statement_places import is_place
from smartapp.web.visit import Visit, open_posted, see

SET_ASIDE: Final = "set-aside"
"""The place on the page of all statements where what was set aside can be shown again."""
_TOLD: Final = "told"
_NOW: Final = "-now"
"""Moves the focus to the line that says what became of it, also without a script."""


async def answer(request: Request) -> Response:
    """One of the buttons beside a statement that was found. Pressed twice it is done once, and for a
    statement that is no longer there nothing is done.
    """
    visit, form = await open_posted(request)
    page = "statements" if text(form, "next") == "statements" else ""
    wanted, id_ = text(form, "answer"), text(form, "statement")
    if wanted == Answer.SHOW_AGAIN:
        await _show_again(visit, id_)
        return see(visit.path(f"{page}#{id_ if page and is_place(id_) else _TOLD}"))
    record = await visit.record()
    statement = next((one for one in _found(record) if anchor(one) == id_), None)
    if statement is None:
        return see(visit.path(page))
    if wanted == Answer.NOT_RIGHT:
        await visit.services.set_aside.add(visit.whose, behind(statement, record, visit.mark))
        return see(visit.path(f"{page}#{SET_ASIDE if page else _TOLD}"))
    if wanted in {Answer.CONFIRM, Answer.EDIT} and can_be_written(statement):
        return see(visit.path(await _write(visit, statement, page, is_edit=wanted == Answer.EDIT)))
    return see(visit.path(page))


def view_with(visit: Visit, record: PatientRecord, desk: Desk) -> View:
    """How a page shows a statement, with what can be done about it."""
    roles = {note.reference: note.author_role for note in record.notes.items}
    today = visit.services.today()

    def view(statement: Statement) -> Said:
        shown = said(statement, today, role=roles.get(statement.source.reference, ""))
        found = None if statement.confirmed else found_view(statement, taken(statement, desk, visit))
        return replace(shown, found=found)

    return view


def taken(statement: Statement, desk: Desk, visit: Visit) -> Taken:
    """Whether it is one of today's statements, by its box or by the same words in another."""
    box = _box(visit, statement)
    if box.id in {one.draft.id for one in desk.receipts}:
        return Taken.SENT
    return Taken.NO if _same(desk.draft.written, box) is None else Taken.DRAFT


async def _write(visit: Visit, statement: Statement, page: str, *, is_edit: bool) -> str:
    """The page to go to. What cannot be sent as it stands is mended first."""
    new = _box(visit, statement)
    if taken(statement, await look(visit), visit) is Taken.SENT:
        return "done"
    await change(visit, lambda draft: _with(draft, new))
    draft = (await look(visit)).draft
    box = _same(draft.written, new)
    if box is None:
        return page
    if is_edit or not says_it_whole(statement) or faults_of(Draft((box,))):
        return place_of(box, draft.boxes)
    return f"{page}#{anchor(statement)}{_NOW}"


def _with(draft: Draft, box: Box) -> Draft:
    """With the box, unless it or its words are there. One that was emptied is filled again."""
    if _same(draft.written, box) is not None:
        return draft
    return replace(draft, boxes=(*(one for one in draft.boxes if one.id != box.id), box))


def _same(boxes: Iterable[Box], box: Box) -> Box | None:
    """The box made of this statement, whatever it says by now, or another one with the same words."""
    boxes = tuple(boxes)
    made = (one for one in boxes if one.id == box.id)
    alike = (one for one in boxes if (one.kind, one.said, one.said_by) == (box.kind, box.said, box.said_by))
    return next(made, None) or next(alike, None)


def _box(visit: Visit, statement: Statement) -> Box:
    """A box of the statement's kind. Its id comes from launch and statement, so that whoever makes it makes
    the same. Words that leave out a condition or a "not" are given with the sentence that has it.
    """
    services, is_whole = visit.services, says_it_whole(statement)
    words = statement.words if is_whole else statement.source.excerpt or statement.words
    # Whoever tells what the patient wants is named, and is not made the patient.
    is_patients = statement.said_by is not SaidBy.RELATED_PERSON and not statement.speaker
    return Box(
        id=services.vault.fingerprint("found", visit.id, anchor(statement))[:32],
        kind=statement.kind,
        words="" if words == option(statement.kind, statement.choice) else words,
        said_by=SaidBy.PATIENT if is_patients else SaidBy.RELATED_PERSON,
        speaker="" if is_patients else statement.speaker,
        verbatim=is_whole and is_own_words(statement),
        due=statement.due.isoformat() if statement.due and statement.kind is Kind.GOAL else "",
        said_at=services.local(services.clock()),
        choice=statement.choice,
    )


async def _show_again(visit: Visit, id_: str) -> None:
    record, mark = await visit.whole_record(), visit.mark
    marks = await visit.services.set_aside.marks(visit.whose)
    for statement in set_aside_in(record, marks, mark):
        if anchor(statement) == id_:
            found = behind_set_aside(statement, record, marks, mark)
            await visit.services.set_aside.remove(visit.whose, found)


def _found(record: PatientRecord) -> list[Statement]:
    return [one for one in all_statements(record) if not one.confirmed]
