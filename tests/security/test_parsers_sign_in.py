"""Whatever an EHR or a stranger sends on the way in is read whole or refused, and nothing else happens."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey

from smartapp.errors import (
    AuthorizationDenied,
    IdTokenInvalid,
    LaunchParameterError,
    NoPatient,
    OutboundError,
    TokenRefused,
)
from smartapp.fhir.this_patient import is_id
from smartapp.http import Origin
from smartapp.smart import scopes
from smartapp.smart.callback import callback_of, denial
from smartapp.smart.discovery import Discovery
from smartapp.smart.doors import Doors
from smartapp.smart.first_reads import Reader, patient_of_encounter
from smartapp.smart.id_token import Expected, verify
from smartapp.smart.issuer import address_of, pattern_of
from smartapp.smart.key_sets import KeySets
from smartapp.smart.registration import Registration
from smartapp.smart.registrations import Registrations
from smartapp.smart.token import TokenEndpoint
from smartapp.smart.token_answer import checked
from tests.figures import record
from tests.security.anything import BASE, EHR, bent, bodies, door_to, read_or_refused, texts

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
HERE = Registration(
    id="demo", label="Demo", iss=(BASE,), client_id="cg", redirect_uri="https://app.test/callback/demo"
)
KEY = ECKey.generate_key("P-256", {"kid": "k"})
PUBLIC = KEY.as_dict(private=False)
KEYS = json.dumps({"keys": [PUBLIC]}).encode()
EXPECTED = Expected(issuer=EHR, client_id="cg", nonce="n", jwks_uri=f"{EHR}/keys", fhir_base=BASE)
CLAIMS = {
    "iss": EHR,
    "aud": "cg",
    "exp": int(NOW.timestamp()) + 60,
    "iat": int(NOW.timestamp()),
    "sub": "s",
    "nonce": "n",
}
NAMES = ["state", "code", "error", "error_description", "iss", "launch", "x"]

addresses = st.sampled_from(
    [
        f"{EHR}/authorize", "/authorize", "authorize", "//evil.test/x", "https://evil.test/token", "http://[",
        "https://[::1", "http://[v1.x]/", f"{EHR}:99999/x", f"{EHR}:x/", f"{EHR}/x#y", f"{EHR}@evil.test/",
        "javascript:alert(1)", "https://ehr.test\\@evil.test", "https:///x", "?", "#", "https://ehr.test\t/x",
    ]
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(texts | st.just("x" * 9_000), max_size=3)))
def test_any_query_of_a_callback_is_one_answer_or_refused(parameters: Mapping[str, Sequence[str]]) -> None:
    found = read_or_refused(lambda: callback_of(parameters), LaunchParameterError)

    if found is not None:
        assert (found.code is None) != (found.error is None)
        assert all(
            each.isascii() and each.isprintable() for each in (found.state, found.code or found.error or "")
        )


@given(texts)
def test_any_word_for_an_error_has_a_page_that_does_not_repeat_it(word: str) -> None:
    found = denial(word)

    assert isinstance(found, AuthorizationDenied)
    assert found.detail in {word, "no known error"}
    assert found.detail.isascii()


@given(texts | addresses)
def test_any_iss_is_a_plain_address_or_none(iss: str) -> None:
    for parse in (address_of, pattern_of):
        found = parse(iss)

        assert found is None or (found.scheme in {"http", "https"} and 0 < found.port < 65_536)
        assert found is None or f"{found.scheme}://{found.host}" in iss
    record("bad inputs tried", 1)


@settings(max_examples=150)
@given(
    bodies(
        bent(
            {
                "authorization_endpoint": f"{EHR}/authorize",
                "token_endpoint": f"{EHR}/token",
                "jwks_uri": f"{EHR}/keys",
                "issuer": EHR,
                "capabilities": ["permission-v2"],
            },
            addresses | st.lists(texts, max_size=2),
        )
    )
)
async def test_any_configuration_leads_to_the_ehrs_own_hosts_or_is_refused(body: bytes) -> None:
    registrations = Registrations([HERE])
    discovery = Discovery(Doors(door_to(body).transport, registrations), lambda: NOW)
    record("bad inputs tried", 1)

    try:
        found = await discovery.of(HERE)
    except OutboundError:
        record("bad inputs refused with a plain error", 1)
        return

    for url in filter(None, (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)):
        assert Origin.of(url) == Origin.of(EHR)
        assert urlsplit(url).fragment == ""


@settings(max_examples=150)
@given(
    bodies(
        st.fixed_dictionaries(
            {
                "keys": st.lists(
                    bent(
                        dict(PUBLIC) | {"use": "sig", "n": "AQAB", "e": "AQAB", "key_ops": ["verify"]},
                        st.sampled_from(["RSA", "EC", "oct", "enc", "AQAB", "P-384", "", ["verify"]]),
                    ),
                    max_size=3,
                )
            }
        )
    )
)
async def test_any_key_set_has_keys_that_can_verify_or_is_refused(body: bytes) -> None:
    record("bad inputs tried", 1)
    try:
        keys = await KeySets(lambda: NOW).of(door_to(body), f"{EHR}/keys")
    except OutboundError:
        record("bad inputs refused with a plain error", 1)
        return
    assert keys.keys


@settings(max_examples=150)
@given(
    bodies(
        bent(
            {
                "access_token": "a",
                "token_type": "bearer",
                "scope": "openid",
                "expires_in": 3600,
                "patient": "p",
                "encounter": "e",
                "id_token": "i",
                "error": None,
                "fhirContext": [],
            },
            st.sampled_from(["bearer", "a", 3600, "Patient/1", "..", ".", [{"reference": "Goal/1"}]]),
        )
    ),
    st.sampled_from([200, 201, 204, 301, 400, 401, 418]),
    st.sampled_from(["application/json", "text/html", "application/json; charset=utf-16", "x"]),
)
async def test_any_answer_of_a_token_endpoint_is_a_token_or_refused(
    body: bytes, status: int, content_type: str
) -> None:
    door = door_to(body, status, **{"Content-Type": content_type})
    record("bad inputs tried", 1)

    try:
        found = await TokenEndpoint(door, HERE, f"{EHR}/token", "openid").exchange("c", "v" * 43, now=NOW)
    except TokenRefused:
        record("bad inputs refused with a plain error", 1)
        return

    assert status == 200
    assert found.access_token.isascii()


@given(st.sampled_from([".", "..", "Patient/..", "Patient/.", "%2e%2e", "a/b", "x\n", "Patient/Patient/1"]))
def test_patient_whose_id_would_climb_in_an_address_is_refused(patient: str) -> None:
    answer = {"access_token": "a", "token_type": "bearer", "patient": patient, "encounter": patient}

    assert read_or_refused(lambda: checked(answer, asked=""), TokenRefused) is None


@settings(max_examples=150)
@given(texts | st.lists(st.text("abcABC019-_=", max_size=12), min_size=1, max_size=5).map(".".join))
async def test_any_text_in_place_of_an_id_token_is_refused(raw: str) -> None:
    door = door_to(KEYS)
    record("bad inputs tried", 1)

    with pytest.raises(IdTokenInvalid):
        await verify(raw, EXPECTED, keys=KeySets(lambda: NOW), door=door, now=NOW)
    record("bad inputs refused with a plain error", 1)


@settings(max_examples=150)
@given(
    bent(
        CLAIMS | {"nbf": 0, "azp": "cg", "fhirUser": "Practitioner/1", "profile": ""},
        st.sampled_from(
            [
                f"{BASE}/Practitioner/1",
                "Practitioner/..",
                "Patient/1",
                "https://evil.test/Practitioner/1",
                ["cg"],
            ]
        ),
    )
)
async def test_any_claims_are_a_known_clinician_or_refused(claims: dict[str, object]) -> None:
    signed = jws.serialize_compact({"alg": "ES256", "kid": "k"}, json.dumps(claims, default=str), KEY)
    record("bad inputs tried", 1)

    try:
        found = await verify(signed, EXPECTED, keys=KeySets(lambda: NOW), door=door_to(KEYS), now=NOW)
    except IdTokenInvalid:
        record("bad inputs refused with a plain error", 1)
        return

    assert found.fhir_user.isprintable()
    assert found.reference == "" or is_id(found.reference.partition("/")[2])


@given(texts)
def test_scopes_that_were_read_are_read_the_same_again(raw: str) -> None:
    found = scopes.parse(raw)

    assert scopes.parse(found.raw) == found
    assert all(
        scopes.parse(word).resources for word in scopes.to_v1(raw.split()) if scopes.parse(word).resources
    )


@settings(max_examples=150)
@given(
    bodies(
        bent(
            {"resourceType": "Encounter", "id": "e", "subject": {"reference": "Patient/p"}},
            st.sampled_from([{"reference": f"Patient/{id_}"} for id_ in ("..", ".", "p/../q", "%2e", "")]),
        )
    )
)
async def test_any_visit_names_one_patient_or_none(body: bytes) -> None:
    reader = Reader(door_to(body), BASE, "t")
    record("bad inputs tried", 1)

    try:
        patient = await patient_of_encounter(reader, "e")
    except NoPatient:
        record("bad inputs refused with a plain error", 1)
        return

    assert is_id(patient)
