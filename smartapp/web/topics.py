"""What a visit brings to the guides and sheets: what helped before, earlier goals, open decisions."""

from smartapp.fhir.facts import facts_of
from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.sdm.knowledge import Question
from smartapp.sdm.model import Kind, SaidBy, Statement
from smartapp.sdm.sheets import OfferedSheet, offered_sheets
from smartapp.sdm.standing import is_over
from smartapp.web.draft import Box, Draft
from smartapp.web.presenters.room import ASK, PROMPTS
from smartapp.web.presenters.said import is_own_words, said
from smartapp.web.presenters.talks import BesideGuides, Talks, talks
from smartapp.web.telling import speech_of
from smartapp.web.visit import Visit


def talks_of(visit: Visit, record: PatientRecord | None, draft: Draft) -> Talks:
    """Without the chart, guides show nothing of it, and no sheet is offered; nor is one of somebody who has
    died.
    """
    catalogue = visit.services.catalogue
    return talks(
        catalogue,
        _offered(visit, record),
        _beside(visit, record, draft),
        asks=_prompt_of,
        speech=speech_of(visit.services.translations),
    )


def _prompt_of(question: Question) -> str:
    """The line of the room that takes the answer: one of the five where it asks the same, else its own."""
    same = (prompt.kind for prompt in PROMPTS if prompt.ask == question.text and prompt.kind is question.kind)
    return str(next(same, f"{ASK}{question.id}"))


def strengths_of(record: PatientRecord | None, draft: Draft) -> tuple[str, ...]:
    """What the patient said that helps: their own words, today's first. Nothing is made of them."""
    today = [box.text for box in draft.written if _is_mirrored(box)]
    before = [one.words for one in _standing(record) if one.kind is Kind.STRENGTH and _is_certain(one)]
    return tuple(dict.fromkeys((*today, *before)))


def _is_mirrored(box: Box) -> bool:
    return box.kind is Kind.STRENGTH and box.verbatim and box.said_by is SaidBy.PATIENT


def _is_certain(statement: Statement) -> bool:
    """Whether it can be said back as the patient's own words."""
    is_patients = statement.said_by is SaidBy.PATIENT and not statement.negated
    return is_patients and is_own_words(statement) and statement.confirmed


def _offered(visit: Visit, record: PatientRecord | None) -> tuple[OfferedSheet, ...]:
    if record is None or record.patient.deceased:
        return ()
    facts = facts_of(record, today=visit.services.today())
    return offered_sheets(visit.services.catalogue, facts)


def _beside(visit: Visit, record: PatientRecord | None, draft: Draft) -> BesideGuides:
    today = visit.services.today()
    goals = (said(one, today) for one in _standing(record) if one.kind is Kind.GOAL)
    return BesideGuides(
        strengths=strengths_of(record, draft),
        goals=tuple(goal for goal in goals if goal.goal_id),
        mediation=visit.session.registration.mediation,
    )


def _standing(record: PatientRecord | None) -> tuple[Statement, ...]:
    if record is None:
        return ()
    return tuple(one for one in all_statements(record) if one.was_said and not is_over(one))
