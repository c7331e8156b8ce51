"""In the room: whatever is typed is kept, whatever happens, and for its own patient only."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from smartapp.errors import StoreUnavailable
from smartapp.sdm.model import Kind
from tests.pages import Form, form, words
from tests.visits import APP, Browser, Clinic, OpenVisit, box_of

JSON = {"Accept": "application/json"}


@pytest.fixture
async def visit(browser: Browser) -> OpenVisit:
    return await browser.open("delgado-rosa")


async def room(visit: OpenVisit) -> Form:
    return form((await visit.page("room")).text, "/draft")


def typed(page: Form, **said: str) -> list[tuple[str, str]]:
    return page.changed({f"{box_of(page, kind)}-words": text for kind, text in said.items()})


async def test_room_opens_with_five_questions_and_nothing_to_fill_in(visit: OpenVisit) -> None:
    page = await visit.page("room")

    text = words(page.text)
    assert "Just listen Nothing to type yet." in text
    assert "No microphone is used." in text
    assert page.text.count('<details class="app-prompt"') == 5
    assert '<details class="app-prompt" id="prompt-hope">' in page.text
    assert "Said by Rosa Ernesto Delgado, husband" in text
    assert "About Osteoarthritis of the left knee" in text
    assert page.text.count("<h1") == 1


async def test_words_are_kept_by_themselves_and_the_time_is_told(visit: OpenVisit) -> None:
    page = await room(visit)

    answer = await visit.browser.post_once(page.action, typed(page, hope="Dance"), headers=JSON)

    assert answer.status_code == 200
    assert set(answer.json()) == {"kept_at", "unsent", "review"}
    assert answer.json()["review"] == "Review 1 statement"
    kept = await visit.page("room")
    assert "Dance" in kept.text
    assert f"Draft kept {answer.json()['kept_at']}" in words(kept.text)
    assert "Review 1 statement" in words(kept.text)


@pytest.mark.parametrize("page", ["before", "review", "done", "statements", "room", "https://evil.test", ""])
async def test_every_way_out_of_the_room_keeps_the_words_first(visit: OpenVisit, page: str) -> None:
    posted = await room(visit)

    answer = await visit.browser.post_once(posted.action, [*typed(posted, hope="Dance"), ("next", page)])

    leads = {"before": "", "statements": "statements?from=room", "https://evil.test": "room", "": "room"}
    expected = leads.get(page, page)
    assert answer.status_code == 303
    assert answer.headers["location"] == visit.path(expected)
    assert "Dance" in (await visit.page("room")).text


async def test_steps_of_the_room_are_buttons_that_keep_the_words(visit: OpenVisit) -> None:
    html = (await visit.page("room")).text

    buttons = re.findall(r'<button (?:hidden )?type="submit" form="draft" name="next" value="(\w+)"', html)

    # The first is what the Enter key presses.
    assert buttons == ["room", "before", "room", "review", "done"]
    assert f'<a href="{visit.path()}' not in html


async def test_everything_that_can_be_chosen_comes_back_as_chosen(visit: OpenVisit) -> None:
    page = await room(visit)
    goal = box_of(page, "goal")
    condition = "Condition/delgado-rosa-knee"
    changes = {
        f"{goal}-words": "Dance",
        f"{goal}-by": "other",
        f"{goal}-name": "Neighbor <b>",
        f"{goal}-form": "summary",
        f"{goal}-due": "2027-10-17",
    }

    await visit.browser.post_once(page.action, [*page.changed(changes), (f"{goal}-about", condition)])

    again = await room(visit)
    assert {name: again.value(name) for name in changes} == changes
    assert "Neighbor &lt;b&gt;" in (await visit.page("room")).text


async def test_add_another_brings_an_empty_box_in_the_open_question(visit: OpenVisit) -> None:
    page = await room(visit)

    answer = await visit.browser.post(page.action, [*typed(page, hope="Dance"), ("next", "add-hope")])

    again = form(answer.text, "/draft")
    hopes = [box for box in again.values("box") if again.value(f"{box}-kind") == "hope"]
    assert [again.value(f"{box}-words") for box in hopes] == ["Dance", ""]
    assert '<details class="app-prompt" id="prompt-hope" open>' in answer.text


async def test_question_from_the_drawer_gets_a_box_of_its_kind(visit: OpenVisit) -> None:
    page = await room(visit)
    value, label = next((value, text) for _, value, text in page.buttons if value.startswith("add-ask-"))

    answer = await visit.browser.post(page.action, [*page.fields, ("next", value)])

    question = visit.browser.clinic.app.state.services.catalogue.question(value.removeprefix("add-ask-"))
    again = form(answer.text, "/draft")
    added = next(box for box in again.values("box") if again.value(f"{box}-question") == question.id)
    assert label == "Add"
    assert again.value(f"{added}-kind") == question.kind
    assert f'id="prompt-ask-{question.id}" open' in answer.text


PLACES = {
    "decision": "What did you decide together, and why?",
    "decision_role": "How to decide",
    "treatment_preference": "Treatment preference",
    "unacceptable": "Not acceptable",
    "care_experience": "Care preference",
    "strength": "Strength",
}


async def test_every_kind_of_statement_has_a_way_in(visit: OpenVisit) -> None:
    html = (await visit.page("room")).text

    buttons = {value.removeprefix("add-") for _, value, _ in form(html, "/draft").buttons}
    catalogue = visit.browser.clinic.app.state.services.catalogue
    ways = {str(q.kind) for q in catalogue.questions if f"ask-{q.id}" in buttons}
    ways |= {"confidence" if value.startswith("confidence") else value for value in buttons}
    # One is made from the others; the EHR has places of its own for the other two.
    own = {Kind.PRIORITIES, Kind.PLANNING_DOCUMENT, Kind.CODE_STATUS}
    assert ways >= set(Kind) - own


async def test_places_to_write_stand_where_no_question_asks(running: Clinic, visit: OpenVisit) -> None:
    page = await room(visit)
    catalogue = running.app.state.services.catalogue

    buttons = {value.removeprefix("add-") for _, value, _ in page.buttons}
    asked = {str(q.kind) for q in catalogue.questions if f"ask-{q.id}" in buttons}

    assert buttons & set(PLACES) == set(PLACES) - (asked - {"decision"})


async def add(visit: OpenVisit, page: Form, what: str) -> tuple[Form, str]:
    """Press the button; the page as it then is, and the id of the new box."""
    answer = await visit.browser.post(page.action, [*page.fields, ("next", f"add-{what}")])
    again = form(answer.text, "/draft")
    (new,) = set(again.values("box")) - set(page.values("box"))
    field = "choice" if f"{new}-choice" in dict(again.fields) else "words"
    assert answer.url.fragment == f"{new}-{field}"
    assert f'id="{answer.url.fragment}"' in answer.text
    return again, new


@pytest.mark.parametrize(("kind", "heading"), PLACES.items())
async def test_place_to_write_opens_with_an_empty_box_and_the_focus_in_it(
    visit: OpenVisit, kind: str, heading: str
) -> None:
    page, new = await add(visit, await visit.write(hope="Dance"), kind)

    html = (await visit.page(f"room?open={kind}")).text
    assert page.value(f"{new}-kind") == kind
    assert f'id="prompt-{kind}" open' in html
    assert heading in words(html)
    assert page.value(f"{new}-form") == ("summary" if kind == "decision" else "words")


async def test_role_in_deciding_is_chosen_in_the_patients_words_and_can_be_taken_back(
    visit: OpenVisit,
) -> None:
    page, role = await add(visit, await room(visit), "ask-role")
    text = words((await visit.page("room")).text)
    assert "Closest to what Rosa said I decide I decide, after hearing what you think We decide" in text
    assert "In the patient’s words, if they said more" in text
    assert page.value(f"{role}-choice") == ""

    await visit.browser.post(page.action, page.changed({f"{role}-choice": "clinician"}))

    chosen = await room(visit)
    shown = words((await visit.page("room")).text)
    assert chosen.value(f"{role}-choice") == "clinician"
    assert "Review 1 statement" in shown
    assert "1 written" in (await visit.page("room")).text
    await visit.browser.post(chosen.action, chosen.changed({f"{role}-choice": ""}))
    assert (await room(visit)).value(f"{role}-choice") == ""
    assert "Nothing written yet" in words((await visit.page("room")).text)


async def test_confidence_is_asked_for_beside_the_goal_it_is_about(visit: OpenVisit) -> None:
    first = await visit.write(goal="Dance")
    page = await room(visit)
    goal = next(box for box in page.values("box") if page.value(f"{box}-words") == "Dance")
    assert goal in first.values("box")
    page = await room_with(visit, page, "add-goal")
    other = box_of(page, "goal")
    page.fields = page.changed({f"{other}-words": "Run"})

    page, confidence = await add(visit, page, f"confidence-{goal}")

    kinds = [page.value(f"{box}-kind") for box in page.values("box")]
    assert kinds[-3:] == ["goal", "confidence", "goal"]
    assert page.value(f"{confidence}-goal") == goal
    values = [value for _, value, _ in page.buttons if value.startswith("add-confidence")]
    assert values == [f"add-confidence-{other}"]


async def room_with(visit: OpenVisit, page: Form, pressed: str) -> Form:
    answer = await visit.browser.post(page.action, [*page.fields, ("next", pressed)])
    return form(answer.text, "/draft")


async def test_confidence_without_its_goal_stands_with_the_goals(visit: OpenVisit) -> None:
    page, confidence = await add(visit, await room(visit), "confidence")

    answer = await visit.browser.post(page.action, page.changed({f"{confidence}-choice": "7"}))

    assert '<span class="app-prompt__plain">7 of 10</span>' in answer.text
    assert "Review 1 statement" in words(answer.text)


async def test_confidence_in_words_alone_is_told_and_nothing_is_lost(visit: OpenVisit) -> None:
    page, confidence = await add(visit, await room(visit), "confidence")

    answer = await visit.browser.post(
        page.action, page.changed({f"{confidence}-words": "Quite sure.", "next": "review"})
    )

    again = form(answer.text, "/draft")
    assert answer.url.fragment == "errors"
    assert "Choose a number from 0 to 10, or move the words to another question." in words(answer.text)
    assert f'href="#{confidence}-choice"' in answer.text
    assert f'id="{confidence}-choice-error"' in answer.text
    assert again.value(f"{confidence}-words") == "Quite sure."
    mended = again.changed({f"{confidence}-choice": "0", "next": "review"})
    assert (await visit.browser.post(again.action, mended)).url.path == visit.path("review")


async def test_person_of_the_chart_can_be_named_as_involved(visit: OpenVisit) -> None:
    html = (await visit.page("room")).text
    people = html[html.index('id="prompt-people"') : html.index('id="prompt-goal"')]

    assert "About Ernesto Delgado, husband" in words(people)
    assert "About Osteoarthritis" not in words(people)


@pytest.mark.parametrize("kind", ["goal", "decision", "unacceptable", "treatment_preference"])
async def test_condition_of_the_chart_can_be_named(visit: OpenVisit, kind: str) -> None:
    page = await room(visit)
    new = box_of(page, kind) if kind == "goal" else ""
    if not new:
        page, new = await add(visit, page, kind)
    about = (f"{new}-about", "Condition/delgado-rosa-knee")

    await visit.browser.post(page.action, [*page.changed({f"{new}-words": "Dance"}), about])

    assert about in (await room(visit)).fields


async def test_what_was_ticked_stays_while_the_chart_is_still_read(running: Clinic, visit: OpenVisit) -> None:
    page = await room(visit)
    goal = box_of(page, "goal")
    about = (f"{goal}-about", "Condition/no-longer-in-the-chart")

    await visit.browser.post(page.action, [*page.changed({f"{goal}-words": "Dance"}), about])

    assert about in (await room(visit)).fields


async def test_choice_typed_after_the_session_ended_is_kept_and_offered(
    running: Clinic, visit: OpenVisit
) -> None:
    page, confidence = await add(visit, await room(visit), "confidence")
    page, role = await add(visit, page, "ask-role")
    running.clock.now += timedelta(minutes=30)
    chosen = {f"{confidence}-choice": "7", f"{role}-choice": "shared"}

    answer = await visit.browser.post_once(page.action, page.changed(chosen))

    assert answer.status_code == 401
    assert "2 statements are kept" in words(answer.text)
    later = await visit.browser.open("delgado-rosa")
    use = form((await later.page("room")).text, "/draft/adopt")
    adopted = form((await visit.browser.post(use.action, use.fields)).text, "/draft")
    assert {name: adopted.value(name) for name in chosen} == chosen


async def test_choice_that_could_not_be_kept_is_shown_to_be_copied(running: Clinic, visit: OpenVisit) -> None:
    page, confidence = await add(visit, await room(visit), "confidence")
    services = running.app.state.services
    running.app.state.services = replace(services, drafts=NoRoom(services.drafts))
    fields = page.changed({f"{confidence}-choice": "7", f"{confidence}-words": "I did it before."})

    answer = await visit.browser.post_once(page.action, fields)

    assert answer.status_code == 503
    assert "7 of 10\nI did it before.</textarea>" in answer.text


async def test_summary_never_stands_in_quotation_marks_on_the_closed_line(visit: OpenVisit) -> None:
    page, decision = await add(visit, await room(visit), "decision")
    fields = page.changed({f"{decision}-words": "Therapy first.", f"{box_of(page, 'hope')}-words": "Dance"})

    html = (await visit.browser.post(page.action, fields)).text

    assert '<q dir="auto">Dance</q>' in html
    assert '<span class="app-prompt__plain" dir="auto">Therapy first.</span>' in html


async def test_decision_is_a_summary_unless_it_is_exactly_as_said(visit: OpenVisit) -> None:
    await add(visit, await room(visit), "decision")

    text = words((await visit.page("room")).text)
    assert "What was decided, in words the patient would use" in text
    assert "Kept as your summary of what you and Rosa decided, unless it is exactly as said." in text


async def test_answer_to_a_question_about_the_decision_is_somebodys_own_words(visit: OpenVisit) -> None:
    page, answer = await add(visit, await room(visit), "ask-teach-back")

    assert (page.value(f"{answer}-kind"), page.value(f"{answer}-form")) == ("decision", "words")
    assert "What was decided, in words" not in words((await visit.page("room")).text)


@pytest.mark.parametrize("what", ["add-nonsense", "add-ask-nonsense", "add-priorities", "add-"])
async def test_unknown_question_adds_nothing_and_keeps_the_words(visit: OpenVisit, what: str) -> None:
    page = await room(visit)

    answer = await visit.browser.post(page.action, [*typed(page, hope="Dance"), ("next", what)])

    assert answer.url.path == visit.path("room")
    assert "Dance" in answer.text


async def test_two_open_pages_do_not_overwrite_one_another(visit: OpenVisit) -> None:
    first, second = await room(visit), await room(visit)

    await visit.browser.post_once(first.action, typed(first, hope="From the first page"))
    await visit.browser.post_once(second.action, typed(second, hope="From the second page"))

    text = (await visit.page("room")).text
    assert "From the first page" in text
    assert "From the second page" in text


async def test_words_over_the_limit_are_kept_whole_and_told(visit: OpenVisit) -> None:
    page = await room(visit)
    long = "word " * 1000

    answer = await visit.browser.post(page.action, [*typed(page, hope=long), ("next", "review")])

    again = form(answer.text, "/draft")
    assert answer.url.path == visit.path("room")
    assert answer.url.fragment == "errors"
    assert "<title>Error: In the room" in answer.text
    assert "A statement is 1000 characters over the limit of 4,000." in words(answer.text)
    assert f'href="#{again.values("box")[0]}-words"' in answer.text
    assert long in [value for _, value in again.fields]


async def test_review_waits_until_the_faults_are_mended(visit: OpenVisit) -> None:
    await visit.write(hope="x" * 4001)

    answer = await visit.page("review")

    assert answer.url.path == visit.path("room")


async def test_name_is_asked_for_when_someone_else_said_it(visit: OpenVisit) -> None:
    page = await room(visit)
    box = box_of(page, "hope")

    answer = await visit.browser.post(
        page.action, page.changed({f"{box}-words": "Dance", f"{box}-by": "other", "next": "review"})
    )

    assert "Write the name of the person who said this." in words(answer.text)
    assert f'id="{box}-name-error"' in answer.text


async def test_form_of_another_patient_is_stopped_and_kept_for_nobody(browser: Browser) -> None:
    rosa, jose = await browser.open("delgado-rosa"), await browser.open("herrera-jose")
    page = await room(rosa)
    fields = [(name, value) for name, value in typed(page, hope="For Rosa") if name != "token"]

    answer = await browser.post_once(
        jose.path("draft"), [*fields, ("token", (await room(jose)).value("token"))]
    )

    assert answer.status_code == 409
    assert "For Rosa" in answer.text
    assert "wrong-patient" in answer.text
    assert "For Rosa" not in (await jose.page("room")).text


async def test_form_of_another_launch_of_the_same_patient_is_stopped(browser: Browser) -> None:
    first, second = await browser.open("delgado-rosa"), await browser.open("delgado-rosa")
    page = await room(first)

    answer = await browser.post_once(second.path("draft"), typed(page, hope="Dance"))

    assert answer.status_code == 403
    assert "form-not-ours" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.test"},
        {"Origin": "null", "Sec-Fetch-Site": "none"},
    ],
)
async def test_form_from_another_site_changes_nothing_and_is_not_shown_again(
    visit: OpenVisit, headers: dict[str, str]
) -> None:
    page = await room(visit)

    answer = await visit.browser.post_once(page.action, typed(page, hope="Planted"), headers=headers)

    assert answer.status_code == 403
    assert "Planted" not in answer.text
    assert "Planted" not in (await visit.page("room")).text


async def test_other_browser_cannot_see_or_change_the_draft(running: Clinic, visit: OpenVisit) -> None:
    page = await room(visit)
    other = running.browser()

    assert (await other.get_once(APP + visit.path("room"))).status_code == 403
    assert (await other.post_once(page.action, typed(page, hope="Mine"))).status_code == 403
    assert "Mine" not in (await visit.page("room")).text


@pytest.mark.parametrize("headers", [{}, JSON])
async def test_words_typed_after_the_session_ended_are_kept_and_offered_at_the_next_launch(
    running: Clinic, visit: OpenVisit, headers: dict[str, str]
) -> None:
    page = await room(visit)
    running.clock.now += timedelta(minutes=30)

    answer = await visit.browser.post_once(page.action, typed(page, hope="Typed late"), headers=headers)

    assert answer.status_code == 401
    assert "Your EHR session ended. Your text is safe." in words(answer.text)
    later = await visit.browser.open("delgado-rosa")
    assert "A draft from " in words((await later.page()).text)
    use = form((await later.page("room")).text, "/draft/adopt")
    adopted = await visit.browser.post(use.action, use.fields)
    assert "Typed late" in adopted.text
    assert "A draft from " not in words(adopted.text)


async def test_ended_session_page_counts_what_is_kept(running: Clinic, visit: OpenVisit) -> None:
    await visit.write(hope="Dance", worry="Fall")
    running.clock.now += timedelta(minutes=30)

    answer = await visit.page("room")

    assert answer.status_code == 401
    assert "2 statements are kept, last changed at " in words(answer.text)
    assert "Dance" not in answer.text


async def test_offered_draft_can_be_discarded(visit: OpenVisit) -> None:
    await visit.write(hope="Dance")
    later = await visit.browser.open("delgado-rosa")
    discard = form((await later.page()).text, "/draft/discard")

    await visit.browser.post(discard.action, discard.fields)

    assert "A draft from " not in words((await later.page()).text)
    assert "Dance" not in (await visit.page("room")).text


async def test_draft_is_offered_for_the_same_patient_only(visit: OpenVisit) -> None:
    await visit.write(hope="Dance")

    other = await visit.browser.open("herrera-jose")

    assert "A draft from " not in words((await other.page()).text)
    assert "A draft from " not in words((await other.page("room")).text)


class NoRoom:
    """Drafts that can be read and not written."""

    def __init__(self, drafts: object) -> None:
        self._drafts = drafts

    def __getattr__(self, name: str) -> object:
        return getattr(self._drafts, name)

    async def save_in(self, *args: object, **kwargs: object) -> None:
        raise StoreUnavailable("full")


async def test_words_that_could_not_be_kept_are_shown_to_be_copied(running: Clinic, visit: OpenVisit) -> None:
    page = await room(visit)
    services = running.app.state.services
    running.app.state.services = replace(services, drafts=NoRoom(services.drafts))

    shown = await visit.browser.post_once(page.action, typed(page, hope="Dance </textarea>", worry="Fall"))
    told = await visit.browser.post_once(page.action, typed(page, hope="Dance"), headers=JSON)

    assert shown.status_code == 503
    assert "Dance &lt;/textarea&gt;\n\nFall</textarea>" in shown.text
    assert told.status_code == 503
    assert told.json()["code"] == "store-unavailable"
    assert "Dance" not in told.text


async def test_body_over_a_megabyte_is_refused_with_a_page(visit: OpenVisit) -> None:
    page = await room(visit)

    answer = await visit.browser.post_once(page.action, typed(page, hope="x" * 1_100_000))

    assert answer.status_code == 413
    assert "This is more text than one page can send." in words(answer.text)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</textarea></form><form action=https://evil.test>",
        "{{ 7*7 }}{% raw %}",
        "\u202ereversed\u2066",
    ],
)
async def test_hostile_words_are_inert_on_every_page(visit: OpenVisit, hostile: str) -> None:
    await visit.write(hope=hostile, goal=hostile)

    room_html = (await visit.page("room")).text
    review_html = (await visit.page("review")).text
    done_html = (await visit.send()).text

    for html in (room_html, review_html, done_html):
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "evil.test>" not in html
    assert hostile in [value for _, value in form(room_html, "/draft").fields]


async def test_hostile_name_in_the_chart_is_inert(running: Clinic, browser: Browser) -> None:
    name = [{"family": "<script>alert(1)</script>", "given": ["\u202eEve<img src=x>"]}]
    running.ehr.store.load(
        {"resourceType": "Patient", "id": "eve", "name": name, "gender": "female", "birthDate": "1980-01-01"}
    )
    visit = await browser.open("eve")

    for page in ("", "room", "review", "done", "statements"):
        html = (await visit.page(page)).text
        assert "<script>alert" not in html.lower()
        assert "<img" not in html
        assert "\u202e" not in html
        assert "&lt;SCRIPT&gt;" in html
