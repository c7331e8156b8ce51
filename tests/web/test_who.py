"""Who matters: each person once, in the chart's own words."""

from smartapp.fhir.patient_record import PatientIdentity, RelatedPerson
from smartapp.sdm.model import Kind, SaidBy
from smartapp.web.presenters.who import Person, language_line, strengths, who
from tests.web.charts import TODAY, record, statement

CARMEN = RelatedPerson("RelatedPerson/1", "Carmen Ruiz", "daughter", "es")
AGENT = statement(
    Kind.PEOPLE,
    "Carmen Ruiz, health care agent",
    SaidBy.UNKNOWN,
    about_person="Carmen Ruiz",
    said_on=TODAY,
)
WILL = statement(Kind.PLANNING_DOCUMENT, "Living will", SaidBy.UNKNOWN)
DOCTOR = RelatedPerson("Practitioner/1", "Dr. Abena Osei, MD", "Family doctor")


def member(name: str, role: str = "") -> RelatedPerson:
    return RelatedPerson("", name, role)


def test_person_named_in_three_places_stands_once_with_every_role() -> None:
    chart = record(
        related_persons=(CARMEN, member("Lucía Ruiz", "granddaughter")),
        care_team=(member("Carmen Ruiz", "Daughter, health care agent"), DOCTOR),
    )

    people = who(chart, (AGENT,)).people

    assert people == (
        Person("Carmen Ruiz, daughter, health care agent", "Speaks Spanish. On file, 9 Jun 2026."),
        Person("Lucía Ruiz, granddaughter", ""),
        Person("Care team", "Dr. Abena Osei, MD, Family doctor"),
    )


def test_names_that_only_look_alike_are_not_brought_together() -> None:
    chart = record(related_persons=(member("Carmen", "niece"), member("", "son"), member("", "neighbor")))

    people = who(chart, (AGENT,)).people

    assert [person.name for person in people] == [
        "Carmen, niece",
        "son",
        "neighbor",
        "Carmen Ruiz, health care agent",
    ]


def test_care_team_member_of_two_teams_stands_once() -> None:
    chart = record(care_team=(DOCTOR, member("Ren Tanaka, RN"), DOCTOR))

    (team,) = who(chart, ()).people

    assert team.detail == "Dr. Abena Osei, MD, Family doctor; Ren Tanaka, RN"


def test_large_care_team_is_cut_and_says_so() -> None:
    chart = record(care_team=tuple(member(f"Nurse {number}") for number in range(20)))

    (team,) = who(chart, ()).people

    assert team.detail.startswith("Nurse 0; Nurse 1; ")
    assert team.detail.endswith("; Nurse 7; and 12 more")


def test_document_without_a_date_says_so() -> None:
    assert who(record(), (WILL,)).people == (Person("Living will", "On file, no date."),)


def test_nobody_is_to_be_asked_about_somebody_who_has_died() -> None:
    chart = record(PatientIdentity("p", deceased=True, interpreter_needed=True))

    found = who(chart, ())

    assert (found.nobody, language_line(chart.patient)) == ("Not known.", "Not recorded.")


def test_strengths_are_those_that_were_said() -> None:
    strength = statement(Kind.STRENGTH, "I keep my own list.")

    found = strengths((strength, statement(Kind.HOPE, "Sleep")), TODAY)

    assert [(each.words, each.is_quoted) for each in found] == [("I keep my own list.", True)]
