"""What is too large is refused with a page, nothing of it is used, and nothing that was kept is lost."""

import pytest

from smartapp.web.limits import MAX_FIELD_LENGTH, MAX_FIELDS, MAX_HEADER_BYTES, MAX_URL_BYTES
from tests.pages import Form, form, words
from tests.refusals import ROSA, TYPED, Watched, watched_clinic
from tests.visits import APP, OpenVisit, box_of

STILL_THERE = "still on the page before this one."
SAME_ORIGIN = {"Origin": APP, "Sec-Fetch-Site": "same-origin"}


async def opened_with_words(at: Watched) -> tuple[OpenVisit, Form]:
    """A visit with words that are kept, and its form."""
    visit = await at.open()
    await visit.write(goal=TYPED)
    return visit, form((await visit.page("room")).text, "/draft")


async def assert_nothing_lost(visit: OpenVisit) -> None:
    assert TYPED in (await visit.page("room")).text


async def test_address_that_is_too_long_is_refused_on_every_page() -> None:
    async with watched_clinic() as at:
        visit, room = await opened_with_words(at)
        query = "x" * MAX_URL_BYTES

        for path in ("/", "/about", "/launch", visit.path("room"), "/static/app.css", "/nope"):
            answer = await visit.browser.get_once(f"{APP}{path}?{query}")
            at.assert_refused(answer, "address-too-long", framed=False)
            assert STILL_THERE in words(answer.text)
        posted = await visit.browser.post_once(f"{room.action}?{query}", room.fields)

        at.assert_refused(posted, "address-too-long", framed=False)
        await assert_nothing_lost(visit)


async def test_longest_address_that_an_ehr_sends_is_taken() -> None:
    async with watched_clinic() as at:
        launch = at.clinic.ehr.new_launch(ROSA)

        answer = await at.browser().get_once(f"{launch}&more={'x' * 10_000}")

        assert answer.status_code == 303


@pytest.mark.parametrize(
    "headers", [{"x-one": "h" * MAX_HEADER_BYTES}, {f"x-{n}": "h" * 300 for n in range(110)}]
)
async def test_headers_that_are_too_large_are_refused_however_many_they_are(headers: dict[str, str]) -> None:
    async with watched_clinic() as at:
        visit, room = await opened_with_words(at)

        answer = await visit.browser._app.get(APP + visit.path("room"), headers=headers)
        posted = await visit.browser.post_once(room.action, room.fields, headers=headers)

        for refused in (answer, posted):
            at.assert_refused(refused, "headers-too-large", framed=False)
            assert STILL_THERE in words(refused.text)
        await assert_nothing_lost(visit)


async def test_cookies_of_a_hundred_visits_are_not_too_large() -> None:
    async with watched_clinic() as at:
        visit, _ = await opened_with_words(at)
        cookies = "; ".join(f"__Host-cg-{n:016d}={'c' * 43}" for n in range(100))

        answer = await visit.browser._app.get(f"{APP}/about", headers={"Cookie": cookies})

        assert answer.status_code == 200


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
async def test_form_with_too_many_fields_is_told_as_one_that_could_not_be_read(content_type: str) -> None:
    async with watched_clinic() as at:
        visit, room = await opened_with_words(at)
        if "urlencoded" in content_type:
            body = b"&".join(b"a=" for _ in range(MAX_FIELDS + 1))
        else:
            part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n'
            body = part * (MAX_FIELDS + 1) + b"--x--\r\n"

        answer = await visit.browser._app.post(
            room.action, content=body, headers=SAME_ORIGIN | {"Content-Type": content_type}
        )

        at.assert_refused(answer, "bad-form")
        await assert_nothing_lost(visit)


async def test_field_that_is_too_long_is_refused_and_the_page_says_where_the_words_are() -> None:
    async with watched_clinic() as at:
        visit, room = await opened_with_words(at)
        box = box_of(room, "worry")

        answer = await visit.browser.post_once(
            room.action, room.changed({f"{box}-words": "w" * (MAX_FIELD_LENGTH + 1)})
        )

        at.assert_refused(answer, "too-large")
        assert STILL_THERE in words(answer.text)
        await assert_nothing_lost(visit)


async def test_form_at_the_limits_is_read() -> None:
    async with watched_clinic() as at:
        visit, room = await opened_with_words(at)
        box = box_of(room, "worry")
        fields = room.changed({f"{box}-words": "A worry of the patient.", "next": "room"})
        fields += [("unknown", "x" * 100_000)] + [("unknown", "")] * (MAX_FIELDS - len(fields) - 1)

        answer = await visit.browser.post(room.action, fields)

        assert answer.status_code == 200
        assert "A worry of the patient." in answer.text
        await assert_nothing_lost(visit)
