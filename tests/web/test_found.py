"""Statements from notes: confirmed into today's draft, edited there, or set aside, each with one press."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from smartapp.sandbox.stories import story_resources
from tests.pages import Form, form, forms, words
from tests.visits import APP, START, Clinic, OpenVisit, clinic
from tests.web.charts import Resource, note, sam, sams_visit

QUOTED = "I want to walk to the market again."
REPORTED = "What matters most to her is keeping those walks."
NOTE = f'SUBJECTIVE\nPatient states: "{QUOTED}"\n{REPORTED}\n'
PAGES = ("", "statements", "room", "review")


@asynccontextmanager
async def sams_clinic(*resources: Resource, database: str = "sqlite+aiosqlite://") -> AsyncIterator[Clinic]:
    chart = [*story_resources(START.date()), sam(), *resources]
    async with clinic(resources=chart, database=database) as running:
        yield running


def sams_note() -> Resource:
    return note("n1", NOTE, on="2026-05-04")


async def buttons_of(visit: OpenVisit, said: str, page: str = "statements") -> Form:
    """The form with the buttons beside these words."""
    found = forms((await visit.page(page)).text)
    html = (await visit.page(page)).text
    names = re.findall(r'aria-label="(Not right|Edit|Show again): ([^"]*)"', html)
    answers = [each for each in found if each.action.endswith("/statements")]
    assert answers, words(html)
    for each in answers:
        start = html.index(f'value="{each.value("statement")}"')
        if said[:20] in html[start : html.index("</form>", start)]:
            return each
    raise AssertionError(f"no buttons beside {said}: {names}")


async def press(visit: OpenVisit, said: str, answer: str, page: str = "statements") -> str:
    """The text of the page after the press."""
    found = await buttons_of(visit, said, page)
    shown = await visit.browser.post(found.action, [*found.fields, ("answer", answer)])
    assert shown.status_code == 200, shown.text
    return shown.text


async def test_confirmed_words_go_through_review_like_anything_typed_and_nothing_is_sent() -> None:
    async with sams_clinic(sams_note()) as running:
        visit = await running.browser().open("gray-sam")

        after = words(await press(visit, QUOTED, "confirm"))
        review = words((await visit.page("review")).text)

        assert "Among today’s statements, and not sent yet. Review Edit" in after
        assert f"Goal. Said by Sam {QUOTED}" in review
        assert running.ehr.created("Goal") == []
        await visit.send()
        assert [one["description"]["text"] for one in running.ehr.created("Goal")] == [QUOTED]
        assert "past review. Done" in words((await visit.page("statements")).text)


async def test_words_of_the_notes_author_are_confirmed_as_a_summary() -> None:
    async with sams_visit(sams_note()) as visit:
        await press(visit, REPORTED, "confirm", page="")
        review = words((await visit.page("review")).text)

    assert "What matters. Your summary of what Sam said What matters most to her" in review


async def test_pressed_twice_and_in_two_tabs_it_is_one_statement() -> None:
    async with sams_visit(sams_note()) as visit:
        found = await buttons_of(visit, QUOTED)
        pressed = [*found.fields, ("answer", "confirm")]

        await asyncio.gather(*(visit.browser.post_once(found.action, pressed) for _ in range(4)))
        await visit.browser.post(found.action, [*found.fields, ("answer", "edit")])

        assert "1 statement, word for word" in words((await visit.page("review")).text)


async def test_same_words_typed_before_are_not_added_again() -> None:
    async with sams_visit(sams_note()) as visit:
        await visit.write(goal=QUOTED)

        shown = words((await visit.page("statements")).text)
        await visit.browser.post(
            visit.path("statements"), [*(await buttons_of(visit, QUOTED)).fields, ("answer", "edit")]
        )

        assert "Among today’s statements, and not sent yet." in shown
        assert "1 statement, word for word" in words((await visit.page("review")).text)


async def test_confirmed_after_it_was_sent_it_is_not_sent_again() -> None:
    async with sams_clinic(sams_note()) as running:
        visit = await running.browser().open("gray-sam")
        found = await buttons_of(visit, QUOTED)
        await press(visit, QUOTED, "confirm")
        await visit.send()

        answer = await visit.browser.post(found.action, [*found.fields, ("answer", "confirm")])

        assert answer.status_code == 200
        assert "Nothing to send yet" in words((await visit.page("review")).text)
        assert len(running.ehr.created("Goal")) == 1


async def test_edit_leads_into_the_room_with_the_box_open_and_in_focus() -> None:
    async with sams_visit(sams_note()) as visit:
        found = await buttons_of(visit, QUOTED)

        answer = await visit.browser.post_once(found.action, [*found.fields, ("answer", "edit")])
        to = answer.headers["location"]
        room = await visit.browser.get(APP + to)

    page, _, field = to.partition("#")
    assert page.endswith("/room?open=goal")
    assert re.search(rf'<details class="app-prompt" id="prompt-goal" open>.*id="{field}"', room.text, re.S)
    assert form(room.text, "/draft").value(field) == QUOTED


async def test_emptied_box_can_be_filled_again_and_changed_words_are_left_alone() -> None:
    async with sams_visit(sams_note()) as visit:
        found = await buttons_of(visit, QUOTED)
        pressed = [*found.fields, ("answer", "confirm")]
        for typed, kept in (("", QUOTED), ("My own words.", "My own words.")):
            await visit.browser.post(found.action, pressed)
            room = form((await visit.page("room")).text, "/draft")
            box = next(name for name, value in room.fields if value == QUOTED)
            await visit.browser.post(room.action, room.changed({box: typed, "next": "room"}))

            await visit.browser.post(found.action, pressed)

            assert kept in (await visit.page("review")).text
            assert "1 statement" in words((await visit.page("review")).text)


async def test_family_words_stay_the_familys_and_without_quotation_marks() -> None:
    async with sams_visit(
        note("n1", "Her husband is worried about the stairs at night.", on="2026-05-04")
    ) as visit:
        shown = (await visit.page("statements")).text
        await press(visit, "Her husband is worried", "confirm")
        review = words((await visit.page("review")).text)

    assert '<p class="app-said__plain" dir="auto" lang="en">Her husband is worried' in shown
    assert "Worry. Your summary of what husband said" in review
    assert "Kept as husband’s words, not as Sam’s" in review


async def test_not_right_is_gone_from_every_page_and_nothing_is_written() -> None:
    async with sams_clinic(sams_note()) as running:
        visit = await running.browser().open("gray-sam")

        after = words(await press(visit, QUOTED, "not_right"))
        pages = [words((await visit.page(name)).text) for name in ("", "room", "review")]

        assert "1 statement set aside as not right" in after
        assert QUOTED not in after.split("1 statement set aside as not right")[0]
        assert [
            name for name, page in zip(("", "room", "review"), pages, strict=True) if QUOTED in page
        ] == []
        assert "1 statement set aside as not right. Show again" in pages[0]
        assert REPORTED.removesuffix(".") in pages[0]
        assert [
            one for kind in ("Goal", "Observation", "DocumentReference") for one in running.ehr.created(kind)
        ] == []


async def test_set_aside_it_stays_so_for_every_clinician_after_a_restart(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.sqlite3'}"
    async with sams_clinic(sams_note(), database=database) as running:
        await press(await running.browser().open("gray-sam"), QUOTED, "not_right")

    async with sams_clinic(sams_note(), database=database) as running:
        visit = await running.browser().open("gray-sam")
        shown = words((await visit.page("")).text)

        assert QUOTED not in shown
        again = await press(visit, QUOTED, "show_again")
        assert "set aside as not right" not in words(again)
        assert QUOTED in words((await visit.page("")).text)


async def test_other_patient_with_the_same_words_keeps_them() -> None:
    other = {**sam(), "id": "gray-ana"}
    hers = {**note("n2", NOTE, on="2026-05-04"), "subject": {"reference": "Patient/gray-ana"}}
    async with sams_clinic(sams_note(), other, hers) as running:
        await press(await running.browser().open("gray-sam"), QUOTED, "not_right")

        text = words((await (await running.browser().open("gray-ana")).page("")).text)

    assert QUOTED in text


async def test_not_right_pressed_twice_at_once_is_set_aside_once() -> None:
    async with sams_visit(sams_note()) as visit:
        found = await buttons_of(visit, QUOTED)
        pressed = [*found.fields, ("answer", "not_right")]

        answers = await asyncio.gather(*(visit.browser.post_once(found.action, pressed) for _ in range(4)))

        assert {answer.status_code for answer in answers} == {303}
        assert "1 statement set aside" in words((await visit.page("statements")).text)


@pytest.mark.parametrize("field", ["token", "patient"])
async def test_form_of_another_launch_or_patient_changes_nothing(field: str) -> None:
    async with sams_visit(sams_note()) as visit:
        found = await buttons_of(visit, QUOTED)
        for answer in ("confirm", "not_right"):
            fields = [*found.changed({field: "another"}), ("answer", answer)]

            refused = await visit.browser.post_once(found.action, fields)

            assert refused.status_code >= 400
        page = words((await visit.page("statements")).text)
        assert "set aside" not in page
        assert "Among today’s statements" not in page


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("s0000000000", "confirm"),
        ("", "not_right"),
        ("<script>", "show_again"),
        (None, "edit"),
        (None, "sing"),
    ],
)
async def test_press_that_makes_no_sense_does_nothing(statement: str | None, answer: str) -> None:
    async with sams_visit(sams_note()) as visit:
        found = await buttons_of(visit, REPORTED)
        id_ = found.value("statement") if statement is None else statement
        fields = [*found.changed({"statement": id_}), ("answer", answer)]

        shown = await visit.browser.post(found.action, fields)

        assert shown.status_code == 200
        assert "set aside" not in words((await visit.page("statements")).text)


async def test_code_status_of_a_note_has_no_way_into_the_draft() -> None:
    async with sams_visit(
        note("n1", "ASSESSMENT\nCode status: DNR. Discussed with patient today.", on="2026-05-04")
    ) as visit:
        page = (await visit.page("statements")).text
        assert "Code status" in words(page)
        assert "The EHR has a place of its own for it" in words(page)
        assert "Confirm:" not in page
        found = next(each for each in forms(page) if each.action.endswith("/statements"))

        await visit.browser.post(found.action, [*found.fields, ("answer", "confirm")])

        assert "Nothing to send yet" in words((await visit.page("review")).text)


async def test_word_that_colors_the_picture_is_told_without_its_author() -> None:
    text = "SUBJECTIVE\nHe is a frequent flyer and claims that nobody told him about the visit.\n"
    async with sams_visit(note("n1", text, on="2026-05-04", title="Nursing note")) as visit:
        html = (await visit.page()).text

    section = html[
        html.index('class="before__words"') : html.index("</section>", html.index('class="before__words"'))
    ]
    assert "Some earlier notes use words that may color the picture. Form your own view first." in section
    assert "Nursing note, 4 May 2026" in section
    assert "Wanda" not in section


async def test_chart_without_such_words_has_no_line_about_them() -> None:
    async with sams_visit(sams_note()) as visit:
        assert "color the picture" not in (await visit.page()).text


async def test_own_summary_is_checked_at_review_and_what_somebody_said_is_not() -> None:
    text = "He claims that nobody told him."
    async with sams_visit() as visit:
        found = await visit.write(goal=text)
        quoted = words((await visit.page("review")).text)
        box = next(name.removesuffix("-words") for name, value in found.fields if value == text)
        room = form((await visit.page("room")).text, "/draft")
        await visit.browser.post(room.action, room.changed({f"{box}-form": "summary", "next": "room"}))
        html = (await visit.page("review")).text
        sent = await visit.send()

    assert "may read as" not in quoted
    assert "One phrase may read as doubt. Sam can read this. Nothing changes unless you change it." in words(
        html
    )
    assert f'room?open=goal#{box}-words">Change the text' in html
    assert '<mark class="app-word">' in html
    assert text in re.sub(r"</?mark[^>]*>", "", html)
    assert "In the chart" in words(sent.text)
    assert text in words(sent.text)


async def test_note_that_cannot_be_read_says_why_and_leads_to_it_only_where_the_ehr_tells_where() -> None:
    locked = note("n1", "", on="2026-05-04", title="Scanned letter", contentType="image/tiff")
    async with sams_visit(locked) as visit:
        page = (await visit.page("statements")).text

    assert "Scanned letter, 4 May 2026, holds no text that this app can read." in words(page)
    assert "Open in the EHR" not in page


async def test_who_the_patient_is_changes_nothing_in_what_is_found_and_offered() -> None:
    race = {
        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
        "extension": [
            {
                "url": "ombCategory",
                "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": "2054-5"},
            }
        ],
    }
    judging = note("n2", "He claims that nobody told him. He is a frequent flyer.", on="2026-06-01")
    seen = []
    for more in ({}, {"gender": "female"}, {"gender": "male", "extension": [race]}):
        async with sams_visit(sams_note(), judging, patient=sam(**more)) as visit:
            pages = [words((await visit.page(name)).text) for name in ("", "statements")]
        seen.append([page[page.index("What Sam has told us") :] for page in pages])

    assert seen[0] == seen[1] == seen[2]
    assert "color the picture" in seen[0][0]
