"""A row of the ledger becomes its resource, guarded against the row and not against the builder."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from smartapp.errors import GuardRefused
from smartapp.fhir import guard
from smartapp.fhir.capability import Capability
from smartapp.fhir.codes import LocalSystems, Profile
from smartapp.sdm.model import Kind, SaidBy
from smartapp.writing.building import Form, Link, Making, build, form_of
from smartapp.writing.entry import Entry
from smartapp.writing.expected import expected_of
from smartapp.writing.model import Rung
from tests.fhir.written import (
    CONTEXT,
    DRAFTS,
    EXAMPLES,
    FORMS,
    NAMES,
    PLAIN,
    SAID_AT,
    Example,
    draft,
    of_statement,
    written,
)

Resource = dict[str, Any]  # Any: FHIR JSON


def built(example: Example, **others: object) -> Resource:
    making = replace(example.making(PLAIN), **others)  # type: ignore[arg-type]
    return build(example.row_id, example.rung, example.entry, context=example.context, making=making)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_every_example_passes_the_guard_in_every_form(name: str, form: str) -> None:
    example = EXAMPLES[name]

    made = build(
        example.row_id,
        example.rung,
        example.entry,
        context=example.context,
        making=example.making(FORMS[form]),
    )

    assert made == written(name, FORMS[form])


@pytest.mark.parametrize(
    ("rung", "statement"),
    [
        (Rung.OBSERVATION, DRAFTS["goal"]),
        (Rung.OBSERVATION, draft(Kind.CONFIDENCE, "Quite sure.")),
        (Rung.OBSERVATION, draft(Kind.DECISION_ROLE, "Both of us.", choice="unheard-of")),
        (Rung.OBSERVATION, draft(Kind.PLANNING_DOCUMENT, "A living will.")),
        (Rung.OBSERVATION, draft(Kind.CODE_STATUS, "DNR")),
        (Rung.LIST, draft(Kind.PRIORITIES, "1. a\n2. b", about=("nothing", "known"))),
        (Rung.QUESTIONNAIRE, DRAFTS["hope"]),
        (Rung.COPY, DRAFTS["hope"]),
    ],
)
def test_statement_without_a_form_on_its_rung_is_refused_without_its_words(
    rung: Rung,
    statement: Any,  # Any: parametrized statements
) -> None:
    example = Example(statement.id, rung, Entry((statement,), SAID_AT))

    with pytest.raises(GuardRefused) as refused:
        built(example)

    assert statement.words not in refused.value.detail
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("rung", [*(rung for rung in Rung if rung is not Rung.COPY)])
def test_row_without_a_statement_is_refused(rung: Rung) -> None:
    with pytest.raises(GuardRefused):
        built(Example("row-1", rung, Entry((), SAID_AT)))


def test_identifier_is_the_rows_and_no_other_passes() -> None:
    example = replace(EXAMPLES["goal"], row_id="another-row")

    with pytest.raises(GuardRefused, match="identifier"):
        built(example)


@pytest.mark.parametrize(
    "other",
    [
        {"about": ("nothing",)},
        {"addresses": ()},
        {"said_at": SAID_AT - timedelta(seconds=1)},
        {"said_by": SaidBy.REPORTED},
        {"verbatim": False},
        {"choice": "9"},
    ],
    ids=str,
)
def test_resource_of_another_statement_is_not_what_is_expected(other: dict[str, object]) -> None:
    statement = replace(DRAFTS["decision"], kind=Kind.UNACCEPTABLE, about=())
    confident = DRAFTS["confidence"]
    theirs = confident if "about" in other or "choice" in other else statement
    example = of_statement(replace(theirs, **other))  # type: ignore[arg-type]
    resource = built(of_statement(theirs))

    expected = expected_of(
        example.row_id, example.rung, example.entry, context=CONTEXT, making=example.making(PLAIN)
    )

    with pytest.raises(GuardRefused):
        guard.check(resource, expected)


def test_links_into_the_same_transaction_may_stand_where_references_may() -> None:
    urn = "urn:uuid:c0222e7a-af12-4f55-8ea2-087117fdc779"

    made = built(EXAMPLES["confidence"], links={DRAFTS["goal"].id: Link(urn, "Goal")})

    assert made["focus"] == [{"reference": urn}]


def test_reference_of_the_wrong_type_is_not_linked() -> None:
    made = built(EXAMPLES["confidence"], links={DRAFTS["goal"].id: Link("Observation/1", "Observation")})

    assert "focus" not in made


def test_time_is_the_clinics() -> None:
    example, tokyo = EXAMPLES["hope"], timezone(timedelta(hours=9))

    made = built(example, zone=tokyo)

    assert made["effectiveDateTime"] == "2026-11-23T12:05:00+09:00"


def test_statement_without_its_own_time_has_that_of_the_confirmation() -> None:
    confirmed = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
    statement = replace(DRAFTS["goal"], said_at=None)
    example = Example(statement.id, Rung.GOAL, Entry((statement,), confirmed))

    assert built(example)["startDate"] == "2026-11-22"


def test_form_claims_what_the_site_wants_and_the_ehr_lists() -> None:
    site = replace(CONTEXT.site, us_core="6.1", pco=True)
    goal, document = Profile.GOAL.value, Profile.DOCUMENT.value
    listed = frozenset({f"{goal}|6.1.0", f"{goal}|9.0.0", f"{document}|7.0.0", Profile.PCO_GOAL.value})
    systems = LocalSystems("https://clinic.example.org/fhir")

    form = form_of(Form(systems), replace(CONTEXT, site=site), Capability(known=True, profiles=listed))

    assert form.systems is systems
    assert form.pco
    assert form.claims == {Profile.GOAL: f"{goal}|6.1.0", Profile.PCO_GOAL: Profile.PCO_GOAL.value}


def test_what_is_said_about_several_is_linked_once() -> None:
    making = Making(PLAIN, SAID_AT, links={"1": Link("Goal/1", "Goal"), "2": Link("Goal/1", "Goal")})
    drafts = [draft(Kind.DECISION, "a", about=("1", "2")), draft(Kind.CONFIDENCE, "b", about=("1", "3"))]

    assert making.linked(drafts, "Goal") == ["Goal/1"]
