"""What each story patient of the demo EHR promises."""

import base64
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.notes.text import text_of as read_text
from smartapp.sandbox.stories import STORIES, Story, story_resources
from smartapp.sandbox.stories.days import born, saturday_in_october, years_before

Resource = dict[str, Any]  # FHIR JSON

TODAY = date(2026, 6, 9)
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
BY_NAME = {story.name: story for story in STORIES}


def chart(name: str, *types: str, today: date = TODAY) -> list[Resource]:
    """The resources of one story, of the given types or of all."""
    prefix = BY_NAME[name].patient_id
    return [
        resource
        for resource in story_resources(today)
        if resource["id"].startswith(prefix) and (not types or resource["resourceType"] in types)
    ]


def strings(node: object) -> Iterator[tuple[str, str]]:
    """Every string in the JSON with the name of its element."""
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str):
                yield name, value
            else:
                yield from strings(value)
    elif isinstance(node, list):
        for item in node:
            yield from strings(item)


def text_of(document: Resource) -> str:
    return base64.b64decode(document["content"][0]["attachment"]["data"]).decode()


def read_text_of(document: Resource) -> str:
    """As the app reads it, whatever its format."""
    attachment = document["content"][0]["attachment"]
    return read_text(base64.b64decode(attachment["data"]), attachment["contentType"]).text


def note(name: str, slug: str) -> Resource:
    (found,) = [r for r in chart(name) if r["id"] == f"{BY_NAME[name].patient_id}-{slug}"]
    return found


def words(resource: Resource) -> str:
    description = resource.get("description")
    return str(description["text"] if isinstance(description, dict) else resource.get("valueString", ""))


def live(resources: list[Resource]) -> list[Resource]:
    statuses = ("status", "lifecycleStatus")
    return [r for r in resources if "entered-in-error" not in [r.get(name) for name in statuses]]


# What holds for all of them


def test_there_are_at_least_seven_stories_with_names_of_their_own() -> None:
    names = {story.name for story in STORIES}

    assert len(names) == len(STORIES) >= 7


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.patient_id)
def test_a_story_has_its_patient_its_visit_and_its_user(story: Story) -> None:
    known = {f"{r['resourceType']}/{r['id']}": r for r in story_resources(TODAY)}

    patient, visit = known[f"Patient/{story.patient_id}"], known[f"Encounter/{story.encounter_id}"]

    assert visit["status"] == "in-progress"
    assert visit["period"]["start"].startswith("2026-06-09T")
    assert visit["subject"]["reference"] == f"Patient/{story.patient_id}"
    assert patient["identifier"][0]["type"]["coding"][0]["code"] == "MR"
    assert story.user in known
    assert story.line
    assert story.look_at


def test_medical_record_numbers_are_all_different() -> None:
    numbers = [chart(story.name, "Patient")[0]["identifier"][0]["value"] for story in STORIES]

    assert len(set(numbers)) == len(STORIES)


def test_ids_are_legal_and_used_once() -> None:
    names = [(r["resourceType"], r["id"]) for r in story_resources(TODAY)]

    assert len(set(names)) == len(names)
    assert [name for _, name in names if not ID.fullmatch(name)] == []


def test_every_reference_and_every_link_leads_to_something_in_the_set() -> None:
    resources = story_resources(TODAY)
    known = {f"{r['resourceType']}/{r['id']}" for r in resources}

    references = [
        text
        for r in resources
        for name, text in strings(r)
        if name == "reference" or text.startswith("Binary/")
    ]

    assert len(references) > 100
    assert [reference for reference in references if reference not in known] == []


def test_everything_but_clinic_and_staff_is_about_one_patient_only() -> None:
    shared = {"Organization", "Practitioner"}
    for resource in story_resources(TODAY):
        patients = {text for _, text in strings(resource) if text.startswith("Patient/")}
        if resource["resourceType"] not in {*shared, "Patient", "Provenance"}:
            assert len(patients) == 1, resource["id"]
            assert resource["id"].startswith(patients.pop().removeprefix("Patient/"))


def test_every_time_has_an_offset() -> None:
    times = [
        text for r in story_resources(TODAY) for _, text in strings(r) if re.match(r"\d{4}-\d\d-\d\dT", text)
    ]

    assert times
    assert [text for text in times if not re.search(r"[+-]\d\d:\d\d$", text)] == []


def test_there_is_a_goal_and_an_observation_entered_in_error() -> None:
    taken_back = [
        r["resourceType"]
        for r in story_resources(TODAY)
        if "entered-in-error" in (r.get("status"), r.get("lifecycleStatus"))
    ]

    assert sorted(taken_back) == ["Goal", "Observation"]


@settings(max_examples=40)
@given(today=st.dates(min_value=date(2020, 1, 1), max_value=date(2060, 12, 31)))
def test_the_stories_never_age(today: date) -> None:
    for resource in story_resources(today):
        for name, text in strings(resource):
            if re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?", text) and name != "dueDate":
                assert date.fromisoformat(text[:10]) <= today, (resource["id"], name)
    for story in STORIES:
        birth_date = date.fromisoformat(chart(story.name, "Patient", today=today)[0]["birthDate"])
        had_birthday = (birth_date.month, birth_date.day) <= (today.month, today.day)
        assert today.year - birth_date.year - (not had_birthday) == story.age


