"""Decision sheets inside a visit: what is offered, what is kept, and what arrives in the chart."""

import re
from datetime import timedelta

import pytest

from smartapp.web import own_sheet
from smartapp.web.draft import SheetText
from smartapp.web.merging import Page, mark
from tests.pages import Form, form, words
from tests.visits import Browser, Clinic, OpenVisit

JSON = {"Accept": "application/json"}
STROKE = "sheets/af-stroke"
OWN = "sheets/own"


@pytest.fixture
async def visit(browser: Browser) -> OpenVisit:
    """An irregular heartbeat, and no blood thinner yet."""
    return await browser.open("wojcik-tomasz")


async def sheet(visit: OpenVisit, page: str = STROKE) -> Form:
    return form((await visit.page(page)).text, "/draft")


def box_for(page: Form, question: str) -> str:
    """The id of the box that answers this question."""
    fields = dict(page.fields)
    return next(box for box in page.values("box") if fields[f"{box}-question"] == question)


def decided(page: Form, sheet_id: str = "af-stroke", *, what: str, why: str = "") -> list[tuple[str, str]]:
    box = box_for(page, f"sheet.{sheet_id}")
    return page.changed({f"{box}-words": what, f"{box}-why": why})


async def test_an_open_decision_offers_its_sheet_in_one_line_and_says_why(visit: OpenVisit) -> None:
    text = words((await visit.page("room")).text)

    assert "An open decision A sheet on preventing a stroke is there. Shown because: atrial" in text
    assert "flutter in the chart (16 Nov 2026); no blood thinner on the medicine list. Open" in text


async def test_a_chart_without_an_open_decision_has_the_sheets_by_hand_only(browser: Browser) -> None:
    visit = await browser.open("delgado-rosa")

    page = (await visit.page("room")).text

    assert "An open decision" not in page
    sheets = re.findall(r'name="next" value="(sheet-[^"]+)"', page)
    assert sheets == ["sheet-kidney-failure", "sheet-af-stroke", "sheet-opioid-treatment", "sheet-own"]


async def test_the_way_to_a_sheet_keeps_the_draft_first(visit: OpenVisit) -> None:
    room = form((await visit.page("room")).text, "/draft")
    hope = next(box for box in room.values("box") if dict(room.fields)[f"{box}-kind"] == "hope")
    typed = room.changed({f"{hope}-words": "No stroke"})

    answer = await visit.browser.post_once(room.action, [*typed, ("next", "sheet-af-stroke")])

    assert answer.headers["Location"] == visit.path(STROKE)
    assert "No stroke" in (await visit.page("room")).text


async def test_options_stand_from_a_to_z_with_facts_sources_and_what_is_not_known(visit: OpenVisit) -> None:
    page = (await visit.page(STROKE)).text
    text = words(page)

    assert re.findall(r'<h2 id="option-\d"><bdi>([^<]+)</bdi></h2>', page) == [
        "Direct blood thinner, such as apixaban",
        "Heart device that closes a small pouch",
        "No blood thinner for now",
        "Warfarin",
    ]
    assert "Options, A to Z. The order says nothing, and none is chosen for you." in text
    assert "In trials it kept away 64 out of 100 strokes that came without it. Hart 2007" in text
    assert "Cost Not known here. Ask. Ask the hospital and your health plan what you would pay." in text
    assert '<li id="source-hart2007">' in page


async def test_nothing_on_a_sheet_is_chosen_beforehand(visit: OpenVisit) -> None:
    page = await sheet(visit)

    written = [value for name, value in page.fields if re.fullmatch(r"[0-9a-f]{32}-(words|why|choice)", name)]
    assert set(written) == {""}


async def test_a_sheet_that_is_not_there_is_not_found(visit: OpenVisit) -> None:
    assert (await visit.page("sheets/nothing")).status_code == 404


async def test_what_was_decided_and_why_arrive_at_review_and_in_the_chart(
    visit: OpenVisit, running: Clinic
) -> None:
    page = await sheet(visit)
    agreed = decided(page, what="Start apixaban tomorrow.", why="No blood tests, and he fears a stroke more.")
    await visit.browser.post(page.action, [*agreed, ("next", "review")])

    review = words((await visit.page("review")).text)
    done = await visit.send()

    whole = "Start apixaban tomorrow. Why: No blood tests, and he fears a stroke more."
    assert whole in review
    assert done.status_code == 200
    stored = [
        resource
        for kind in ("CarePlan", "Observation", "DocumentReference")
        for resource in running.ehr.created(kind)
        if "Start apixaban tomorrow." in str(resource)
    ]
    assert stored, "the decision is in the chart"
    assert "Why: No blood tests" in str(stored[0])


async def test_a_decision_starts_as_the_clinicians_summary_and_words_about_an_option_as_the_patients_own(
    visit: OpenVisit,
) -> None:
    page = await sheet(visit)
    fields = dict(page.fields)

    assert fields[f"{box_for(page, 'sheet.af-stroke')}-form"] == "summary"
    assert fields[f"{box_for(page, 'sheet.af-stroke.af-warfarin')}-form"] == "words"


