"""The examination of a SMART client, STU 2.2: registration, launch, authorization request, token request and
token use, for a public client, one with a secret and one with a key.

Numbers are those of the requirements in the guide's list; docs/smart-conformance.md has all of them.
"""

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from smartapp.sandbox.clients import DEMO_SECRET
from tests.security.examined import CLINICIAN, KINDS, PATIENT, TOKEN_URL, Examined, examined
from tests.visits import APP, EHR

_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_AUTHORIZATION_PARAMETERS = {
    "response_type", "client_id", "redirect_uri", "launch", "scope", "state", "aud", "nonce",
    "code_challenge", "code_challenge_method",
}  # fmt: skip


@pytest.fixture(params=KINDS)
async def one(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Examined]:
    async with examined(request.param, tmp_path) as running:
        yield running


@pytest.fixture
async def signing(tmp_path: Path) -> AsyncIterator[Examined]:
    async with examined("asymmetric", tmp_path) as running:
        yield running


async def test_req_020_021_launch_and_redirect_address_are_fixed_and_over_tls(one: Examined) -> None:
    spoofed = {"Host": "evil.test", "X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "http"}
    one.browser._app.headers.update(spoofed)

    await one.launch()

    [asked] = one.authorization_requests
    assert one.clinic.ehr.app_launch_url == f"{APP}/launch"
    assert asked["redirect_uri"] == f"{APP}/callback/demo"
    assert urlsplit(asked["redirect_uri"]).scheme == "https"


async def test_req_022_293_294_302_keys_are_published_as_a_key_set_for_everybody(signing: Examined) -> None:
    assert signing.jwks.status_code == 200
    assert signing.jwks.headers["content-type"] == "application/json"
    assert signing.jwks.request.headers.get("cookie") is None
    assert signing.jwks.request.headers.get("authorization") is None
    assert [key["use"] for key in signing.jwks.json()["keys"]] == ["sig"]


async def test_req_303_key_set_says_how_long_it_is_good(signing: Examined) -> None:
    assert signing.jwks.headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize(
    ("alg", "members"),
    [
        ("ES384", {"kty", "kid", "crv", "x", "y", "use", "alg"}),
        ("RS384", {"kty", "kid", "n", "e", "use", "alg"}),
    ],
)
async def test_req_308_309_313_314_315_either_algorithm_signs_and_its_key_is_bare(
    alg: str, members: set[str], tmp_path: Path
) -> None:
    async with examined("asymmetric", tmp_path, alg=alg) as running:
        await running.launch()

        header, _ = running.assertion(running.exchange())
        [key] = running.jwks.json()["keys"]
    assert header["alg"] == alg
    assert set(key) == members
    assert not set(key) & _PRIVATE


async def test_req_029_configuration_is_asked_below_the_fhir_base_as_json(one: Examined) -> None:
    await one.launch()

    [asked] = one.notes.to("/fhir/.well-known/smart-configuration")
    assert (asked.method, asked.headers["accept"]) == ("GET", "application/json")
    assert asked.url == f"{one.clinic.ehr.fhir_base}/.well-known/smart-configuration"


async def test_req_003_032_to_045_authorization_request_is_whole(one: Examined) -> None:
    launch_url = one.clinic.ehr.new_launch(PATIENT, user=CLINICIAN)

    await one.browser.get(launch_url)

    [asked] = one.authorization_requests
    assert set(asked) == _AUTHORIZATION_PARAMETERS
    assert asked["response_type"] == "code"
    assert asked["client_id"] == one.client_id
    assert asked["redirect_uri"] == f"{APP}/callback/demo"
    assert asked["launch"] == parse_qs(urlsplit(launch_url).query)["launch"][0]
    assert asked["aud"] == f"{EHR}/fhir"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["state"]


async def test_req_047_150_151_196_215_scopes_ask_for_context_user_and_renewal(one: Examined) -> None:
    await one.launch()

    [asked] = one.authorization_requests
    assert {"launch", "openid", "fhirUser", "online_access"} <= set(asked["scope"].split())


async def test_req_036_152_166_standalone_request_has_no_launch_and_asks_for_a_patient(one: Examined) -> None:
    await one.browser.get(f"{APP}/launch?iss={one.clinic.ehr.fhir_base}")

    [asked] = one.authorization_requests
    assert "launch" not in asked
    assert "launch/patient" in asked["scope"].split()
    assert "launch" not in asked["scope"].split()


async def test_req_050_051_browser_is_sent_to_the_endpoint_with_a_query(one: Examined) -> None:
    await one.launch()

    [url] = [url for url in one.left_for if "/auth/authorize" in url]
    assert url.partition("?")[0] == f"{EHR}/auth/authorize"
    assert len(url) < 2000


async def test_req_211_no_age_of_the_sign_in_is_asked_for(one: Examined) -> None:
    await one.launch()

    assert not {"max_age", "auth_time", "claims"} & set(one.authorization_requests[0])


async def test_req_062_067_to_070_code_is_traded_as_it_was_asked_for(one: Examined) -> None:
    await one.launch()

    asked, request = one.authorization_requests[0], one.exchange()
    assert (request.method, request.url, request.query) == ("POST", TOKEN_URL, "")
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert request.form["redirect_uri"] == asked["redirect_uri"]
    hashed = hashlib.sha256(request.form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() == asked["code_challenge"]
    assert request.status == 200


async def test_req_063_064_071_072_345_client_says_who_it_is_in_its_own_way_only(one: Examined) -> None:
    visit = await one.launch()
    await one.renew(visit)

    basic = base64.b64encode(f"{one.client_id}:{DEMO_SECRET}".encode()).decode()
    for request in (one.exchange(), one.refresh()):
        form = request.form
        assert ("client_id" in form) == (one.kind == "public")
        assert ("client_assertion" in form) == (one.kind == "asymmetric")
        assert request.headers.get("authorization") == (f"Basic {basic}" if one.kind == "symmetric" else None)
        assert "client_secret" not in form


async def test_req_319_to_334_each_assertion_is_signed_short_and_new(signing: Examined) -> None:
    visit = await signing.launch()
    await signing.renew(visit)
    await signing.renew(visit)

    ids = []
    for request in signing.token_requests:
        header, claims = signing.assertion(request)
        form = request.form
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assert header == {"alg": "ES384", "kid": signing.jwks.json()["keys"][0]["kid"], "typ": "JWT"}
        assert (claims["iss"], claims["sub"], claims["aud"]) == ("demo-jwt", "demo-jwt", TOKEN_URL)
        now = int(signing.clinic.clock().timestamp())
        assert now < claims["exp"] <= now + 300
        ids.append(claims["jti"])
    assert len(ids) == len(set(ids)) == 3


async def test_req_105_106_108_refresh_asks_for_no_more_than_was_granted(one: Examined) -> None:
    visit = await one.launch()
    given = one.exchange().json()
    await one.renew(visit)

    form = one.refresh().form
    assert form["refresh_token"] == given["refresh_token"]
    assert set(form.get("scope", "").split()) <= set(given["scope"].split())


async def test_req_117_newest_refresh_token_is_the_one_that_is_used(one: Examined) -> None:
    visit = await one.launch()
    await one.renew(visit)
    given = one.refresh().json()["refresh_token"]
    await one.renew(visit)

    *_, last = one.token_requests
    assert last.form["refresh_token"] == given


async def test_req_093_token_is_used_as_a_bearer_and_is_the_one_that_was_given(one: Examined) -> None:
    visit = await one.launch()
    await visit.page("statements")
    first = one.exchange().json()["access_token"]
    before = len(one.notes.all)
    await one.renew(visit)
    second = one.refresh().json()["access_token"]

    charts = [one for one in one.notes.to("/fhir") if one.status == 200 and "well-known" not in one.path]
    assert {request.bearer for request in charts} == {first, second}
    after = [request for request in one.notes.all[before:] if request.path.startswith("/fhir/Goal")]
    assert after[-1].bearer == second
