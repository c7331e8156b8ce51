"""What this app writes is read back as what was said: words, kind, speaker, day and what was chosen."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, cast

import httpx2
import msgspec
import pytest

from smartapp.fhir import lenses
from smartapp.fhir.answers import NO_FORM, SiteForm, questionnaire_statements, site_form
from smartapp.fhir.document import DESCRIPTION
from smartapp.fhir.documents import care_plan_statements, priority_statements
from smartapp.fhir.note_reading import NoteChoice
from smartapp.fhir.patient_record import Note, Part, PartName, PatientIdentity, Reason
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.statements import all_statements, goal_statements, preference_statements
from smartapp.fhir.this_patient import ThisPatient
from smartapp.sdm.model import DraftStatement, Kind, SaidBy, Source, Statement
from smartapp.writing.building import made
from tests.fhir.notes_said import note_statements
from tests.fhir.read_server import BASE, FakeServer, about_p1, client_of, goal, outcome, patient
from tests.fhir.test_read_parts import read
from tests.fhir.written import CONTEXT, DRAFTS, EXAMPLES, FORMS, of_statement, written

PATIENT = ThisPatient("p1", BASE)
ROSA = PatientIdentity("p1", family="Delgado", given="Rosa", call_name="Rosa")
SAID_ON = date(2026, 11, 22)
_READ: dict[str, tuple[Any, Callable[[Any, ThisPatient], list[Statement]]]] = {
    "Goal": (lenses.Goal, goal_statements),
    "Observation": (lenses.Observation, preference_statements),
    "CarePlan": (lenses.CarePlan, care_plan_statements),
    "List": (lenses.List, priority_statements),
}


def read_back(resource: dict[str, object]) -> list[Statement]:
    lens, statements = _READ[cast("str", resource["resourceType"])]
    return statements(msgspec.convert(resource | {"id": "x1"}, lens), PATIENT)


def of_draft(said: DraftStatement) -> dict[str, object]:
    example = of_statement(said)
    return made(
        example.row_id, example.rung, example.entry, context=CONTEXT, making=example.making(ResourceForm())
    )


def as_read(said: DraftStatement) -> tuple[object, ...]:
    """What a later reader should know of a draft."""
    is_patients_summary = said.said_by is SaidBy.PATIENT and not said.verbatim
    who = SaidBy.REPORTED if is_patients_summary else said.said_by
    return said.kind, said.words, who, said.speaker, said.verbatim, said.due, said.choice


def facts(read: Statement) -> tuple[object, ...]:
    return read.kind, read.words, read.said_by, read.speaker, read.verbatim, read.due, read.choice


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("name", DRAFTS)
def test_every_kind_of_statement_reads_back_as_it_was_said(name: str, form: ResourceForm) -> None:
    (statement,) = read_back(written(name, form))

    assert facts(statement) == as_read(DRAFTS[name])
    assert (statement.said_on, statement.confirmed, statement.was_said) == (SAID_ON, True, True)
    assert statement.recorder in {"", "Dr Ada Osei"}
    assert not statement.coded or statement.choice


_SPEAKERS: list[dict[str, object]] = [
    {"said_by": SaidBy.PATIENT, "verbatim": False},
    {"said_by": SaidBy.RELATED_PERSON, "speaker": "Ernesto (husband), her carer"},
    {"said_by": SaidBy.RELATED_PERSON, "speaker": ""},
    {"said_by": SaidBy.RELATED_PERSON, "speaker": "Ernesto, husband", "verbatim": False},
    {"said_by": SaidBy.CLINICIAN, "verbatim": False},
]


@pytest.mark.parametrize("who", _SPEAKERS)
@pytest.mark.parametrize("reference", ["", "RelatedPerson/rp1"])
@pytest.mark.parametrize("name", ["goal", "hope", "confidence_with_words", "decision", "priorities"])
def test_speaker_reads_back_whether_the_chart_lists_them_or_not(
    name: str, reference: str, who: dict[str, object]
) -> None:
    is_relative = who["said_by"] is SaidBy.RELATED_PERSON
    said = replace(DRAFTS[name], speaker_reference=reference if is_relative else "", **who)  # type: ignore[arg-type]

    (statement,) = read_back(of_draft(said))

    assert facts(statement) == as_read(said)


def test_summary_of_the_patients_words_is_known_though_the_server_drops_who_said_them() -> None:
    resource = written("matters")
    resource.pop("performer", None)

    (statement,) = read_back(resource)

    assert (statement.said_by, statement.verbatim) == (SaidBy.REPORTED, False)


def test_tag_does_not_make_another_persons_words_the_patients() -> None:
    (statement,) = read_back(written("hope") | {"performer": [{"reference": "Patient/p2"}]})

    assert statement.said_by is SaidBy.UNKNOWN


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("ours", {"valueInteger": 0}, ("0 of 10", "0")),
        ("ours", {"valueInteger": 11}, ("11", "")),
        ("ours", {"valueCodeableConcept": {"text": "Quite sure"}}, ("Quite sure", "")),
        ("guide", {"valueInteger": 8}, ("8", "")),
        ("guide", {"valueCodeableConcept": {"coding": [{"display": "Very sure"}]}}, ("Very sure", "")),
    ],
)
def test_confidence_is_one_of_ten_only_where_the_app_asked_for_it(
    code: str, value: dict[str, object], expected: tuple[str, str]
) -> None:
    resource = written("confidence", FORMS["9.0 pco"])
    codings = cast("dict[str, Any]", resource["code"])["coding"]
    kept = [one for one in codings if ("sdm-concepts" in one["system"]) is (code == "ours")]
    resource = resource | {"code": {"coding": kept}}
    del resource["valueInteger"]

    (statement,) = read_back(resource | value)

    assert (statement.kind, statement.words, statement.choice) == (Kind.CONFIDENCE, *expected)


def test_clinicians_care_plan_does_not_become_the_patients_words() -> None:
    plan = about_p1(
        "CarePlan",
        "cp1",
        status="active",
        description="Physiotherapy.",
        author={"reference": "Practitioner/7", "display": "Dr Osei"},
        contributor=[{"reference": "Patient/p1"}],
    )

    (statement,) = care_plan_statements(msgspec.convert(plan, lenses.CarePlan), PATIENT)

    assert (statement.said_by, statement.was_said) == (SaidBy.CLINICIAN, False)


GARDEN = {"item": {"display": "Garden"}}


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (
            {"entry": [{"item": {"display": "Garden"}}, {"item": {"display": "Dance"}}]},
            ["1. Garden\n2. Dance"],
        ),
        ({"entry": [{"item": {"display": "Garden"}}, {"item": {"reference": "Goal/1"}}]}, []),
        ({"entry": []}, []),
        ({"code": {"coding": [{"code": "problems"}]}, "entry": [GARDEN]}, []),
    ],
)
def test_list_of_anybodys_is_read_by_the_words_of_its_entries(order: Any, words: list[str]) -> None:
    coded = {"coding": [{"system": "http://loinc.org", "code": "81340-2"}]}
    resource = about_p1("List", "l1", status="current", code=coded, note=[{"text": "Reviewed."}]) | order

    found = priority_statements(msgspec.convert(resource, lenses.List), PATIENT)

    assert [one.words for one in found] == words


SITE = site_form(
    "https://clinic.example.org/fhir/Questionnaire/what-matters|2",
    (("goal", "1"), ("people", "2"), ("decision_role", "3")),
)


def answers(resource: dict[str, object], form: SiteForm = SITE) -> list[Statement]:
    response = msgspec.convert(resource | {"id": "x1"}, lenses.QuestionnaireResponse)
    return questionnaire_statements(response, PATIENT, form)


def test_answers_that_the_app_gave_read_back_by_the_items_of_the_sites_form() -> None:
    found = answers(written("answers_of_family")) + answers(written("answers"))

    assert [facts(one) for one in found] == [
        facts_of_answer("goal_of_family"),
        facts_of_answer("people"),
        facts_of_answer("worry", Kind.GOAL),
        facts_of_answer("goal"),
        facts_of_answer("decision_role_chosen"),
    ]
    assert {(one.said_on, one.recorder, one.confirmed) for one in found} == {(SAID_ON, "Dr Ada Osei", True)}


def facts_of_answer(name: str, kind: Kind | None = None) -> tuple[object, ...]:
    """A target date has no place in an answer."""
    return as_read(replace(DRAFTS[name], due=None, kind=kind or DRAFTS[name].kind))


def test_answer_to_an_item_that_takes_several_kinds_claims_none_of_them() -> None:
    form = site_form("https://clinic.example.org/q", (("goal", "1"), ("worry", "1")))

    (statement, *_) = answers(written("answers"), form)

    assert statement.kind is Kind.MATTERS


def test_own_answers_are_not_lost_when_the_site_changed_its_form() -> None:
    assert [one.kind for one in answers(written("answers_of_family"), NO_FORM)] == [Kind.MATTERS] * 2


def test_short_answer_that_the_app_gave_is_a_statement() -> None:
    response = written("answers") | {"item": [{"linkId": "2", "answer": [{"valueString": "Maria"}]}]}

    assert [(one.kind, one.words) for one in answers(response)] == [(Kind.PEOPLE, "Maria")]


def test_patients_own_answers_on_the_sites_form_have_its_kinds() -> None:
    said = "Walk to church (Said by me.)"
    response = about_p1(
        "QuestionnaireResponse",
        "q1",
        questionnaire="https://clinic.example.org/fhir/Questionnaire/what-matters|1",
        status="completed",
        source={"reference": "Patient/p1"},
        item=[
            {
                "linkId": "1",
                "text": "Please tell us:",
                "answer": [{"valueString": "Walk to church (Said by me.)"}],
            }
        ],
    )

    (statement,) = answers(response)

    assert (statement.kind, statement.words) == (Kind.GOAL, said)
    assert statement.said_by is SaidBy.PATIENT


def note(name: str = "note", **changes: Any) -> Note:
    content = cast("list[dict[str, dict[str, str]]]", written(name)["content"])
    text = b64decode(content[0]["attachment"]["data"]).decode()
    values: dict[str, Any] = {
        "reference": "DocumentReference/n1",
        "title": "Progress note",
        "written_on": SAID_ON,
        "author": "Dr Ada Osei",
        "text": text,
        "is_ours": True,
    }
    return Note(**(values | changes))


def test_note_of_the_app_is_read_as_what_was_said_in_that_visit() -> None:
    found = note_statements([note()], ROSA)

    assert [facts(one) for one in found] == [as_read(one) for one in EXAMPLES["note"].entry.drafts]
    assert {(one.said_on, one.recorder, one.confirmed) for one in found} == {(SAID_ON, "Dr Ada Osei", True)}
    assert {one.source for one in found} == {Source("DocumentReference/n1", title="Progress note")}


async def test_own_note_is_known_by_its_identifier_or_its_description() -> None:
    filed = cast("dict[str, Any]", written("note")) | {"id": "n1"}
    without_identifier = {key: value for key, value in filed.items() if key != "identifier"} | {"id": "n2"}
    neither = without_identifier | {"id": "n3", "description": "Visit note"}
    assert without_identifier["description"] == DESCRIPTION

    record = await read(client_of(FakeServer([patient(), filed, without_identifier, neither]))).record()

    assert {one.reference[-2:]: one.is_ours for one in record.notes.items} == {
        "n1": True,
        "n2": True,
        "n3": False,
    }


@pytest.mark.parametrize(
    ("name", "is_ours", "confirmed"),
    [
        ("Rosa Delgado", True, {True}),
        ("Marcus Bell", True, {True}),
        ("DELGADO, Rosa (Mrs)", False, {False}),
        ("Rosa", False, {False}),
        ("Marcus Bell", False, set()),
        ("the patient", False, set()),
    ],
)
def test_text_copied_into_another_note_counts_only_for_the_patient_it_names_and_unconfirmed(
    name: str, is_ours: bool, confirmed: set[bool]
) -> None:
    copied = note(is_ours=is_ours)
    copied = replace(
        copied, text=f"Seen today.\n\n{copied.text.replace('Rosa Delgado', name, 1)}\nReturn in May."
    )

    found = note_statements([copied], ROSA)

    assert {one.confirmed for one in found} == confirmed


def test_what_somebody_added_to_the_note_is_read_as_any_note() -> None:
    own = note()
    added = replace(own, text=f'{own.text}\n\nPatient says "I am afraid of the stairs at home."')

    found = note_statements([added], ROSA)

    assert [one.words for one in found if not one.confirmed] == ["I am afraid of the stairs at home."]
    assert len(found) == len(EXAMPLES["note"].entry.drafts) + 1
    (place,) = [one.source for one in found if not one.confirmed]
    assert added.text[place.start : place.end] == "I am afraid of the stairs at home."


async def test_words_that_stand_as_data_and_in_notes_are_there_once_as_data() -> None:
    said = DRAFTS["goal"]
    filed = cast("dict[str, Any]", written("note"))
    later = Note(
        "DocumentReference/n9",
        "Visit note",
        written_on=date(2026, 12, 1),
        text=f'The patient says "{said.words}"',
    )
    data = cast("dict[str, Any]", written("goal")) | {"id": "g1", "lifecycleStatus": "completed"}
    record = await read(client_of(FakeServer([patient(), data, filed | {"id": "n1"}]))).record()
    found = note_statements([*record.notes.items, later], ROSA)

    statements = all_statements(replace(record, note_statements=found))

    assert [(one.source.reference, one.status) for one in statements if one.words == said.words] == [
        ("Goal/g1", "completed")
    ]


async def test_own_note_is_fetched_before_newer_ones_and_whatever_its_type() -> None:
    def linked(number: int) -> dict[str, Any]:
        return about_p1(
            "DocumentReference",
            f"n{number}",
            status="current",
            date=f"2027-01-{number:02}",
            type={"coding": [{"system": "http://loinc.org", "code": "34117-2"}]},
            category=[{"coding": [{"code": "clinical-note"}]}],
            content=[{"attachment": {"contentType": "text/plain", "url": f"Binary/b{number}"}}],
        )

    own = linked(1) | {
        "identifier": written("note")["identifier"],
        "type": {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]},
    }
    text = httpx2.Response(200, text="x", headers={"content-type": "text/plain"})
    server = FakeServer(
        [patient(), own, *(linked(number) for number in range(2, 9))],
        broken=lambda request: text if "/Binary/" in request.url.path else None,
    )

    record = await read(client_of(server), notes=NoteChoice(3, frozenset({"34117-2"}))).record()

    assert [one.reference[-2:] for one in record.notes.items] == ["n8", "n7", "n1"]


@pytest.mark.parametrize("name", [*DRAFTS, "answers"])
async def test_what_was_taken_back_is_no_statement_any_more(name: str) -> None:
    resource = cast("dict[str, Any]", written(name)) | {"id": "x1"}
    element = "lifecycleStatus" if resource["resourceType"] == "Goal" else "status"
    server = FakeServer([patient(), resource | {element: "entered-in-error"}])

    record = await read(client_of(server)).record()

    assert all_statements(record) == ()
    assert sum(part.left_out for part in record.parts) == 0


async def test_observation_that_was_cancelled_is_no_statement() -> None:
    resource = cast("dict[str, Any]", written("hope")) | {"id": "x1", "status": "cancelled"}

    assert all_statements(await read(client_of(FakeServer([patient(), resource]))).record()) == ()


@pytest.mark.parametrize("taken_back", [{"status": "entered-in-error"}, {"docStatus": "entered-in-error"}])
async def test_note_that_was_taken_back_says_nothing_any_more(taken_back: dict[str, str]) -> None:
    filed = cast("dict[str, Any]", written("note")) | {"id": "n1"} | taken_back

    assert all_statements(await read(client_of(FakeServer([patient(), filed]))).record()) == ()


async def test_everything_written_is_found_by_the_searches_that_are_made() -> None:
    resources = [cast("dict[str, Any]", written(name)) | {"id": f"x{n}"} for n, name in enumerate(DRAFTS)]

    record = await read(client_of(FakeServer([patient(), *resources]))).record()

    assert {one.words for one in all_statements(record)} == {one.words for one in DRAFTS.values()}


@pytest.mark.parametrize("status", [400, 404, 501])
async def test_ehr_without_lists_has_no_order_of_importance_and_no_gap(status: int) -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response | None:
        is_extra = request.url.path == "/fhir/List" or "sdm-concepts" in str(request.url.params)
        return outcome(status) if is_extra else None

    record = await read(client_of(FakeServer([patient(), goal()], broken=refuse))).record()

    assert record.priorities == Part(PartName.PRIORITIES)
    assert record.preferences == Part(PartName.PREFERENCES)


async def test_list_that_could_not_be_read_is_told() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response | None:
        return outcome(500) if request.url.path == "/fhir/List" else None

    record = await read(client_of(FakeServer([patient()], broken=refuse))).record()

    assert (record.priorities.problem, record.priorities.whole) == (Reason.UNAVAILABLE, False)


async def test_lists_are_not_asked_for_without_permission() -> None:
    server = FakeServer([patient()])
    client = client_of(server, may=lambda resource_type, action: resource_type != "List")

    part = await read(client).part(PartName.PRIORITIES)

    assert (part.problem, server.asked_for("List")) == (Reason.NOT_PERMITTED, [])