async def test_words_about_an_option_become_a_preference_under_its_question(visit: OpenVisit) -> None:
    page = await sheet(visit)
    box = box_for(page, "sheet.af-stroke.af-warfarin")
    await visit.browser.post(page.action, page.changed({f"{box}-words": "Not the needle every week."}))

    room = words((await visit.page("room")).text)
    review = words((await visit.page("review")).text)

    assert "How do you want to lower your risk of a stroke? Warfarin Not the needle every week." in room
    assert "Not the needle every week." in review
    assert "Treatment preference" in review


async def test_empty_places_of_a_sheet_do_not_fill_the_room(visit: OpenVisit) -> None:
    page = await sheet(visit)
    await visit.browser.post(page.action, decided(page, what="Wait a week."))

    room = (await visit.page("room")).text

    assert room.count('<details class="app-prompt"') == 6
    assert "How do you want to lower your risk of a stroke?" in room


async def test_a_sheet_keeps_itself_and_tells_when(visit: OpenVisit) -> None:
    page = await sheet(visit)

    answer = await visit.browser.post_once(page.action, decided(page, what="Wait."), headers=JSON)

    assert set(answer.json()) == {"kept_at", "unsent", "review"}
    again = await visit.page(STROKE)
    assert f"Draft kept {answer.json()['kept_at']}" in words(again.text)
    assert dict(form(again.text, "/draft").fields)[f"{box_for(page, 'sheet.af-stroke')}-words"] == "Wait."


async def test_buttons_without_a_page_stay_on_the_sheet(visit: OpenVisit) -> None:
    page = await sheet(visit)

    answer = await visit.browser.post_once(page.action, [*page.fields, ("next", "here")])

    assert answer.headers["Location"] == visit.path(STROKE)


async def test_a_sheet_made_for_another_patient_keeps_nothing(visit: OpenVisit) -> None:
    page = await sheet(visit)
    forged = [
        (name, "delgado-rosa" if name == "patient" else value) for name, value in decided(page, what="X")
    ]

    answer = await visit.browser.post(page.action, forged)

    assert answer.status_code == 409
    assert "X" not in dict((await sheet(visit)).fields).values()


async def test_the_why_of_a_decision_in_the_room_stands_below_it(visit: OpenVisit) -> None:
    room = form((await visit.page("room")).text, "/draft")
    await visit.browser.post(room.action, [*room.fields, ("next", "add-decision")])
    room = form((await visit.page("room")).text, "/draft")
    box = next(box for box in room.values("box") if dict(room.fields)[f"{box}-kind"] == "decision")

    await visit.browser.post(
        room.action, room.changed({f"{box}-words": "Wait.", f"{box}-why": "She asked to."})
    )

    assert "Wait. Why: She asked to." in words((await visit.page("review")).text)
    assert dict(form((await visit.page("room")).text, "/draft").fields)[f"{box}-why"] == "She asked to."


# The sheet that the clinician fills in


def own(page: Form, **texts: str) -> list[tuple[str, str]]:
    """`question` and, for an option, `label_1`, `good_2` and the like."""
    keys = {
        name: "own-question" if name == "question" else "own-{1}-{0}".format(*name.split("_"))
        for name in texts
    }
    return page.changed({keys[name]: text for name, text in texts.items()})


async def test_a_blank_sheet_keeps_every_field_and_stands_from_a_to_z(visit: OpenVisit) -> None:
    page = await sheet(visit, OWN)
    typed = own(
        page, question="Which shoe?", label_1="Zipped", good_1="Stays on", label_2="Laced", cost_2="Ask"
    )

    await visit.browser.post(page.action, typed)

    again = await visit.page(OWN)
    fields = dict(form(again.text, "/draft").fields)
    assert fields["own-question"] == "Which shoe?"
    assert (fields["own-1-good"], fields["own-2-cost"]) == ("Stays on", "Ask")
    assert re.findall(r'<h2 id="option-\d"><bdi>([^<]+)</bdi></h2>', again.text) == [
        "Laced",
        "No change for now",
        "Zipped",
    ]


async def test_a_decision_on_a_blank_sheet_goes_to_review_under_its_own_question(visit: OpenVisit) -> None:
    page = await sheet(visit, OWN)
    box, said = box_for(page, "sheet.own"), box_for(page, "sheet.own.1")
    page.fields = own(page, question="Which shoe?", label_1="Laced")
    answers = {f"{box}-words": "Laced ones.", f"{box}-why": "Safe.", f"{said}-words": "I like it."}

    await visit.browser.post(page.action, page.changed(answers))

    room = words((await visit.page("room")).text)
    assert "Which shoe? Laced I like it." in room
    assert "Laced ones. Why: Safe." in words((await visit.page("review")).text)