@given(today=st.dates(min_value=date(2020, 1, 1), max_value=date(2060, 12, 31)))
def test_the_wedding_is_always_a_saturday_in_october_still_to_come(today: date) -> None:
    wedding = saturday_in_october(today)

    assert wedding.month == 10
    assert wedding.isoweekday() == 6
    assert timedelta(weeks=6) <= wedding - today < timedelta(days=420)


def test_a_day_that_a_year_does_not_have_becomes_the_28th() -> None:
    assert years_before(date(2028, 2, 29), 1) == date(2027, 2, 28)


def test_somebody_is_a_year_older_on_their_birthday() -> None:
    assert born(date(2026, 3, 12), 68, month=3, day=12) == date(1958, 3, 12)
    assert born(date(2026, 3, 11), 68, month=3, day=12) == date(1957, 3, 12)


# What each one shows


def test_rosa_wants_to_dance_at_a_wedding_that_is_still_to_come() -> None:
    (goal,) = (one for one in chart("Rosa Delgado", "Goal") if one["lifecycleStatus"] == "active")

    assert words(goal) == "I want to dance at Lucía’s wedding in October."
    assert goal["target"] == [{"dueDate": "2026-10-17"}]
    assert goal["achievementStatus"]["coding"][0]["code"] == "in-progress"


def test_rosa_said_two_things_about_surgery_and_the_older_one_stands_only_in_a_note() -> None:
    preferences = live(chart("Rosa Delgado", "Observation"))
    notes = chart("Rosa Delgado", "DocumentReference")

    later = next(p for p in preferences if "operation" in words(p))
    earlier = next(n for n in notes if "I don’t want surgery." in text_of(n))

    assert later["effectiveDateTime"] > earlier["date"]
    assert not any("don’t want surgery" in words(p) for p in preferences)
    assert date.fromisoformat(earlier["date"][:10]) < TODAY - timedelta(days=730)


def test_rosa_has_a_referral_drafted_today() -> None:
    (order,) = chart("Rosa Delgado", "ServiceRequest")

    assert order["status"] == "draft"
    assert order["authoredOn"].startswith("2026-06-09T")


def test_jose_speaks_spanish_and_his_words_stand_in_spanish_notes_only() -> None:
    (patient,) = chart("José Herrera", "Patient")
    cardiology = note("José Herrera", "nota-cardiologia")
    social_work = note("José Herrera", "nota-trabajo-social")

    assert patient["communication"][0]["language"]["coding"][0]["code"] == "es"
    assert any(extension["url"].endswith("us-core-interpreter-needed") for extension in patient["extension"])
    assert cardiology["content"][0]["attachment"]["contentType"].startswith("text/plain")
    assert "El paciente dice: «Quiero volver a manejar el camión" in text_of(cardiology)
    assert social_work["content"][0]["attachment"]["contentType"] == "text/plain; charset=windows-1252"
    assert "El paciente dice: «Prefiero que me llamen por la tarde" in read_text_of(social_work)
    assert chart("José Herrera", "Observation") == []


def test_the_only_goal_in_joses_chart_is_the_clinics_and_not_his() -> None:
    (goal,) = chart("José Herrera", "Goal")

    assert goal["expressedBy"]["reference"].startswith("Practitioner/")


def test_marcus_has_a_goal_from_three_years_ago_and_one_without_any_date() -> None:
    goals = {goal["id"]: goal for goal in live(chart("Marcus Bell", "Goal"))}

    old, undated = goals["bell-marcus-job-site"], goals["bell-marcus-fishing"]

    assert date.fromisoformat(old["startDate"]) < years_before(TODAY, 3)
    assert old["lifecycleStatus"] == "active"
    assert not {"startDate", "statusDate", "target"} & set(undated)


def test_amina_has_nothing_on_file_but_herself_and_her_visit() -> None:
    assert [r["resourceType"] for r in chart("Amina Yusuf")] == ["Patient", "Encounter"]


def test_harolds_daughter_is_his_agent_and_on_his_care_team() -> None:
    (consent,) = chart("Harold Pike", "Consent")
    (team,) = chart("Harold Pike", "CareTeam")
    daughter = "RelatedPerson/pike-harold-ruth"

    assert consent["provision"]["actor"][0]["reference"]["reference"] == daughter
    assert consent["category"][0]["coding"][0]["code"] == "acd"
    assert daughter in [participant["member"]["reference"] for participant in team["participant"]]


def test_harolds_words_and_his_daughters_words_are_kept_apart() -> None:
    speakers = {p["id"]: p["performer"][0]["reference"] for p in chart("Harold Pike", "Observation")}

    assert speakers == {
        "pike-harold-together": "Patient/pike-harold",
        "pike-harold-ruth-nights": "RelatedPerson/pike-harold-ruth",
    }


