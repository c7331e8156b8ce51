"""Our keys, our assertions, and what we publish of them: threats T22 and T23."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry, KeySet, RSAKey

from smartapp.smart.client_auth import assertion
from smartapp.smart.jwks import public_jwks
from smartapp.smart.keys import ALGORITHMS, Jwk, UnusableKey, load_keys, new_key, published_keys, signing_key
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

    published = public_jwks(Registrations([signing, same_key, public_client]), NOW)

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


def at(**later: float) -> int:
    """A moment after NOW as a JWK says it."""
    return int((NOW + timedelta(**later)).timestamp())


def test_key_signs_from_its_time_on_and_is_published_before(keys: dict[str, Jwk], tmp_path: Path) -> None:
    following = {**new_key("ES384"), "nbf": at(hours=24)}
    path = written(tmp_path, {"keys": [following, keys["ES384"]]})

    def signs(moment: datetime) -> object:
        return signing_key(path, "ES384", moment).kid

    assert signs(NOW) == keys["ES384"]["kid"]
    assert signs(NOW + timedelta(hours=24)) == following["kid"]
    assert [key["kid"] for key in published_keys(path, "ES384", NOW)] == [
        following["kid"],
        keys["ES384"]["kid"],
    ]


def test_key_that_has_ended_neither_signs_nor_is_published(keys: dict[str, Jwk], tmp_path: Path) -> None:
    ended = {**new_key("ES384"), "exp": at(days=7)}
    path = written(tmp_path, {"keys": [ended, keys["ES384"]]})
    then = NOW + timedelta(days=7)

    assert signing_key(path, "ES384", NOW).kid == ended["kid"]
    assert signing_key(path, "ES384", then).kid == keys["ES384"]["kid"]
    assert [key["kid"] for key in published_keys(path, "ES384", then)] == [keys["ES384"]["kid"]]


def test_file_whose_keys_have_all_ended_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, {**new_key("ES384"), "exp": at(days=-1)})

    with pytest.raises(UnusableKey, match="has ended"):
        signing_key(path, "ES384", NOW)


def test_key_that_is_to_sign_later_signs_when_there_is_no_other(tmp_path: Path) -> None:
    path = written(tmp_path, {**new_key("ES384"), "nbf": at(days=1)})

    assert signing_key(path, "ES384", NOW).kid


def test_old_public_key_stays_published_without_its_private_part(
    keys: dict[str, Jwk], tmp_path: Path
) -> None:
    old = {name: value for name, value in new_key("ES384").items() if name != "d"}
    path = written(tmp_path, {"keys": [old, keys["ES384"]]})

    assert signing_key(path, "ES384", NOW).kid == keys["ES384"]["kid"]
    assert [key["kid"] for key in published_keys(path, "ES384", NOW)] == [old["kid"], keys["ES384"]["kid"]]


def test_nothing_but_known_public_members_is_published(keys: dict[str, Jwk], tmp_path: Path) -> None:
    odd = {**keys["ES384"], "nbf": at(days=-1), "exp": at(days=1), "priv": "s3cret", "password": "s3cret"}

    (public,) = published_keys(written(tmp_path, odd), "ES384", NOW)

    assert set(public) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_key_of_a_kind_that_we_do_not_sign_with_is_not_published(
    keys: dict[str, Jwk], tmp_path: Path
) -> None:
    shared = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ"}
    path = written(
        tmp_path, {"keys": [shared, ECKey.generate_key("P-256").as_dict(private=True), keys["ES384"]]}
    )

    assert [one["kty"] for one in published_keys(path, "ES384", NOW)] == ["EC"]
    assert [one.get("crv") for one in published_keys(path, "ES384", NOW)] == ["P-384"]


@pytest.mark.parametrize("name", ["nbf", "exp"])
@pytest.mark.parametrize("odd", [True, "tomorrow", -1, 1.5, 10**20])
def test_time_of_a_key_that_is_none_makes_the_file_unusable(name: str, odd: object, tmp_path: Path) -> None:
    with pytest.raises(UnusableKey, match="neither"):
        load_keys(written(tmp_path, {**new_key("ES384"), name: odd}), "ES384")
