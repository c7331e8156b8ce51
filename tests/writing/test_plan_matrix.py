"""Vendors, granted scopes and visits: where each statement goes, written out as a table."""

import json
import os
from pathlib import Path

import pytest

from smartapp.ehr.profile import profile_for
from smartapp.fhir.capability import Capability, capability_of
from smartapp.sandbox.manner import Takes
from smartapp.sandbox.vendors import MANNERS
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.smart.registration import Questionnaire
from smartapp.smart.scopes import parse
from smartapp.writing.model import RESOURCE_TYPES, Rung, WhyNot, WriteSite
from smartapp.writing.plan import Offer, plan

WRITTEN = (*RESOURCE_TYPES.values(), "Provenance")
VENDORS = ("epic", "oracle", "athenahealth", "eclinicalworks", "meditech")
OBSERVATION = "http://terminology.hl7.org/CodeSystem/observation-category"
NOTE = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category"
SCOPES = {
    "v2 full": "launch openid fhirUser patient/*.cruds",
    "v1 write": "launch openid fhirUser patient/*.read patient/*.write",
    "v2 read": "launch openid fhirUser patient/*.rs",
    "survey": f"launch openid patient/*.rs user/Observation.c?category={OBSERVATION}|survey",
    "clin. note": f"launch openid patient/*.rs user/DocumentReference.c?category={NOTE}|clinical-note",
    "nothing": "launch openid fhirUser",
}
STATEMENTS = (
    DraftStatement("1", Kind.GOAL, "Walk to church."),
    DraftStatement("2", Kind.WORRY, "Being a burden."),
    DraftStatement("3", Kind.TREATMENT_PREFERENCE, "No more needles than I need."),
    DraftStatement("4", Kind.DECISION, "We try the lower dose for a month."),
    DraftStatement("5", Kind.CONFIDENCE, "7 of 10", choice="7"),
)
# The site wants everything, best first, and has a form that asks about all of these but confidence.
ORDER = ("Goal", "Observation", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse", "clipboard")
FORM = Questionnaire(
    "https://ehr.example/Questionnaire/what-matters",
    (("goal", "1"), ("worry", "2"), ("treatment_preference", "3"), ("decision", "4")),
)

# Visit: whether the launch has one that could be read. Cells: the rung, and why not the best one. "note!" is
# signed at once. One row stands for several scopes or both kinds of visit where they make no difference.
TABLE = """
vendor         | scopes                     | visit | goal                        | worry                       | treatment                   | decision                    | confidence
---------------+----------------------------+-------+-----------------------------+-----------------------------+-----------------------------+-----------------------------+---------------------
epic           | v2 full, v1 write          | yes   | note not_offered            | note not_for_this           | note not_for_this           | note not_offered            | note not_for_this
epic           | v2 full, v1 write          | no    | questionnaire not_offered   | questionnaire not_for_this  | questionnaire not_for_this  | questionnaire not_offered   | copy not_for_this
epic           | clin. note                 | yes   | note not_offered            | note not_for_this           | note not_for_this           | note not_offered            | note not_for_this
epic           | clin. note                 | no    | copy not_offered            | copy not_for_this           | copy not_for_this           | copy not_offered            | copy not_for_this
epic           | v2 read, survey, nothing   | any   | copy not_offered            | copy not_for_this           | copy not_for_this           | copy not_offered            | copy not_for_this
oracle         | v2 full, v1 write          | yes   | note! not_offered           | note! not_for_this          | note! not_for_this          | note! not_offered           | note! not_for_this
oracle         | clin. note                 | yes   | note! not_offered           | note! not_for_this          | note! not_for_this          | note! not_offered           | note! not_for_this
oracle         | v2 full, v1 write          | no    | copy not_offered            | copy not_for_this           | copy not_for_this           | copy not_offered            | copy not_for_this
oracle         | clin. note                 | no    | copy not_offered            | copy not_for_this           | copy not_for_this           | copy not_offered            | copy not_for_this
oracle         | v2 read, survey, nothing   | any   | copy not_offered            | copy not_for_this           | copy not_for_this           | copy not_offered            | copy not_for_this
athenahealth   | v2 full, v1 write          | any   | questionnaire not_offered   | questionnaire not_offered   | questionnaire not_offered   | questionnaire not_offered   | copy not_offered
athenahealth   | v2 read, survey            | any   | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered
athenahealth   | clin. note, nothing        | any   | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered
eclinicalworks | v2 full, v1 write          | any   | questionnaire not_offered   | questionnaire not_offered   | questionnaire not_offered   | questionnaire not_offered   | copy not_offered
eclinicalworks | v2 read, survey            | any   | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered
eclinicalworks | clin. note, nothing        | any   | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered
meditech       | v2 full, v1 write          | any   | questionnaire not_offered   | questionnaire not_offered   | questionnaire not_offered   | questionnaire not_offered   | copy not_offered
meditech       | v2 read, survey            | any   | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered
meditech       | clin. note, nothing        | any   | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered
full           | v2 full, v1 write          | any   | goal                        | observation                 | observation                 | care_plan                   | observation
full           | survey                     | any   | copy not_permitted          | copy not_permitted          | copy not_permitted          | copy not_permitted          | observation
full           | clin. note                 | any   | note not_permitted          | note not_permitted          | note not_permitted          | note not_permitted          | note not_permitted
full           | v2 read, nothing           | any   | copy not_permitted          | copy not_permitted          | copy not_permitted          | copy not_permitted          | copy not_permitted
readonly       | v2 full, v1 write, v2 read | any   | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered
readonly       | survey, clin. note, nothing| any   | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered            | copy not_offered
"""  # noqa: E501 - a table

CAPTURED = {
    "epic": "epic-fhir-r4-capabilitystatement.json",
    "athenahealth": "athenahealth-fhir-capabilitystatement.json",
    "eclinicalworks": "eclinicalworks-fhir-capabilitystatement.json",
    "meditech": "meditech-greenfield-capabilitystatement.json",
}


def expectations() -> list[tuple[str, str, bool, tuple[str, ...]]]:
    """The table's rows, one for each vendor, set of scopes and kind of visit."""
    rows = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()[2:]]
    return [
        (vendor, scopes.strip(), has_encounter, tuple(cells))
        for vendor, several, visit, *cells in rows
        for scopes in several.split(",")
        for has_encounter in {"yes": [True], "no": [False], "any": [True, False]}[visit]
    ]


