"""The watcher of the whole suite finds a secret wherever one gets out, and nothing where none does."""

import json
import logging

import httpx2
import pytest

from tests.canary import Canary, Listening

SECRET = "s3cret-" + "x" * 36
APP, EHR = "https://app.test", "https://ehr.test"


@pytest.fixture
def canary() -> Canary:
    return Canary()


@pytest.fixture
def logger(canary: Canary) -> logging.Logger:
    """A logger of the product's name that nobody but this canary hears."""
    logger = logging.Logger("smartapp", logging.DEBUG)  # noqa: LOG001 - the suite's own canary would cry
    logger.addHandler(Listening(canary))
    return logger


def exchange(
    canary: Canary,
    url: str,
    *,
    method: str = "GET",
    sent: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    answer: httpx2.Response | None = None,
) -> None:
    canary.see(
        httpx2.Request(method, url, data=sent, headers=headers), answer or httpx2.Response(200, text="")
    )


EXCHANGES = {
    "cookie": {
        "url": f"{APP}/",
        "answer": httpx2.Response(200, headers={"set-cookie": f"__Host-cg-a={SECRET}; Secure"}),
    },
    "state": {"url": f"{EHR}/auth/authorize?state={SECRET}"},
    "nonce": {"url": f"{EHR}/auth/authorize?nonce={SECRET}"},
    "code": {
        "url": f"{APP}/x",
        "answer": httpx2.Response(302, headers={"location": f"{APP}/callback/demo?code={SECRET}"}),
    },
    "launch": {"url": f"{APP}/launch?launch={SECRET}"},
    "code_verifier": {"url": f"{EHR}/auth/token", "method": "POST", "sent": {"code_verifier": SECRET}},
    "refresh_token": {"url": f"{EHR}/auth/token", "method": "POST", "sent": {"refresh_token": SECRET}},
    "client_secret": {"url": f"{EHR}/auth/token", "headers": {"authorization": f"Basic {SECRET}"}},
    "access_token": {"url": f"{EHR}/fhir/Patient/1", "headers": {"authorization": f"Bearer {SECRET}"}},
    "id_token": {
        "url": f"{EHR}/auth/token",
        "method": "POST",
        "answer": httpx2.Response(200, json={"access_token": "a", "id_token": SECRET}),
    },
}


@pytest.mark.parametrize("kind", EXCHANGES)
def test_secret_that_crossed_a_wire_is_found_in_the_log(
    canary: Canary, logger: logging.Logger, kind: str
) -> None:
    exchange(canary, **EXCHANGES[kind])  # type: ignore[arg-type]

    logger.warning("refused", extra={"safe": {"detail": f"said {SECRET}"}})

    (found,) = canary.found_in_log()
    assert found.startswith(f"{kind} in: ")
    assert SECRET not in found


def test_secret_that_was_printed_is_found(canary: Canary) -> None:
    exchange(canary, **EXCHANGES["access_token"])  # type: ignore[arg-type]

    assert canary.found_in_log(f"Traceback\ntoken={SECRET}\n")


def test_story_patient_in_the_log_is_found_and_an_id_of_an_entry_is_not(
    canary: Canary, logger: logging.Logger
) -> None:
    logger.info("item-settled", extra={"safe": {"resource": "Goal/delgado-rosa-goal"}})
    assert canary.found_in_log() == []

    logger.info("read", extra={"safe": {"detail": "Rosa Delgado"}})
    assert canary.found_in_log() == ["a story patient in the log: Delgado"]


@pytest.mark.parametrize(
    ("kind", "address", "is_fine"),
    [
        ("state", f"{EHR}/auth/authorize?state={SECRET}", True),
        ("state", f"{APP}/visits/{SECRET}/", False),
        ("code", f"{APP}/callback/demo?code={SECRET}", True),
        ("code", f"{APP}/?code={SECRET}", False),
        ("access_token", f"{EHR}/fhir/Goal?token={SECRET}", False),
        ("access_token", f"{APP}/callback/demo?x={SECRET}", False),
        ("cookie", f"{APP}/visits/{SECRET}/", False),
    ],
)
def test_secret_in_an_address_is_found_unless_oauth_puts_it_there(
    canary: Canary, kind: str, address: str, is_fine: bool
) -> None:
    canary.know(kind, SECRET)

    exchange(canary, f"{APP}/", answer=httpx2.Response(303, headers={"location": address}))

    assert (canary.found_elsewhere() == []) is is_fine


@pytest.mark.parametrize(("path", "status"), [("/callback/demo", 400), ("/metrics", 200)])
def test_secret_on_an_error_page_or_among_metrics_is_found(canary: Canary, path: str, status: int) -> None:
    canary.know("access_token", SECRET)

    exchange(canary, APP + path, answer=httpx2.Response(status, text=f"<p>{SECRET}</p>"))

    assert canary.found_elsewhere() == ["access_token on a page that tells an error, or in metrics"]


def test_word_of_a_test_is_no_secret(canary: Canary, logger: logging.Logger) -> None:
    exchange(canary, f"{EHR}/fhir/Patient/1", headers={"authorization": "Bearer token-1"})

    logger.info("refused", extra={"safe": {"detail": "token-1"}})

    assert canary.found_in_log() == []


def test_lines_are_the_products_own(canary: Canary, logger: logging.Logger) -> None:
    logger.info("request", extra={"safe": {"status": 200}})

    assert json.loads(canary.lines[0])["event"] == "request"


async def test_whole_suite_is_heard_at_debug(request: pytest.FixtureRequest) -> None:
    heard = [handler for handler in logging.root.handlers if isinstance(handler, Listening)]
    (listening,) = heard

    logging.getLogger("aiosqlite").debug("anything at all")

    assert listening._canary.lines[-1].endswith('"logger": "aiosqlite"}')
