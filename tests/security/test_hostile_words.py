"""What people type to break things reaches the chart letter for letter, and stays text on pages and paper."""

from collections.abc import AsyncIterator, Sequence

import pytest

from smartapp.web.draft_form import typed
from tests.figures import record
from tests.pages import form, words
from tests.refusals import ROSA, Watched, watched_clinic
from tests.security.hostile import CANARY, PAYLOADS, harmless
from tests.security.made_pages import made
from tests.visits import OpenVisit

KINDS = ("goal", "hope", "worry", "matters")
SAID = [payload for payload in PAYLOADS if typed(payload).strip()]
HANDOUT = ("why", "next_steps", "call", "costs")


@pytest.fixture
async def at() -> AsyncIterator[Watched]:
    async with watched_clinic() as watched:
        yield watched


def stored_words(at: Watched) -> list[str]:
    return sorted(text.replace("\r\n", "\n") for text in at.stored())


async def fill_handout(visit: OpenVisit, texts: Sequence[str]) -> dict[str, str]:
    """The handout's form with these texts, kept; and what was typed by field."""
    found = form((await visit.page("handout")).text, "/handout")
    filled = dict(zip(HANDOUT, texts, strict=True))
    answer = await visit.browser.post(found.action, found.changed(filled))
    assert answer.status_code == 200
    return filled


@pytest.mark.parametrize("start", range(0, len(SAID), 16))
async def test_hostile_words_are_stored_letter_for_letter(at: Watched, start: int) -> None:
    tried = SAID[start : start + 16]
    expected: list[str] = []
    for first in range(0, len(tried), len(KINDS)):
        said = dict(zip(KINDS, tried[first : first + len(KINDS)], strict=False))
        visit = await at.browser().open(ROSA)
        await visit.write(**said)
        pages = [made((await visit.page(page)).text) for page in ("room", "review")]
        done = await visit.send()

        assert "in the chart" in words(done.text)
        assert [one.wrong for one in (*pages, made(done.text)) if one.wrong] == []
        expected += [typed(one) for one in said.values()]

    assert stored_words(at) == sorted(expected)
    assert at.log.events("unexpected") == []
    record("bad inputs tried", len(tried))
    record("hostile words stored letter for letter", len(tried))


async def test_hostile_words_make_the_elements_that_harmless_ones_make() -> None:
    orders = []
    for texts in (SAID[:4], [harmless(one) for one in SAID[:4]]):
        async with watched_clinic() as at:
            visit = await at.browser().open(ROSA)
            await visit.write(**dict(zip(KINDS, texts, strict=True)))
            orders.append([made((await visit.page(page)).text).order for page in ("room", "review")])

    hostile, twin = orders
    assert [page == other for page, other in zip(hostile, twin, strict=True)] == [True, True]


@pytest.mark.parametrize("start", range(0, len(SAID) - 4, 9))
async def test_hostile_words_on_the_handout_stay_text(at: Watched, start: int) -> None:
    visit = await at.browser().open(ROSA)
    filled = await fill_handout(visit, SAID[start : start + 4])

    pages = [await visit.page(page) for page in ("handout", "handout/page")]

    shown = form(pages[0].text, "/handout")
    assert [made(page.text).wrong for page in pages] == [[], []]
    assert {name: shown.value(name) for name in HANDOUT[:2]} == {
        name: typed(filled[name]) for name in HANDOUT[:2]
    }
    assert CANARY not in " ".join(address for page in pages for address in made(page.text).addresses)
    assert at.log.events("unexpected") == []
    record("bad inputs tried", 4)


async def test_paper_with_hostile_words_is_made_and_asks_nobody(at: Watched) -> None:
    visit = await at.browser().open(ROSA)
    await fill_handout(visit, ["\n".join(SAID[n::4]) for n in range(4)])
    requests = len(at.wire.asked)

    paper = await visit.page("handout.pdf")

    if at.clinic.app.state.services.pdf is None:
        pytest.skip("NO PDF WRITER HERE: the paper was not tried")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    assert b"/JavaScript" not in paper.content
    assert b"canary.test" not in paper.content.replace(b"\x00", b"")
    assert len(at.wire.asked) == requests
    record("bad inputs tried", len(SAID))
