"""Cookies of a launch, and the checks that a form is ours."""

import pytest
from pydantic import SecretBytes
from starlette.requests import Request
from starlette.responses import Response

from smartapp.errors import ForgedForm
from smartapp.store.vault import Vault
from smartapp.web import cookies, csrf

ORIGIN = "https://app.test"
VAULT = Vault([SecretBytes(b"k" * 32)])


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": raw})


def test_cookie_carries_every_attribute_that_a_frame_needs_and_nothing_readable() -> None:
    response = Response()

    cookies.put(response, cookies.launch_name("abcdefghijklmnopqrstuvwxyz"), secret="s3cret", max_age=600)

    assert response.headers["set-cookie"] == (
        "__Host-cg-abcdefghijklmnop=s3cret; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
    )


def test_pending_cookie_does_not_tell_its_state() -> None:
    assert "state" not in cookies.pending_name("state")
    assert cookies.pending_name("one") != cookies.pending_name("two")


def test_cookie_name_holds_nothing_that_could_end_it() -> None:
    assert cookies.launch_name("a;b=c\r\nd") == "__Host-cg-abcd"


def test_secrets_are_256_bits_and_never_the_same() -> None:
    assert len(cookies.new_secret()) >= 43
    assert cookies.new_secret() != cookies.new_secret()


def test_token_is_of_one_launch_and_one_browser() -> None:
    tokens = {
        csrf.token(VAULT, "launch-1", browser="a"),
        csrf.token(VAULT, "launch-2", browser="a"),
        csrf.token(VAULT, "launch-1", browser="b"),
    }

    assert len(tokens) == 3


@pytest.mark.parametrize("given", ["", "other", "é"])
def test_wrong_token_is_refused(given: str) -> None:
    with pytest.raises(ForgedForm):
        csrf.check_token("expected", given)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": ORIGIN},
        {"sec_fetch_site": "same-origin"},
        {"origin": ORIGIN, "sec_fetch_site": "same-origin"},
        {"origin": "null", "sec_fetch_site": "same-origin"},
    ],
)
def test_form_of_our_own_page_is_accepted(headers: dict[str, str]) -> None:
    csrf.check_origin(request(**headers), ORIGIN)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": "null", "sec_fetch_site": "cross-site"},
        {"origin": ORIGIN, "sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"origin": "https://app.test.evil"},
    ],
)
def test_form_of_another_site_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ForgedForm):
        csrf.check_origin(request(**headers), ORIGIN)
