"""Change anything that matters in anything that the app writes, and it does not leave."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from smartapp.fhir import guard
from smartapp.fhir.walk import Place
from tests.fhir.mutants import Resource, changed, doubled, let_out, with_more, without
from tests.fhir.written import FORMS, GOLDEN, NAMES, expected, golden, written

EVERY = [
    *((name, "9.0 pco") for name in NAMES),
    *((name, "plain") for name in ("goal", "hope", "confidence")),
]
"""The form with the most in it, and of some also the one with the least."""

OTHER_REFERENCES = (
    "Patient/p1", "Patient/p2", "Patient/p1/_history/2", "Encounter/e1", "Encounter/other",
    "Condition/c1", "Condition/other", "Goal/goal-1", "Goal/other", "Observation/o-1", "Observation/other",
    "Practitioner/pr1", "Practitioner/other", "PractitionerRole/pr1", "RelatedPerson/rp1",
    "RelatedPerson/other", "Organization/o1", "Organization/other", "CarePlan/other", "List/other",
    "DocumentReference/other", "QuestionnaireResponse/other", "Device/d1", "Group/g1",
    "https://ehr.example.org/fhir/Patient/p1", "//ehr.example.org/Patient/p1",
    "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7", "#p1", "patient/p1", "Patient/", "Patient/..",
    "Patient/p 1", "p1", "", 1, None, ["Patient/p1"],
)  # fmt: skip
OTHER_CODES = (
    "bogus", "", "active", "completed", "cancelled", "entered-in-error", "final", "final ", "preliminary",
    "amended", "proposed", "current", "superseded", "draft", "plan", "proposal", "order", "working",
    "snapshot", "generated", "additional", "achieved", "in-progress", "survey", "vital-signs", "hopes",
    "worries", "strength", "decision-role", "shared", "patient", "clinician", "confidence", "priority",
    "patient-stated", "family-stated", "clinician-summary", "author", "informant", "assembler", "CREATE",
    "UPDATE", "NULLIFY", "11506-3", "18842-5", "95541-9", "75773-2", "87528-6", "81340-2", "what-matters",
    "person-centered", "assess-plan", "clinical-note", "text/plain", "text/plain; charset=utf-8",
    "text/plain;charset=utf-8", "text/html", "application/pdf", "1", "2", "9", "goal-1", "note-1", "UNK",
    "en", "es",
    "http://loinc.org", "http://snomed.info/sct", "https://example.org", "Goal", "Observation", "Patient",
    "https://commonground.example.org/fhir/ids", "https://commonground.example.org/fhir/tags",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-goal", 1, True, None,
)  # fmt: skip
OTHER_DATES = (
    "2026-11-21", "2026-11-23", "2027-10-16", "1970-01-01", "22/11/2026", "2026-02-30", "2026", "2026-11",
    "20261122", "2026-11-22T22:05:00-05:00", "", "soon", 20261122, None,
)  # fmt: skip
OTHER_TIMES = (
    "2026-11-22", "2026-11-22T22:05:00", "2026-11-22T22:05:01-05:00", "2026-11-22T22:20:00-05:01",
    "2026-11-22T22:05:00Z", "2026-11-23T03:05:00Z", "2026-11-22T25:05:00-05:00", "2026-13-22T10:00:00Z",
    "1970-01-01T00:00:00Z", "now", "", 1, None,
)  # fmt: skip
OTHER_TEXTS = ("", " \n", "x" * 1_000_001, "bell\x07", "\ud800", 1, None, ["text"], {"text": "x"})
OTHER_NUMBERS = (0, 1, 9, 10, 11, -1, 7.0, 8.0, "7", "8", True, None, [8])
OTHER_WORDS = ("Other words.", "I want to dance at Lucía’s wedding.", "No.")
OTHER_DATA = (
    "", "=", "SGVsbG8", "SGVsbG8=\n", " SGVsbG8=", "SGVsbG8=", "ICAK", "/w==", "not base64!", "w6k=", None, 1,
)  # fmt: skip
OTHER_MARKUP = (
    "<div>x</div>",
    '<div xmlns="http://www.w3.org/1999/xhtml"></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><p></p></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><p>Other words.</p></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><p onclick="x()">x</p></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><p><a href="https://example.org">x</a></p></div>',
    "<p>x</p>",
    "x",
)

_CODES: Final = frozenset(
    {"code", "system", "status", "lifecycleStatus", "docStatus", "intent", "mode", "contentType", "profile",
     "questionnaire", "resourceType", "linkId", "value", "language"}
)  # fmt: skip
_DATES: Final = frozenset({"startDate", "statusDate", "dueDate"})
_TIMES: Final = frozenset(
    {"effectiveDateTime", "time", "recorded", "created", "date", "creation", "start", "end", "authored"}
)
_MAY_BE_MISSING: Final = frozenset({"display", "meta", "profile", "focus", "addresses", "goal", "related"})
"""What some resource of the same kind does not have: the names of people and codes, what it claims, what it
is about."""


def is_in(keys: frozenset[str]) -> Callable[[Place], bool]:
    return lambda place: place.key in keys and isinstance(place.value, str)


def checker(name: str, form: str) -> Callable[[Resource], None]:
    wanted = expected(name, FORMS[form])
    return lambda resource: guard.check(resource, wanted)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_app_writes_passes_in_every_form(name: str) -> None:
    for form in FORMS:
        checker(name, form)(written(name, FORMS[form]))


_NOT_WRITTEN_ALONE: Final = frozenset({"transaction", "audit_events"})
GOLDENS = sorted(path.stem for path in GOLDEN.glob("*.json") if path.stem not in _NOT_WRITTEN_ALONE)


@pytest.mark.parametrize("stem", GOLDENS)
def test_every_golden_resource_passes(stem: str) -> None:
    name = stem.removesuffix("_pco")

    checker(name, "plain" if name == stem else "9.0 pco")(golden(stem))


@pytest.mark.parametrize(("name", "form"), EVERY)
def test_any_other_reference_anywhere_is_refused(name: str, form: str) -> None:
    mutants = changed(written(name, FORMS[form]), OTHER_REFERENCES, where=is_in(frozenset({"reference"})))

    assert let_out(mutants, checker(name, form)) == []


@pytest.mark.parametrize(("name", "form"), EVERY)
def test_any_other_code_system_status_or_url_is_refused(name: str, form: str) -> None:
    mutants = changed(written(name, FORMS[form]), OTHER_CODES, where=is_in(_CODES))

    assert let_out(mutants, checker(name, form)) == []


@pytest.mark.parametrize(("name", "form"), EVERY)
def test_any_other_date_or_time_is_refused(name: str, form: str) -> None:
    resource, check = written(name, FORMS[form]), checker(name, form)
    dates = list(changed(resource, OTHER_DATES, where=is_in(_DATES)))
    times = list(changed(resource, OTHER_TIMES, where=is_in(_TIMES)))

    assert let_out(iter(dates + times), check) == []


@pytest.mark.parametrize(("name", "form"), EVERY)
def test_any_blank_oversized_or_broken_text_is_refused(name: str, form: str) -> None:
    mutants = changed(
        written(name, FORMS[form]), OTHER_TEXTS, where=lambda place: isinstance(place.value, str)
    )

    assert let_out(mutants, checker(name, form)) == []


@pytest.mark.parametrize(("name", "form"), EVERY)
def test_any_element_that_is_missing_is_refused(name: str, form: str) -> None:
    mutants = without(
        written(name, FORMS[form]),
        where=lambda place: not (place.key in _MAY_BE_MISSING or _is_inside_optional(place)),
    )

    assert let_out(mutants, checker(name, form)) == []


def _is_inside_optional(place: Place) -> bool:
    """A goal's target date, what a decision rests on, and who told it and is known by name only."""
    optional = ("Goal.target", "CarePlan.supportingInfo")
    is_name_only = isinstance(place.value, dict) and set(place.value.get("who", {})) == {"display"}
    return place.path.startswith(optional) or (place.key == "agent" and is_name_only)


