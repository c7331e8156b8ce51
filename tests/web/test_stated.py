"""Typed boxes as the statements that are stored: joined to the chart and to one another."""

from dataclasses import replace

from smartapp.fhir.patient_record import ChartItem, RelatedPerson
from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from smartapp.web.desk import Desk
from smartapp.web.draft import Box, Draft
from smartapp.web.stated import Known, known_of, only_about, standing, statements
from smartapp.writing.model import PlannedItem, Receipt, Rung, State
from tests.sdm.charts import shipped
from tests.web.charts import record

GOAL = Box("a" * 32, Kind.GOAL, "Dance")
HOPE = Box("b" * 32, Kind.HOPE, "Rest")
ERNESTO = RelatedPerson("RelatedPerson/7", "Ernesto Delgado", "husband")


def stated(*boxes: Box, known: Known | None = None, **draft: object) -> tuple[DraftStatement, ...]:
    desk = Desk(Draft(boxes, **draft), (), None)  # type: ignore[arg-type]
    return statements(desk, known or Known(), shipped())


def stored(kind: Kind, id_: str, state: State = State.STORED, taken_back: State | None = None) -> Receipt:
    return Receipt(DraftStatement(id_, kind, "Run"), Rung.GOAL, state, taken_back=taken_back)


def by(speaker: str) -> Box:
    return replace(HOPE, said_by=SaidBy.RELATED_PERSON, speaker=speaker)


def test_statement_names_only_what_this_chart_holds() -> None:
    chart = record(conditions=(ChartItem("Condition/knee", "Bad knee"),))
    box = replace(GOAL, addresses=("Condition/knee", "Condition/of-somebody-else"))

    assert stated(box, known=known_of(chart))[0].addresses == ("Condition/knee",)
    assert stated(box, known=known_of(None))[0].addresses == ()


def test_speaker_whom_the_chart_knows_is_named_by_reference() -> None:
    known = known_of(record(related_persons=(ERNESTO,)))

    assert stated(by("Ernesto Delgado, husband"), known=known)[0].speaker_reference == "RelatedPerson/7"
    assert stated(by(" ernesto  delgado"), known=known)[0].speaker_reference == "RelatedPerson/7"


def test_speaker_is_not_guessed() -> None:
    twin = replace(ERNESTO, reference="RelatedPerson/8")
    nurse = replace(ERNESTO, reference="Practitioner/9")
    unnamed = RelatedPerson("RelatedPerson/9", "")

    for people in ((ERNESTO, twin), (nurse,), (unnamed,), ()):
        known = known_of(record(related_persons=people))
        assert stated(by("Ernesto Delgado, husband"), known=known)[0].speaker_reference == ""
        assert stated(by(""), known=known)[0].speaker_reference == ""


def test_patients_own_words_have_no_other_speaker() -> None:
    known = known_of(record(related_persons=(ERNESTO,)))
    box = replace(HOPE, speaker="Ernesto Delgado")

    assert stated(box, known=known)[0].speaker_reference == ""


def test_confidence_is_about_the_goal_where_there_is_one_and_only_one() -> None:
    confidence = Box("c" * 32, Kind.CONFIDENCE, "7 of 10")

    assert stated(GOAL, confidence)[1].about == (GOAL.id,)
    assert stated(GOAL, replace(GOAL, id="d" * 32), confidence)[2].about == ()
    assert stated(HOPE, confidence)[1].about == ()


def test_confidence_is_about_the_goal_it_was_written_for() -> None:
    other = replace(GOAL, id="d" * 32)
    confidence = Box("c" * 32, Kind.CONFIDENCE, choice="7", goal=other.id)

    assert stated(GOAL, other, confidence)[2].about == (other.id,)
    assert stated(GOAL, confidence)[1].about == ()


def test_decision_rests_on_goals_and_preferences_of_the_visit_also_those_in_the_chart() -> None:
    decision = Box("c" * 32, Kind.DECISION, "Start physical therapy")
    people = Box("d" * 32, Kind.PEOPLE, "My husband")
    there = stored(Kind.GOAL, "e" * 32)
    desk = Desk(Draft((HOPE, people, decision)), (there,), None)

    assert statements(desk, Known(), shipped())[2].about == (HOPE.id, there.draft.id)


def test_nothing_is_about_what_was_refused_or_taken_back() -> None:
    refused = stored(Kind.GOAL, "e" * 32, State.REFUSED)
    back = stored(Kind.GOAL, "f" * 32, taken_back=State.STORED)
    kept = stored(Kind.GOAL, "1" * 32, taken_back=State.CONFLICT)

    assert standing([refused, back, kept]) == (kept.draft,)


def test_chosen_statements_are_not_about_what_was_left_out() -> None:
    decision = DraftStatement("c" * 32, Kind.DECISION, "Start", about=("a" * 32, "b" * 32, "d" * 32))
    hope = DraftStatement("b" * 32, Kind.HOPE, "Rest")
    there = stored(Kind.GOAL, "d" * 32)

    _, found = only_about(
        [PlannedItem(hope, Rung.OBSERVATION), PlannedItem(decision, Rung.CARE_PLAN)], [there]
    )

    assert found.draft.about == ("b" * 32, "d" * 32)


def test_order_follows_the_words_as_they_are_typed_now() -> None:
    order = (HOPE.id, GOAL.id)

    *_, before = stated(GOAL, HOPE, order=order)
    *_, after = stated(GOAL, replace(HOPE, words="Sleep"), order=order)

    assert before.words == "1. Rest\n2. Dance"
    assert after.words == "1. Sleep\n2. Dance"
    assert before.id == after.id
    assert len(stated(GOAL, replace(HOPE, words=" "), order=order)) == 1