def capability(vendor: str) -> Capability:
    manner = MANNERS[vendor]
    offered = {
        (name, code) for name, facts in manner.types.items() for code in facts.interactions if name in WRITTEN
    }
    return Capability(known=True, interactions=frozenset(offered))


@pytest.mark.parametrize(("vendor", "scopes", "has_encounter", "expected"), expectations())
def test_statement_goes_where_the_table_says(
    vendor: str, scopes: str, has_encounter: bool, expected: tuple[str, ...]
) -> None:
    profile = profile_for(vendor)
    offer = Offer(
        capability=capability(vendor),
        covers=parse(SCOPES[scopes]).covers,
        site=WriteSite(
            order=ORDER,
            note_shape=profile.note_shape,
            questionnaire=FORM,
            creates_of_other_kinds=profile.creates_of_other_kinds,
        ),
        has_encounter=has_encounter,
        has_author=True,
    )

    items = plan(STATEMENTS, offer)

    told = [
        f"{item.rung}{'!' if item.needs_confirmation else ''} {item.why_not or ''}".strip() for item in items
    ]
    assert tuple(told) == expected


def test_table_is_whole_and_says_nothing_twice() -> None:
    keys = [(vendor, scopes, has_encounter) for vendor, scopes, has_encounter, _ in expectations()]

    assert sorted(keys) == sorted(
        (v, s, e) for v in (*VENDORS, "full", "readonly") for s in SCOPES for e in (True, False)
    )
    said = {cell for *_, cells in expectations() for cell in cells}
    assert {cell.split()[0].rstrip("!") for cell in said} <= {rung.value for rung in Rung}
    assert {why for cell in said for why in cell.split()[1:]} <= {why.value for why in WhyNot}


@pytest.mark.parametrize("vendor", VENDORS)
def test_profile_says_of_a_vendor_what_the_demo_ehr_does(vendor: str) -> None:
    profile, manner = profile_for(vendor), MANNERS[vendor]
    creates = {name for name in WRITTEN if manner.offers(name, "create")}
    other_kinds = {Takes.VITAL_SIGNS, Takes.VITAL_SIGNS_AND_LABS, Takes.OF_OBSERVATIONS}

    assert profile.stated is not None
    assert profile.stated.creates == creates
    assert profile.creates_of_other_kinds == {
        name for name in creates if manner.types[name].takes in other_kinds
    }
    assert manner.note_rules.value == profile.note_shape.value.replace("us_core", "r4")


@pytest.mark.parametrize("vendor", CAPTURED)
def test_facts_about_a_vendor_are_those_of_its_own_statement(vendor: str) -> None:
    folder = os.environ.get("COMMON_GROUND_CAPABILITIES")
    if not folder:
        pytest.skip("NO STATEMENTS: COMMON_GROUND_CAPABILITIES names no folder with vendors' statements")
    stated = capability_of(json.loads((Path(folder) / CAPTURED[vendor]).read_text(encoding="utf-8")))
    manner = MANNERS[vendor]

    for name in (*WRITTEN, "Communication"):
        facts = manner.types.get(name)
        listed = {code for type_, code in stated.interactions if type_ == name}
        assert (facts.interactions if facts else set()) == listed, name
    assert stated.transaction == manner.transaction
    assert bool(stated.conditional_creates) == manner.conditional_create
