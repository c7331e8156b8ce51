"""Files that are the same for everybody are sent small; pages, which hold secrets, are not compressed."""

import gzip

import httpx2
import pytest

from smartapp.web.rendering import STATIC
from tests.visits import APP, Browser

FILES = sorted(path.name for path in STATIC.iterdir())


async def fetched(browser: Browser, name: str, **headers: str) -> httpx2.Response:
    wanted = {"Accept-Encoding": "identity"} | {key.replace("_", "-"): text for key, text in headers.items()}
    return await browser._app.get(f"{APP}/static/{name}", headers=wanted)


async def raw(browser: Browser, name: str) -> tuple[httpx2.Headers, bytes]:
    """The compressed answer as it goes over the wire."""
    stream = browser._app.stream("GET", f"{APP}/static/{name}", headers={"Accept-Encoding": "gzip, br"})
    async with stream as answer:
        return answer.headers, b"".join([piece async for piece in answer.aiter_raw()])


@pytest.mark.parametrize("name", FILES)
async def test_file_is_sent_compressed_to_whoever_takes_it_and_holds_the_same(
    browser: Browser, name: str
) -> None:
    plain = await fetched(browser, name)
    headers, small = await raw(browser, name)

    assert plain.content == (STATIC / name).read_bytes() == gzip.decompress(small)
    assert "content-encoding" not in plain.headers
    assert headers["content-encoding"] == "gzip"
    assert headers["content-type"] == plain.headers["content-type"]
    assert int(headers["content-length"]) == len(small)
    assert plain.headers["vary"] == headers["vary"] == "Accept-Encoding"


async def test_compressed_script_and_style_are_less_than_half(browser: Browser) -> None:
    for name in ("app.css", "app.js"):
        headers, small = await raw(browser, name)
        whole = (STATIC / name).stat().st_size
        assert len(small) < whole / 2, f"{name}: {len(small)} of {whole} {headers}"


@pytest.mark.parametrize("refused", ["gzip;q=0", "br, gzip; q=0.0", "identity", ""])
async def test_browser_that_takes_no_gzip_gets_the_file_as_it_is(browser: Browser, refused: str) -> None:
    answer = await fetched(browser, "app.css", Accept_Encoding=refused)

    assert "content-encoding" not in answer.headers


async def test_each_form_has_a_tag_of_its_own_and_is_not_sent_twice(browser: Browser) -> None:
    plain = (await fetched(browser, "app.css")).headers["etag"]
    small = (await fetched(browser, "app.css", Accept_Encoding="gzip")).headers["etag"]

    known = await fetched(browser, "app.css", If_None_Match=f'"x", W/{plain}')
    other = await fetched(browser, "app.css", If_None_Match=small)
    any_ = await fetched(browser, "app.css", If_None_Match="*")

    assert plain != small
    assert (known.status_code, known.content) == (304, b"")
    assert (known.headers["etag"], known.headers["vary"]) == (plain, "Accept-Encoding")
    assert other.status_code == 200
    assert any_.status_code == 304


async def test_head_tells_the_length_and_sends_nothing(browser: Browser) -> None:
    answer = await browser._app.head(f"{APP}/static/app.css", headers={"Accept-Encoding": "identity"})

    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) == (STATIC / "app.css").stat().st_size


@pytest.mark.parametrize(
    "path", ["nope.css", "", "../app.py", "..%2Fapp.py", "%2e%2e/app.py", "/app.css", "a%00b"]
)
async def test_nothing_but_the_files_themselves_is_found(browser: Browser, path: str) -> None:
    answer = await browser._app.get(f"{APP}/static/{path}")

    assert answer.status_code == 404


async def test_file_is_only_read(browser: Browser) -> None:
    answer = await browser._app.post(f"{APP}/static/app.css")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_pages_are_never_compressed(browser: Browser) -> None:
    """They hold a form's token beside text that somebody else may have chosen (BREACH)."""
    visit = await browser.open("delgado-rosa")

    for name in ("", "room", "review", "done", "statements"):
        answer = await browser._app.get(visit.path(name), headers={"Accept-Encoding": "gzip, br, deflate"})
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers, name