UNKNOWN: Final[tuple[Resource, ...]] = (
    {"extension": [{"url": "https://example.org/x", "valueReference": {"reference": "Patient/p1"}}]},
    {"modifierExtension": [{"url": "https://example.org/x", "valueBoolean": True}]},
    {"contained": [{"resourceType": "Patient", "id": "p2"}]},
    {"text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>x</div>"}},
    {"id": "chosen"},
    {"implicitRules": "https://example.org"},
    {"": "x"},
    {"dataAbsentReason": {"text": "unknown"}},
    {"userSelected": True},
    {"url": "https://example.org/x"},
    {"type": "Patient"},
    {"identifier": {"system": "urn:x", "value": "1"}},
    {"valueBoolean": True},
    {"_status": {"id": "x"}},
)


@pytest.mark.parametrize(("name", "form"), EVERY)
def test_any_element_that_the_app_never_writes_is_refused_anywhere(name: str, form: str) -> None:
    resource = written(name, FORMS[form])
    mutants = (mutant for extra in UNKNOWN for mutant in with_more(resource, extra))

    assert let_out(mutants, checker(name, form)) == []


@pytest.mark.parametrize(("name", "form"), EVERY)
def test_anything_that_is_there_twice_is_refused(name: str, form: str) -> None:
    assert let_out(doubled(written(name, FORMS[form])), checker(name, form)) == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_passes_for_another_patient(name: str) -> None:
    resource = written(name)
    of_another = replace(expected(name), patient_id="p2")
    passed = let_out(iter([(name, resource)]), lambda one: guard.check(one, of_another))

    # The record of who wrote what names the patient only where the patient spoke.
    assert passed == ([] if "Patient/p1" in str(resource) else [name])