def test_the_family_meeting_is_an_html_note_that_says_who_said_what() -> None:
    meeting = note("Harold Pike", "note-family-meeting")

    assert meeting["content"][0]["attachment"]["contentType"].startswith("text/html")
    assert "Patient states: &ldquo;I don&rsquo;t want to go back" in text_of(meeting)
    assert "Daughter states: &ldquo;" in text_of(meeting)


def test_harolds_code_status_changed_and_a_sentence_of_his_was_copied_forward() -> None:
    social_work, palliative, nurse = (
        note("Harold Pike", f"note-{slug}") for slug in ("social-work", "palliative", "home-nurse")
    )
    copied = "He wants to keep sleeping in his own bed, next to the window."

    assert palliative["content"][0]["attachment"]["contentType"] == "application/pdf"
    assert "DNR/DNI" in read_text_of(palliative)
    assert "Full code, confirmed with the patient" in read_text_of(social_work)
    assert social_work["date"] < palliative["date"] < nurse["date"]
    assert copied in read_text_of(social_work)
    assert copied in read_text_of(nurse)


def test_marcus_has_a_goal_in_an_rtf_note_and_judging_words_in_a_newer_one() -> None:
    therapy, call = note("Marcus Bell", "note-therapy"), note("Marcus Bell", "note-call")

    assert therapy["content"][0]["attachment"]["contentType"] == "application/rtf"
    assert "Patient’s goal: to carry his youngest" in read_text_of(therapy)
    assert "noncompliant" in read_text_of(call)
    assert date.fromisoformat(call["date"][:10]) > TODAY - timedelta(days=730)


def test_li_nas_newest_note_says_something_else_than_her_chart() -> None:
    wanted = next(p for p in chart("Li Na Chen", "Observation") if "chemotherapy" in words(p))
    palliative = note("Li Na Chen", "note-palliative")

    assert palliative["content"][0]["attachment"]["contentType"] == "application/xml"
    assert "She does not want more chemotherapy." in read_text_of(palliative)
    assert wanted["effectiveDateTime"] < palliative["date"]


def test_li_na_has_notes_that_are_no_documents() -> None:
    others = chart("Li Na Chen", "Composition", "DiagnosticReport", "ClinicalImpression")

    assert sorted(r["resourceType"] for r in others) == [
        "ClinicalImpression",
        "Composition",
        "DiagnosticReport",
    ]


def test_li_na_has_a_serious_illness_a_living_will_a_plan_and_answers_on_a_form() -> None:
    codes = [c["code"] for r in chart("Li Na Chen", "Condition") for c in r["code"]["coding"]]
    categories = [
        r["category"][0]["coding"][0]["code"] for r in chart("Li Na Chen", "DocumentReference", "CarePlan")
    ]
    (answers,) = chart("Li Na Chen", "QuestionnaireResponse")

    assert {"254637007", "C79.51"} <= set(codes)
    assert sorted(categories) == ["42348-3", "assess-plan", "clinical-note", "clinical-note"]
    assert answers["item"][0]["answer"][0]["valueString"] == "Breakfast with my family at the same table."


def test_li_nas_note_is_behind_a_link_on_the_same_server() -> None:
    notes = chart("Li Na Chen", "DocumentReference")
    (body,) = chart("Li Na Chen", "Binary")

    links = [n["content"][0]["attachment"].get("url") for n in notes]

    assert f"Binary/{body['id']}" in links
    assert "talk to me first, then to my son" in base64.b64decode(body["data"]).decode()


def test_tomasz_has_a_medicine_drafted_today_and_an_answer_he_chose_not_to_give() -> None:
    drafts = [m for m in chart("Tomasz Wójcik", "MedicationRequest") if m["status"] == "draft"]
    unanswered = [p for p in chart("Tomasz Wójcik", "Observation") if "valueString" not in p]

    assert [m["medicationCodeableConcept"]["coding"][0]["code"] for m in drafts] == ["1364430"]
    assert drafts[0]["authoredOn"].startswith("2026-06-09T")
    assert unanswered[0]["dataAbsentReason"]["coding"][0]["code"] == "asked-declined"


def test_one_of_graces_notes_is_a_scan_without_any_text() -> None:
    (scan,) = chart("Grace Okonkwo", "Binary")
    body = base64.b64decode(scan["data"])

    assert scan["contentType"] == "application/pdf"
    assert body.startswith(b"%PDF-1.4")
    assert b"/Contents" not in body
    start = int(body.split(b"startxref\n")[1].split()[0])
    assert body[start:].startswith(b"xref")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.patient_id)
def test_a_note_reads_like_a_note_and_not_like_a_line(story: Story) -> None:
    notes = [
        r
        for r in chart(story.name, "DocumentReference")
        if "data" in r["content"][0]["attachment"]
        and r["category"][0]["coding"][0]["code"] == "clinical-note"
    ]

    assert all(80 <= len(read_text_of(one).split()) <= 250 for one in notes)
    assert all(one["author"] and one["date"] and one["type"]["coding"] for one in notes)
