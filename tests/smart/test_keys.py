"""Our keys, our assertions, and what we publish of them: threats T22 and T23."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry, KeySet, RSAKey

from smartapp.smart.client_auth import assertion
from smartapp.smart.jwks import public_jwks
from smartapp.smart.keys import ALGORITHMS, Jwk, UnusableKey, load_keys, new_key
from smartapp.smart.registration import ClientAuth
from smartapp.smart.registrations import Registrations
from tests.smart.support import DEMO

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
URL = "https://ehr.example/token"
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@pytest.fixture(scope="module")
def keys() -> dict[str, Jwk]:
    return {alg: new_key(alg) for alg in ALGORITHMS}


def written(directory: Path, body: object, name: str = "key.jwk") -> Path:
    path = directory / name
    path.write_bytes(body if isinstance(body, bytes) else msgspec.json.encode(body))
    return path


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_new_key_is_named_by_its_thumbprint(keys: dict[str, Jwk], alg: str) -> None:
    key = keys[alg]

    assert key["kid"] == JWKRegistry.import_key({k: v for k, v in key.items() if k != "kid"}).thumbprint()
    assert (key["use"], key["alg"]) == ("sig", alg)
    assert "d" in key


def test_new_key_of_another_kind_is_not_made() -> None:
    with pytest.raises(ValueError, match="ES384, RS384"):
        new_key("HS256")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_assertion_says_what_smart_asks(keys: dict[str, Jwk], alg: str, tmp_path: Path) -> None:
    registration = replace(DEMO, key_file=written(tmp_path, keys[alg]), alg=alg)

    decoded = jwt.decode(
        assertion(registration, URL, NOW), JWKRegistry.import_key(keys[alg]), algorithms=[alg]
    )

    assert decoded.header == {"alg": alg, "kid": keys[alg]["kid"], "typ": "JWT"}
    issued = int(NOW.timestamp())
    assert len(str(decoded.claims.pop("jti"))) == 32
    assert decoded.claims == {
        "iss": "demo-public", "sub": "demo-public", "aud": URL, "iat": issued, "exp": issued + 240,
    }  # fmt: skip


def test_no_assertion_is_ever_made_twice(keys: dict[str, Jwk], tmp_path: Path) -> None:
    registration = replace(DEMO, key_file=written(tmp_path, keys["ES384"]))
    key = JWKRegistry.import_key(keys["ES384"])

    made = [jwt.decode(assertion(registration, URL, NOW), key, algorithms=["ES384"]) for _ in range(300)]

    assert len({str(token.claims["jti"]) for token in made}) == 300


def test_published_keys_have_no_private_part(keys: dict[str, Jwk], tmp_path: Path) -> None:
    signing = replace(
        DEMO, id="a", client_auth=ClientAuth.PRIVATE_KEY_JWT, alg="ES384",
        key_file=written(tmp_path, {"keys": [keys["ES384"], keys["RS384"]]}),
    )  # fmt: skip
    same_key = replace(signing, id="b")
    public_client = replace(DEMO, id="c", key_file=written(tmp_path, new_key("ES384"), "unused.jwk"))

    published = public_jwks(Registrations([signing, same_key, public_client]))

    members = published["keys"]
    assert isinstance(members, list)
    assert [member["kid"] for member in members] == [keys["ES384"]["kid"], keys["RS384"]["kid"]]
    assert not [member for member in members if PRIVATE_MEMBERS & set(member)]
    assert KeySet.import_key_set({"keys": members})


def test_next_key_is_published_before_it_signs(keys: dict[str, Jwk], tmp_path: Path) -> None:
    following = new_key("ES384")
    path = written(tmp_path, {"keys": [keys["ES384"], following]})

    assert [key.kid for key in load_keys(path, "ES384")] == [keys["ES384"]["kid"], following["kid"]]


@pytest.mark.parametrize(("alg", "kind"), [("ES384", ECKey), ("RS384", RSAKey)])
def test_pem_file_is_read_and_named_by_its_thumbprint(
    keys: dict[str, Jwk], alg: str, kind: type[ECKey | RSAKey], tmp_path: Path
) -> None:
    pem = kind.import_key(keys[alg]).as_bytes(encoding="PEM", private=True)

    (key,) = load_keys(written(tmp_path, pem), alg)

    assert isinstance(key, kind)
    assert key.kid == keys[alg]["kid"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"nonsense", "neither"),
        (b"{}", "neither"),
        (b'{"keys": 7}', "neither"),
        (b'{"keys": []}', "no private key"),
        (b'{"kty": "EC", "crv": "P-384"}', "neither"),
        (ECKey.generate_key("P-384").as_dict(private=False), "no private key"),
        (ECKey.generate_key("P-256").as_dict(private=True), "cannot sign with ES384"),
        (ECKey.generate_key("P-256").as_bytes(encoding="PEM", private=True), "cannot sign with ES384"),
        ({"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ"}, "cannot sign with ES384"),
    ],
)
def test_key_file_that_cannot_sign_is_told(body: object, why: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableKey, match=why):
        load_keys(written(tmp_path, body), "ES384")


def test_missing_key_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableKey, match="cannot be read"):
        load_keys(tmp_path / "none", "ES384")
