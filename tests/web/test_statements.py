"""The page of all statements, and what the other pages leave to it."""

import pytest

from tests.pages import words
from tests.visits import Browser
from tests.web.charts import SUBJECT, answer, goal, sam, sams_visit

TARGET = goal("g1", "Hemoglobin A1c total in Blood < 7.0")
NOTHING = "Nothing is on file yet. What Sam says today starts the list."
LONG = "I was on the bus when it began, and I want you to hear all of it. " * 60


async def test_target_of_unknown_origin_is_nowhere_told_as_said() -> None:
    async with sams_visit(TARGET) as visit:
        before, every, room = [words((await visit.page(name)).text) for name in ("", "statements", "room")]

    told = "Goals in the chart Who said them is not recorded. Hemoglobin A1c total in Blood < 7.0"
    assert f"What Sam has told us {NOTHING}" in before
    assert f"{told} Goal, accepted, no date. Source " in before
    assert "Open with Before we start, what should I know about you as a person?" in before
    assert "Shown because: nothing this patient has said is on file yet." in before
    assert NOTHING in every
    assert every.index(NOTHING) < every.index("Goals in the chart Who said them is not recorded. No date")
    assert "Hemoglobin" not in room
    assert "Said before" not in room


async def test_link_to_the_goals_in_the_chart_leads_to_their_place() -> None:
    async with sams_visit(*(goal(f"g{number}", f"Target {number}") for number in range(5))) as visit:
        before, every = [(await visit.page(name)).text for name in ("", "statements")]

    assert 'statements#in-chart"' in before
    assert "All 5, with their sources" in before
    assert '<h2 id="in-chart">Goals in the chart</h2>' in every
    assert all(f"Target {number}" in every for number in range(5))


async def test_planning_documents_and_agents_are_no_statements(browser: Browser) -> None:
    text = words((await (await browser.open("delgado-rosa")).page("statements")).text)

    agent = text.index("Carmen Ruiz, health care agent")
    assert text.index("Planning documents That they are there, not what they say.") < agent
    assert "Ask again" not in text[agent:]


async def test_clinics_target_stands_apart_from_the_patients_words(browser: Browser) -> None:
    text = words((await (await browser.open("herrera-jose")).page()).text)

    told, in_chart = text.split("Goals in the chart In a clinician’s words.")
    assert "Quiero volver a manejar el camión" in told
    assert "Hemoglobin A1c below 7.5 %" in in_chart


async def test_answers_of_a_form_are_among_the_patients_words(browser: Browser) -> None:
    text = words((await (await browser.open("chen-lina")).page("statements")).text)

    assert "Breakfast with my family at the same table. What matters, 11 Aug 2026." in text


async def test_scan_is_named_as_a_note_that_could_not_be_read(browser: Browser) -> None:
    visit = await browser.open("okonkwo-grace")

    for page in ("", "statements"):
        assert "holds no text that this app can read." in words((await visit.page(page)).text)


async def test_very_long_words_are_cut_beside_others_and_whole_on_the_page_of_all() -> None:
    async with sams_visit(answer("o1", "hopes", valueString=LONG)) as visit:
        before, every, room = [(await visit.page(name)).text for name in ("", "statements", "room")]

    assert "Show all" in words(before)
    assert "Show all" not in words(every)
    assert all(LONG in page for page in (before, every, room))


async def test_answer_picked_from_a_list_is_shown_without_quotation_marks() -> None:
    value = {"coding": [{"code": "shared", "display": "Decide together with me"}]}

    async with sams_visit(answer("o1", "decision-role", valueCodeableConcept=value)) as visit:
        html = (await visit.page()).text

    assert '<p class="app-said__plain" dir="auto">Decide together with me</p>' in html
    assert "recorded as a code" in html


async def test_relatives_words_are_marked_in_the_room() -> None:
    mother = {"reference": "RelatedPerson/ana", "display": "Ana Gray"}

    async with sams_visit(answer("o1", "worries", valueString="The nights.", performer=[mother])) as visit:
        room = words((await visit.page("room")).text)

    assert "1 Oct 2026, said by Ana Gray" in room


async def test_chart_of_somebody_who_has_died_asks_nothing() -> None:
    async with sams_visit(patient=sam(deceasedDateTime="2025-07-22")) as visit:
        text, every = [words((await visit.page(name)).text) for name in ("", "statements")]

    assert "The chart says that Sam has died. What was said can still be read here." in text
    assert "Open with" not in text
    assert "hoping for" not in text
    assert "says today" not in text + every


async def test_child_is_asked_together_with_the_parent() -> None:
    async with sams_visit(patient=sam(birthDate="2018-05-02")) as visit:
        text = words((await visit.page()).text)

    assert "what should I know about you as a person? Ask the child and the parent." in text


@pytest.mark.parametrize("said", ["أريد أن أمشي إلى السوق", "Dancing 💃🏽 with my 👨‍👩‍👧 ❤️", "a\n\n\nb"])
async def test_words_in_any_script_are_kept_as_they_are(said: str) -> None:
    async with sams_visit(answer("o1", "hopes", valueString=said)) as visit:
        html = (await visit.page()).text

    assert f'<p dir="auto">{said}</p>' in html
    assert SUBJECT["reference"] not in words(html)