async def test_options_are_added_one_by_one_up_to_six(visit: OpenVisit) -> None:
    for expected in (2, 3, 4, 5, 6):
        page = await visit.page(f"{OWN}?more=1" if expected > 2 else OWN)
        assert page.text.count('id="option-') == expected + 1  # and to change nothing for now
        found = form(page.text, "/draft")
        labels = {f"own-{n}-label": f"Way {n}" for n in range(1, expected + 1)}
        await visit.browser.post(found.action, found.changed(labels))

    assert "Add an option" not in (await visit.page(f"{OWN}?more=1")).text


async def test_adding_an_option_keeps_what_was_typed(visit: OpenVisit) -> None:
    page = await sheet(visit, OWN)

    answer = await visit.browser.post_once(
        page.action, [*own(page, label_1="Laced"), ("next", "more-option")]
    )

    assert answer.headers["Location"] == visit.path(f"{OWN}?more=1#add-option")
    assert dict((await sheet(visit, OWN)).fields)["own-1-label"] == "Laced"


async def test_two_open_pages_of_a_blank_sheet_lose_no_words(visit: OpenVisit) -> None:
    first, second = await sheet(visit, OWN), await sheet(visit, OWN)
    await visit.browser.post(first.action, own(first, label_1="Laced"))
    await visit.browser.post(second.action, own(second, label_1="Zipped"))
    await visit.browser.post(first.action, own(first, label_1="Laced shoe"))

    assert dict((await sheet(visit, OWN)).fields)["own-1-label"].split("\n") == ["Zipped", "Laced shoe"]


async def test_a_blank_sheet_of_an_ended_launch_is_offered_to_the_next(
    visit: OpenVisit, running: Clinic
) -> None:
    page = await sheet(visit, OWN)
    await visit.browser.post(page.action, own(page, question="Which shoe?"))
    running.clock.now += timedelta(minutes=5)
    later = await visit.browser.open("wojcik-tomasz")

    offered = (await later.page("room")).text
    use = form(offered, "/draft/adopt")
    await later.browser.post(use.action, use.fields)

    assert "A draft from" in offered
    assert "is kept: your own decision sheet." in words(offered)
    assert dict((await sheet(later, OWN)).fields)["own-question"] == "Which shoe?"


async def test_another_patients_visit_is_not_offered_the_sheet(visit: OpenVisit) -> None:
    page = await sheet(visit, OWN)
    await visit.browser.post(page.action, own(page, question="Which shoe?"))

    rosa = await visit.browser.open("delgado-rosa")

    assert "Which shoe?" not in (await rosa.page(OWN)).text
    assert "decision sheet." not in words((await rosa.page()).text)


def texts(*each: tuple[str, str, str]) -> tuple[SheetText, ...]:
    return tuple(SheetText(*one) for one in each)


def test_a_field_that_was_emptied_on_its_own_page_stays_empty() -> None:
    page = Page("a", {"own-1-label": mark("")})
    kept = own_sheet.joined((), {"own-1-label": "Laced"}, page)

    assert own_sheet.joined(kept, {"own-1-label": ""}, page) == ()


def test_a_page_on_which_nobody_typed_changes_nothing() -> None:
    kept = texts(("own-1-label", "Laced", "a"))

    assert own_sheet.joined(kept, {"own-1-label": ""}, Page("b", {"own-1-label": mark("")})) == kept


def test_only_fields_of_a_blank_sheet_are_kept() -> None:
    assert own_sheet.is_key("own-question")
    assert own_sheet.is_key("own-6-cost")
    assert not own_sheet.is_key("own-7-cost")
    assert not own_sheet.is_key("own-1-note")
    assert not own_sheet.is_key("token")


async def test_a_sheet_speaks_the_language_of_the_page_and_says_that_it_is_a_draft(visit: OpenVisit) -> None:
    page = await sheet(visit)

    answer = await visit.browser.post(page.action, [*page.fields, ("next", "language-es")])

    assert str(answer.url.path) == visit.path(STROKE)
    assert '<html lang="es"' in answer.text
    assert '<h1 class="app-ask">¿Cómo quiere bajar su riesgo de un derrame cerebral?</h1>' in answer.text
    assert answer.text.count("Traducción en borrador. Necesita un traductor calificado.") == 1
    assert "Se muestra porque: fibrilación o aleteo auricular en la historia clínica" in answer.text
    assert 'lang="en"' in (await visit.page("room")).text


async def test_what_is_for_the_clinician_stands_apart_from_what_is_read_together(visit: OpenVisit) -> None:
    page = (await visit.page(STROKE)).text

    begin = page.index("For you: why, limits and review")
    apart = words(page[begin : page.index("</details>", begin)])
    assert "own risk of a stroke or a bleed is not on this sheet" in apart
    assert "Not yet reviewed by a practicing clinician" in apart
    assert "own risk of a stroke or a bleed" not in words(page[page.index("</details>", begin) :])
