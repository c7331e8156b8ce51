"""Notes, answers and Provenance: what is told of several statements at once."""

import base64
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from smartapp.ehr.profile import NoteShape
from smartapp.fhir import document, provenance, questionnaire_response
from smartapp.fhir.references import VisitReferences
from smartapp.sdm.model import Kind, SaidBy
from smartapp.writing.note_text import note_of
from tests.fhir.written import CONTEXT, DRAFTS, EXAMPLES, NOW, PLAIN, SAID_AT, VISIT, draft, written

Resource = dict[str, Any]  # Any: FHIR JSON

NOTES = ("note", "note_epic", "note_oracle")


def note(
    shape: NoteShape = NoteShape.US_CORE,
    visit: VisitReferences = VISIT,
    said_from: datetime = SAID_AT,
    loinc: str = "11506-3",
) -> Resource:
    text = document.NoteText("note-1", "Words", loinc, said_from)
    return document.to_fhir(text, visit, shape=shape, now=NOW, form=PLAIN)


def attachment(made: Resource) -> Resource:
    (content,) = made["content"]
    (kind,) = content
    assert kind == "attachment"
    return dict(content["attachment"])


@pytest.mark.parametrize("name", NOTES)
def test_note_is_exactly_the_text_that_was_shown(name: str) -> None:
    shown = note_of(EXAMPLES[name].entry.drafts, context=CONTEXT, on=SAID_AT.date(), read_back=True)

    filed = base64.b64decode(attachment(written(name))["data"]).decode()

    assert filed == shown


@pytest.mark.parametrize(
    ("shape", "status", "content_type"),
    [
        (NoteShape.US_CORE, "preliminary", "text/plain; charset=utf-8"),
        (NoteShape.EPIC, "preliminary", "text/plain"),
        (NoteShape.ORACLE, "final", "text/plain;charset=utf-8"),
    ],
)
def test_each_ehr_gets_its_own_shape_of_note(shape: NoteShape, status: str, content_type: str) -> None:
    made = note(shape)

    assert (made["status"], made["docStatus"]) == ("current", status)
    assert attachment(made)["contentType"] == content_type


def test_only_the_period_that_an_ehr_takes_is_sent() -> None:
    period = {"start": "2026-11-22T22:05:00-05:00", "end": "2026-11-22T22:20:00-05:00"}

    assert note(NoteShape.ORACLE)["context"]["period"] == period
    assert note(NoteShape.US_CORE)["context"]["period"] == period
    assert note(NoteShape.EPIC)["context"] == {"encounter": [{"reference": "Encounter/e1"}]}


def test_period_never_ends_before_it_starts() -> None:
    made = note(said_from=NOW + timedelta(minutes=3))

    assert made["context"]["period"]["start"] == made["context"]["period"]["end"]


def test_note_without_visit_or_author_names_neither() -> None:
    made = note(visit=replace(VISIT, encounter_id="", practitioner=""))

    assert "author" not in made
    assert "encounter" not in made["context"]


def test_note_of_another_type_has_the_sites_code_and_no_name_made_up() -> None:
    assert note(loinc="34117-2")["type"] == {"coding": [{"system": "http://loinc.org", "code": "34117-2"}]}


def test_answer_tells_what_was_chosen_and_who_spoke() -> None:
    chosen = draft(Kind.CONFIDENCE, "With help.", choice="7", said_by=SaidBy.REPORTED, speaker="the ward")
    label_only = draft(Kind.CONFIDENCE, "7 of 10", choice="7")

    assert questionnaire_response.answer(chosen) == "7 of 10. With help. (Reported by the ward.)"
    assert questionnaire_response.answer(label_only) == "7 of 10"


def test_answers_stand_in_the_order_of_the_questionnaire() -> None:
    made: Resource = questionnaire_response.to_fhir(
        "answers-1",
        [DRAFTS["worry"], DRAFTS["hope"], DRAFTS["goal"]],
        VISIT,
        canonical="https://clinic.example.org/fhir/Questionnaire/1",
        link_ids={"goal": "a", "hope": "b", "worry": "c", "people": "d"},
        now=NOW,
        form=PLAIN,
    )

    assert [item["linkId"] for item in made["item"]] == ["a", "b", "c"]


def test_statement_that_the_questionnaire_does_not_ask_for_is_no_answer() -> None:
    with pytest.raises(KeyError):
        questionnaire_response.to_fhir(
            "answers-1",
            [DRAFTS["hope"]],
            VISIT,
            canonical="urn:q",
            link_ids={"goal": "a"},
            now=NOW,
            form=PLAIN,
        )


def test_each_speaker_is_informant_once_and_the_patient_first() -> None:
    said = [
        DRAFTS["people"],
        DRAFTS["goal_of_known_family"],
        DRAFTS["goal"],
        DRAFTS["hope"],
        DRAFTS["people"],
        draft(Kind.HOPE, "Rest.", said_by=SaidBy.CLINICIAN, speaker="Dr Ada Osei"),
    ]

    made: Resource = provenance.to_fhir(
        ["Goal/1"], said, visit=VISIT, recorded=NOW, assembler="Common Ground 1", form=PLAIN
    )

    informants = [
        agent["who"] for agent in made["agent"] if agent["type"]["coding"][0]["code"] == "informant"
    ]
    assert informants == [
        {"reference": "Patient/p1", "display": "Rosa Delgado"},
        {"display": "Ernesto, husband"},
        {"reference": "RelatedPerson/rp1", "display": "Ernesto, husband"},
    ]


@pytest.mark.parametrize(
    ("name", "activity"),
    [("provenance", "CREATE"), ("provenance_of_update", "UPDATE"), ("provenance_of_withdrawal", "NULLIFY")],
)
def test_provenance_says_what_was_done(name: str, activity: str) -> None:
    made: Resource = written(name)

    assert made["activity"]["coding"][0]["code"] == activity


def test_provenance_without_an_offset_is_not_written() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        provenance.to_fhir(
            ["Goal/1"], [], visit=VISIT, recorded=datetime(2026, 11, 22), assembler="x", form=PLAIN
        )
