"""Statements that cannot be sent as they are: kept as typed, told where to mend, and never sent half."""

from collections.abc import AsyncIterator

import pytest

from tests.pages import form, words
from tests.refusals import TRANSACTION, TYPED, Watched, watched_clinic
from tests.visits import box_of


@pytest.fixture
async def at() -> AsyncIterator[Watched]:
    async with watched_clinic() as watched:
        yield watched


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"words": "w" * 4_001}, "A statement is 1 character over the limit of 4,000."),
        ({"words": "\U0001f600" * 4_001}, "A statement is 1 character over the limit of 4,000."),
        ({"due": "next spring"}, "Write the target date as year, month and day"),
        ({"due": "2026-02-30"}, "Write the target date as year, month and day"),
        ({"due": "2026-13-01T00:00"}, "Write the target date as year, month and day"),
        ({"by": "other", "name": " "}, "Write the name of the person who said this."),
        ({"by": "person:"}, "Write the name of the person who said this."),
        ({"by": "other", "name": "n" * 201}, "A name is longer than 200 characters."),
    ],
)
async def test_statement_with_a_fault_is_kept_as_typed_and_waits_until_it_is_mended(
    at: Watched, change: dict[str, str], told: str
) -> None:
    visit = await at.open()
    page = form((await visit.page("room")).text, "/draft")
    box = box_of(page, "goal")
    fields = page.changed({f"{box}-{name}": value for name, value in ({"words": TYPED} | change).items()})

    answer = await visit.browser.post(page.action, [*fields, ("next", "review")])
    again = form(answer.text, "/draft")
    sent = await visit.browser.post(visit.path("send"), [*_hidden(fields), ("item", box), ("shown", "x")])

    kept = dict(again.fields)
    assert answer.url.path == visit.path("room")
    assert told in words(answer.text)
    assert kept[f"{box}-words"] == (change.get("words") or TYPED)
    assert kept.get(f"{box}-due", "") == change.get("due", "")
    assert sent.url.path == visit.path("room")
    assert at.wire.requests(TRANSACTION) == 0
    at.assert_log_is_clean()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "diagnosis"},
        {"kind": ""},
        {"question": "Q999<script>"},
        {"about": "Condition/herrera-jose-heart"},
        {"about": "https://evil.test/Condition/1"},
        {"by": "Practitioner/1"},
        {"form": "x"},
        {"words": f"{TYPED}\x00\x07\x1b[31m\x0bpasted\x0cfrom elsewhere"},
        {"by": "person:Ernesto\x00\x0b Delgado, husband"},
        {"by": "other", "name": "A\x1f neighbour"},
        {"words": f"\u202e{TYPED}\u2028"},
        {"words": f"<script>alert(1)</script>{TYPED}"},
        {"words": f"{{{{ 7*7 }}}}{TYPED}"},
    ],
)
async def test_field_that_makes_no_sense_falls_back_and_the_words_go_on(
    at: Watched, change: dict[str, str]
) -> None:
    visit = await at.open()
    page = form((await visit.page("room")).text, "/draft")
    box = box_of(page, "goal")
    fields = page.changed({f"{box}-{name}": value for name, value in ({"words": TYPED} | change).items()})

    await visit.browser.post(page.action, fields)
    review = await visit.page("review")
    done = await visit.send()

    assert TYPED in words(review.text)
    assert TYPED in words(done.text)
    assert "<script>alert" not in review.text + done.text
    assert " 0 of 1 " not in words(done.text)
    assert "safety check" not in words(done.text)
    assert all("herrera" not in str(goal) for goal in at.clinic.ehr.created("Goal"))
    at.assert_log_is_clean()


async def test_forty_one_statements_are_all_kept_and_none_is_sent_before_one_is_emptied(at: Watched) -> None:
    visit = await at.open()
    page = form((await visit.page("room")).text, "/draft")
    boxes = [f"{number:032x}" for number in range(41)]
    fields = [("token", page.value("token")), ("patient", page.value("patient"))]
    for box in boxes:
        fields += [("box", box), (f"{box}-kind", "hope"), (f"{box}-words", f"Hope {box}")]

    answer = await visit.browser.post(page.action, [*fields, ("next", "review")])
    emptied = form(answer.text, "/draft")
    mended = await visit.browser.post(
        page.action, emptied.changed({f"{boxes[0]}-words": "", "next": "review"})
    )

    assert answer.url.path == visit.path("room")
    assert "There are 41 statements. At most 40 can be sent from one visit." in words(answer.text)
    assert all(f"Hope {box}" in answer.text for box in boxes)
    assert mended.url.path == visit.path("review")
    assert "40 statements, word for word" in words(mended.text)


@pytest.mark.parametrize("box", ["x", "", "Goal/1", "../../x", "A" * 32, "0" * 31, "<b>"])
async def test_id_that_is_not_ours_never_becomes_an_identifier_in_the_chart(at: Watched, box: str) -> None:
    visit = await at.open()
    page = form((await visit.page("room")).text, "/draft")
    fields = [("token", page.value("token")), ("patient", page.value("patient")), ("box", box)]
    fields += [(f"{box}-kind", "goal"), (f"{box}-words", TYPED)]

    await visit.browser.post(page.action, fields)
    done = await visit.send()

    (goal,) = at.clinic.ehr.created("Goal")
    assert "It is in the chart" in words(done.text)
    assert goal["description"]["text"] == TYPED
    assert len(goal["identifier"][0]["value"]) == 32
    assert goal["identifier"][0]["value"] != box


async def test_item_that_was_never_shown_is_not_sent(at: Watched) -> None:
    visit = await at.open()
    await visit.write(goal=TYPED)
    review = await visit.review()
    review.fields = [*review.changed({"item": "f" * 32}), ("item", "Goal/1")]

    answer = await visit.send(review)

    assert "No statement is ticked." in words(answer.text)
    assert at.stored() == []


async def test_retry_of_an_item_that_is_not_there_is_told(at: Watched) -> None:
    visit = await at.open()
    await visit.write(goal=TYPED)
    review = await visit.review()

    answer = await visit.browser.post_once(visit.path(f"retry/{'f' * 32}"), review.fields)

    at.assert_refused(answer, "not-found")


def _hidden(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields if name in {"token", "patient"}]
