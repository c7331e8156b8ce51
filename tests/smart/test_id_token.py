"""Who is signed in is believed only when everything holds: threat T21."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from joserfc import errors as joserfc_errors
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from smartapp.errors import AnswerUnreadable, IdTokenInvalid, TemporaryOutboundError
from smartapp.http import Door, Origin
from smartapp.smart import id_token
from smartapp.smart.id_token import Expected, IdToken
from smartapp.smart.key_sets import KeySets
from tests.smart.support import Ticking

BASE = "https://ehr.example/r4"
ISSUER = "https://login.example"
JWKS = "https://login.example/jwks"
EXPECTED = Expected(ISSUER, "client-1", "nonce-1", JWKS, BASE)
NOW = int(datetime(2026, 11, 22, 15, 0, tzinfo=UTC).timestamp())
CLAIMS: dict[str, Any] = {
    "iss": ISSUER, "aud": "client-1", "sub": "user-7", "exp": NOW + 300, "iat": NOW, "nonce": "nonce-1",
    "fhirUser": "Practitioner/7",
}  # fmt: skip


@pytest.fixture(scope="module")
def rsa() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "k1"})


@dataclass
class World:
    """A login server with its keys; what it signs, and whether it can be reached."""

    keys: list[Key]
    clock: Ticking = field(default_factory=Ticking)
    asked: int = 0
    broken: httpx2.Response | None = None

    def __post_init__(self) -> None:
        def reply(_: httpx2.Request) -> httpx2.Response:
            self.asked += 1
            return self.broken or httpx2.Response(200, json=KeySet(self.keys).as_dict(private=False))

        self.door = Door(httpx2.MockTransport(reply), frozenset({Origin.of(ISSUER)}))
        self.key_sets = KeySets(self.clock)

    async def verify(self, raw: str, expected: Expected = EXPECTED) -> IdToken:
        return await id_token.verify(raw, expected, keys=self.key_sets, door=self.door, now=self.clock())


def signed(key: Key, *, alg: str = "RS256", header: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {k: v for k, v in {**CLAIMS, **changes}.items() if v != "GONE"}
    head = {"alg": alg, "kid": key.kid, **(header or {})}
    head = {k: v for k, v in head.items() if v != "GONE"}
    registry = JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jwt.encode(head, claims, key, registry=registry)


def unsigned(**header: str) -> str:
    parts = [json.dumps({"alg": "none", **header}), json.dumps(CLAIMS)]
    return ".".join(base64.urlsafe_b64encode(p.encode()).decode().rstrip("=") for p in parts) + "."


async def test_good_token_says_who_is_signed_in(rsa: RSAKey) -> None:
    assert await World([rsa]).verify(signed(rsa)) == IdToken("user-7", "Practitioner/7", "Practitioner/7")


@pytest.mark.parametrize(("alg", "curve"), [("ES256", "P-256"), ("ES384", "P-384")])
async def test_elliptic_curves_are_understood(alg: str, curve: str) -> None:
    key = ECKey.generate_key(curve, {"kid": "ec"})

    assert (await World([key]).verify(signed(key, alg=alg))).subject == "user-7"


async def test_rs384_is_understood(rsa: RSAKey) -> None:
    assert (await World([rsa]).verify(signed(rsa, alg="RS384"))).subject == "user-7"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": "GONE"},
        {"aud": "other"},
        {"aud": "other", "azp": "client-1"},
        {"aud": ["other"], "azp": "client-1"},
        {"aud": ["client-1", "other"]},
        {"aud": ["client-1", "other"], "azp": "other"},
        {"aud": "client-1", "azp": "other"},
        {"aud": "GONE"},
        {"aud": 7},
        {"aud": []},
        {"exp": NOW - 61},
        {"exp": "GONE"},
        {"exp": str(NOW + 300)},
        {"exp": True},
        {"iat": NOW + 61},
        {"iat": "GONE"},
        {"nbf": NOW + 61},
        {"sub": "GONE"},
        {"sub": ""},
        {"sub": 7},
        {"nonce": "other"},
        {"nonce": "GONE"},
        {"nonce": None},
        {"nonce": ["nonce-1", "x"], "sub": ""},
    ],
)
async def test_wrong_claim_is_refused(rsa: RSAKey, changes: dict[str, Any]) -> None:
    with pytest.raises(IdTokenInvalid):
        await World([rsa]).verify(signed(rsa, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["client-1"]},
        {"aud": ["client-1", "other"], "azp": "client-1"},
        {"exp": NOW - 59},
        {"iat": NOW + 59},
    ],
)
async def test_right_claim_in_another_shape_is_accepted(rsa: RSAKey, changes: dict[str, Any]) -> None:
    assert (await World([rsa]).verify(signed(rsa, **changes))).subject == "user-7"


async def test_nonce_may_be_missing_only_where_the_site_switched_it_off(rsa: RSAKey) -> None:
    relaxed = replace(EXPECTED, nonce=None)

    assert (await World([rsa]).verify(signed(rsa, nonce="GONE"), relaxed)).subject == "user-7"


async def test_unsigned_token_is_refused(rsa: RSAKey) -> None:
    for raw in (unsigned(), unsigned(kid="k1"), unsigned(alg="None"), unsigned(alg="NONE")):
        with pytest.raises(IdTokenInvalid):
            await World([rsa]).verify(raw)


async def test_public_key_as_a_shared_secret_is_refused(rsa: RSAKey) -> None:
    pem = rsa.as_bytes(encoding="PEM", private=False)
    secret = OctKey.import_key(base64.b64encode(pem), {"kid": "k1"})
    also_published = OctKey.import_key("c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ", {"kid": "oct"})

    for key in (secret, also_published):
        with pytest.raises(IdTokenInvalid):
            await World([rsa, also_published]).verify(signed(key, alg="HS256"))


async def test_other_algorithms_are_refused(rsa: RSAKey) -> None:
    with pytest.raises(IdTokenInvalid):
        await World([rsa]).verify(signed(rsa, alg="PS256"))


async def test_signature_of_another_key_under_our_kid_is_refused(rsa: RSAKey) -> None:
    other = RSAKey.generate_key(2048, {"kid": "k1"})

    with pytest.raises(IdTokenInvalid):
        await World([rsa]).verify(signed(other))


async def test_changed_claims_are_refused(rsa: RSAKey) -> None:
    head, _, signature = signed(rsa).split(".")
    body = base64.urlsafe_b64encode(json.dumps({**CLAIMS, "sub": "admin"}).encode()).decode().rstrip("=")

    with pytest.raises(IdTokenInvalid):
        await World([rsa]).verify(f"{head}.{body}.{signature}")


@pytest.mark.parametrize("raw", ["", "a", "a.b.c", "....", "\u0430.b.c", "a.b.c.d.e", "e30.e30.e30"])
async def test_token_that_is_none_is_refused(rsa: RSAKey, raw: str) -> None:
    with pytest.raises(IdTokenInvalid):
        await World([rsa]).verify(raw)


async def test_key_address_in_the_token_is_not_followed(rsa: RSAKey) -> None:
    world = World([rsa])

    raw = signed(rsa, header={"jku": "https://evil.example/jwks", "x-extra": "1"})

    assert (await world.verify(raw)).subject == "user-7"
    assert world.asked == 1


async def test_token_without_kid_is_fine_with_a_single_key(rsa: RSAKey) -> None:
    raw = signed(rsa, header={"kid": "GONE"})

    assert (await World([rsa]).verify(raw)).subject == "user-7"
    with pytest.raises(IdTokenInvalid):
        await World([rsa, RSAKey.generate_key(2048, {"kid": "k2"})]).verify(raw)


async def test_token_without_kid_is_fine_with_a_single_key_of_its_kind(rsa: RSAKey) -> None:
    curve = ECKey.generate_key("P-256", {"kid": "ec"})
    other_curve = ECKey.generate_key("P-384", {"kid": "ec3"})
    world = World([rsa, curve, other_curve])

    for raw in (signed(rsa, header={"kid": "GONE"}), signed(curve, alg="ES256", header={"kid": "GONE"})):
        assert (await world.verify(raw)).subject == "user-7"
    stranger = ECKey.generate_key("P-256", {"kid": "ec"})
    with pytest.raises(IdTokenInvalid):
        await world.verify(signed(stranger, alg="ES256", header={"kid": "GONE"}))


async def test_new_key_of_an_ehr_that_names_none_is_asked_for_once_a_minute(rsa: RSAKey) -> None:
    world = World([rsa])
    await world.verify(signed(rsa, header={"kid": "GONE"}))
    new = RSAKey.generate_key(2048, {"kid": "k2"})
    world.keys[:] = [new]
    world.clock.pass_(seconds=60)
    at = int(world.clock().timestamp())
    token = signed(new, header={"kid": "GONE"}, iat=at, exp=at + 300)
    old = signed(rsa, header={"kid": "GONE"}, iat=at, exp=at + 300)

    assert (await world.verify(token)).subject == "user-7"
    for _ in range(5):
        with pytest.raises(IdTokenInvalid):
            await world.verify(old)
    assert world.asked == 2


async def test_bad_signature_under_a_known_kid_asks_for_nothing(rsa: RSAKey) -> None:
    world = World([rsa])
    await world.verify(signed(rsa))
    world.clock.pass_(seconds=60)

    with pytest.raises(IdTokenInvalid):
        await world.verify(signed(RSAKey.generate_key(2048, {"kid": "k1"})))
    assert world.asked == 1


async def test_unknown_kid_asks_for_the_keys_again_once_a_minute(rsa: RSAKey) -> None:
    world = World([rsa])
    await world.verify(signed(rsa))
    new = RSAKey.generate_key(2048, {"kid": "k2"})
    world.keys.append(new)

    for _ in range(5):
        with pytest.raises(IdTokenInvalid):
            await world.verify(signed(new))
    assert world.asked == 1

    world.clock.pass_(seconds=60)
    assert (await world.verify(signed(new))).subject == "user-7"
    for _ in range(5):
        with pytest.raises(IdTokenInvalid):
            await world.verify(signed(RSAKey.generate_key(2048, {"kid": "k3"})))
    assert world.asked == 2


async def test_keys_are_kept_and_stale_ones_used_for_an_hour_at_most(rsa: RSAKey) -> None:
    world = World([rsa])
    await world.verify(signed(rsa))
    world.broken = httpx2.Response(503)

    for minutes in (14, 30, 15):
        world.clock.pass_(minutes=minutes)
        at = int(world.clock().timestamp())
        assert (await world.verify(signed(rsa, iat=at, exp=at + 300))).subject == "user-7"

    world.clock.pass_(minutes=2)
    with pytest.raises(TemporaryOutboundError):
        await world.verify(signed(rsa))


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (httpx2.Response(503), TemporaryOutboundError),
        (httpx2.Response(200, json={"keys": []}), AnswerUnreadable),
        (httpx2.Response(200, json={"keys": "x"}), AnswerUnreadable),
        (
            httpx2.Response(200, json={"keys": [7, {"kty": "RSA"}, {"kty": "EC", "crv": "X"}]}),
            AnswerUnreadable,
        ),
    ],
)
async def test_launch_stops_when_the_keys_cannot_be_had(
    rsa: RSAKey, response: httpx2.Response, error: type[Exception]
) -> None:
    world = World([rsa], broken=response)

    with pytest.raises(error):
        await world.verify(signed(rsa))


async def test_one_bad_key_does_not_spoil_the_set(rsa: RSAKey) -> None:
    good = rsa.as_dict(private=False)
    world = World([rsa], broken=httpx2.Response(200, json={"keys": [{"kty": "EC", "kid": "x"}, good]}))

    assert (await world.verify(signed(rsa))).subject == "user-7"


async def test_server_without_keys_cannot_sign_anybody_in(rsa: RSAKey) -> None:
    with pytest.raises(IdTokenInvalid):
        await World([rsa]).verify(signed(rsa), replace(EXPECTED, jwks_uri=None))


@pytest.mark.parametrize(
    ("claims", "fhir_user", "reference"),
    [
        ({"fhirUser": f"{BASE}/Practitioner/7"}, f"{BASE}/Practitioner/7", "Practitioner/7"),
        ({"fhirUser": "PractitionerRole/r"}, "PractitionerRole/r", "PractitionerRole/r"),
        ({"fhirUser": "https://evil.example/Practitioner/7"}, "https://evil.example/Practitioner/7", ""),
        ({"fhirUser": f"{BASE}/Device/7"}, f"{BASE}/Device/7", ""),
        ({"fhirUser": "Practitioner/../Patient/1"}, "Practitioner/../Patient/1", ""),
        ({"fhirUser": "GONE", "profile": "Practitioner/8"}, "Practitioner/8", "Practitioner/8"),
        ({"fhirUser": ["Practitioner/7"]}, "", ""),
        ({"fhirUser": "GONE"}, "", ""),
    ],
)
async def test_user_is_a_reference_on_this_server_or_none(
    rsa: RSAKey, claims: dict[str, Any], fhir_user: str, reference: str
) -> None:
    assert await World([rsa]).verify(signed(rsa, **claims)) == IdToken("user-7", fhir_user, reference)


def test_every_error_class_of_the_library_is_translated() -> None:
    found = [
        value
        for value in vars(joserfc_errors).values()
        if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, Warning)
    ]

    assert len(found) > 20
    assert [error for error in found if not issubclass(error, id_token.LIBRARY_ERRORS)] == []