STATEMENTS = [name for name in NAMES if name in {"goal", "hope", "decision_role_chosen", "decision"}]


@pytest.mark.parametrize("name", STATEMENTS)
def test_other_words_than_were_said_are_refused(name: str) -> None:
    resource = written(name)
    said = expected(name).words[0]
    mutants = changed(resource, OTHER_WORDS, where=lambda place: place.value == said)

    assert let_out(mutants, checker(name, "plain")) == []


@pytest.mark.parametrize("name", ["answers", "answers_of_family"])
def test_other_answers_than_were_given_are_refused(name: str) -> None:
    mutants = changed(
        written(name), OTHER_WORDS[:1] + OTHER_WORDS[2:], where=lambda place: place.key == "valueString"
    )

    assert let_out(mutants, checker(name, "plain")) == []


@pytest.mark.parametrize("name", ["confidence", "confidence_with_words"])
def test_any_other_number_is_refused(name: str) -> None:
    resource = written(name)
    others = tuple(one for one in OTHER_NUMBERS if type(one) is not int or one != resource["valueInteger"])
    mutants = changed(resource, others, where=lambda place: place.key == "valueInteger")

    assert let_out(mutants, checker(name, "plain")) == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("note", "handout"))])
def test_any_content_but_text_in_base64_with_all_the_words_is_refused(name: str) -> None:
    mutants = changed(written(name), OTHER_DATA, where=lambda place: place.key == "data")

    assert let_out(mutants, checker(name, "plain")) == []


@pytest.mark.parametrize("name", ["decision"])
def test_any_markup_but_paragraphs_of_the_words_is_refused(name: str) -> None:
    mutants = changed(written(name), OTHER_MARKUP, where=lambda place: place.key == "div")

    assert let_out(mutants, checker(name, "plain")) == []
