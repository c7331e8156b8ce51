"""Forms that no page of ours sent, or that are none: told in words, nothing changed, nothing typed lost."""

import re
from collections.abc import AsyncIterator

import pytest

from tests.pages import Form, form, words
from tests.refusals import ROSA, TYPED, Watched, watched_clinic
from tests.visits import APP, OpenVisit, box_of

PAGES_OF_A_VISIT = ["", "room", "review", "done", "statements", "sources", "why/R01"]
POSTS = [
    "draft", "draft/adopt", "draft/discard", "send", "check", "retry/x", "prompts/R01/hide",
    "prompts/R01/show", "prompts/R01/not-useful", "reread",
]  # fmt: skip
HAS_A_PAGE_TOO = {"prompts/R01/not-useful"}


@pytest.fixture
async def at() -> AsyncIterator[Watched]:
    async with watched_clinic() as watched:
        yield watched


async def room(visit: OpenVisit, text: str = TYPED, **more: str) -> Form:
    """The room's form with words in its goal; `more` are ends of field names, such as due="soon"."""
    found = form((await visit.page("room")).text, "/draft")
    box = box_of(found, "goal")
    found.fields = found.changed({f"{box}-{name}": value for name, value in ({"words": text} | more).items()})
    return found


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "https://app.test.evil.test"},
        {"Origin": "http://app.test"},
        {"Origin": "https://ehr.test"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_form_of_another_site_changes_nothing(at: Watched, headers: dict[str, str]) -> None:
    visit = await at.open()
    posted = await room(visit)
    requests = len(at.wire.asked)

    answers = [
        await visit.browser.post_once(visit.path(page), posted.fields, headers=headers) for page in POSTS
    ]

    for answer in answers:
        at.assert_refused(answer, "form-not-ours")
    assert len(at.wire.asked) == requests
    assert TYPED not in (await visit.page("room")).text


@pytest.mark.parametrize("token", [None, "", "x", "é", "of-another-launch"])
async def test_form_without_this_launchs_token_changes_nothing(at: Watched, token: str | None) -> None:
    browser = at.browser()
    visit = await browser.open(ROSA)
    posted = await room(visit)
    if token == "of-another-launch":
        token = (await room(await browser.open(ROSA))).value("token")
    fields = [(name, value) for name, value in posted.fields if name != "token"]
    fields += [] if token is None else [("token", token)]

    answers = {page: await browser.post_once(visit.path(page), fields) for page in POSTS}

    for page, answer in answers.items():
        at.assert_refused(answer, "form-not-ours", typed=TYPED if page == "draft" else "")
    assert TYPED not in (await visit.page("room")).text


async def test_forged_form_says_to_save_the_words_before_the_page_is_loaded_again(at: Watched) -> None:
    visit = await at.open()
    posted = await room(visit)

    answer = await visit.browser.post_once(
        posted.action, posted.fields, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert re.search(r"copy .* load the page again", words(answer.text))


@pytest.mark.parametrize("patient", [None, "", "herrera-jose", "delgado-rosa/", "Patient/delgado-rosa"])
async def test_form_that_names_another_patient_changes_nothing(at: Watched, patient: str | None) -> None:
    visit = await at.open()
    posted = await room(visit)
    fields = [(name, value) for name, value in posted.fields if name != "patient"]
    fields += [] if patient is None else [("patient", patient)]

    answers = {page: await visit.browser.post_once(visit.path(page), fields) for page in POSTS}

    for page, answer in answers.items():
        at.assert_refused(answer, "wrong-patient", typed=TYPED if page == "draft" else "")
        assert "What you typed is kept" not in words(answer.text)
    assert TYPED not in (await visit.page("room")).text


async def test_address_of_a_form_that_is_only_opened_changes_nothing(at: Watched) -> None:
    visit = await at.open()

    for page in POSTS:
        if page not in HAS_A_PAGE_TOO:
            at.assert_refused(await visit.page(page), "method")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_method_that_no_page_uses_is_refused_with_a_page(at: Watched, method: str) -> None:
    visit = await at.open()

    for path in ("", "room", "draft", "send"):
        answer = await visit.browser._app.request(method, APP + visit.path(path))

        at.assert_refused(answer, "method")


@pytest.mark.parametrize("launch", ["nothing", "x" * 43, "x" * 5_000, "..%2f..%2f", "%00", "%F0%9F%98%80"])
async def test_launch_that_does_not_exist_is_told_and_the_words_are_given_back(
    at: Watched, launch: str
) -> None:
    browser = at.browser()
    posted = await room(await browser.open(ROSA))

    for page in (*PAGES_OF_A_VISIT, *POSTS):
        url = f"{APP}/visits/{launch}/{page}"
        answer = await (browser.post_once(url, posted.fields) if page in POSTS else browser.get_once(url))

        reaches_a_page = "/.." not in f"/{launch}".replace("%2f", "/")
        typed = TYPED if page == "draft" and reaches_a_page else ""
        at.assert_refused(answer, "not-found", framed=False, typed=typed)


async def test_launch_of_another_browser_shows_and_changes_nothing(at: Watched) -> None:
    visit = await at.open()
    posted = await room(visit)
    other = at.browser()

    for page in (*PAGES_OF_A_VISIT, *POSTS):
        url = APP + visit.path(page)
        answer = await (other.post_once(url, posted.fields) if page in POSTS else other.get_once(url))

        typed = TYPED if page == "draft" else ""
        at.assert_refused(answer, "launch-other-browser", framed=False, typed=typed)
    assert TYPED not in (await visit.page("room")).text


@pytest.mark.parametrize("cookie", ["", "x", "%00", '"', "é" * 100, "x" * 4_000])
async def test_cookie_that_is_not_the_launchs_opens_nothing(at: Watched, cookie: str) -> None:
    visit = await at.open()
    header = f"__Host-cg-{visit.id[:16]}={cookie}".encode()

    answer = await at.browser()._app.get(APP + visit.path(), headers=[(b"cookie", header)])

    at.assert_refused(answer, "launch-other-browser", framed=False)


@pytest.mark.parametrize("page", ["draft", "send"])
async def test_body_over_a_megabyte_is_stopped_and_the_page_says_where_the_words_are(
    at: Watched, page: str
) -> None:
    visit = await at.open()
    posted = await room(visit, "w" * 1_100_000)

    answer = await visit.browser.post_once(visit.path(page), posted.fields)

    at.assert_refused(answer, "too-large")
    assert "Your text is still on the page before this one." in words(answer.text)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data; boundary=x", b"--y\r\nnonsense"),
        ("multipart/form-data", b"a"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A" * 20_000),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="token"; filename="a"\r\n\r\na\r\n--x--\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n' for _ in range(2_500))
            + b"--x--\r\n",
        ),
    ],
)
async def test_form_that_is_no_form_is_told_as_one_that_could_not_be_read(
    at: Watched, content_type: str, body: bytes
) -> None:
    visit = await at.open()

    answer = await visit.browser._app.post(
        APP + visit.path("draft"),
        content=body,
        headers={"Content-Type": content_type, "Origin": APP, "Sec-Fetch-Site": "same-origin"},
    )

    at.assert_refused(answer, "bad-form")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"token": 1}'),
        ("text/plain", b"token=x"),
        ("", b"token=x"),
        ("x", b"\xff\x00"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a\r\n\r\n'),
    ],
)
async def test_body_that_is_no_form_has_no_token(at: Watched, content_type: str, body: bytes) -> None:
    visit = await at.open()

    answer = await visit.browser._app.post(
        APP + visit.path("draft"),
        content=body,
        headers={"Content-Type": content_type, "Origin": APP, "Sec-Fetch-Site": "same-origin"},
    )

    at.assert_refused(answer, "form-not-ours")
