"""The token endpoint: client authentication, codes, refresh tokens, and what it does when told to fail."""

import base64
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from smartapp.sandbox.client_auth import ASSERTION_TYPE
from smartapp.sandbox.clients import demo_clients
from smartapp.sandbox.tokens import s256
from tests.sandbox.support import BASE, CHALLENGE, FHIR, VERIFIER, World, new_world

TOKEN_URL = f"{BASE}/auth/token"


def test_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    assert s256(VERIFIER) == CHALLENGE


async def test_code_becomes_a_token_with_the_launch_context(world: World, signing_key: RSAKey) -> None:
    answer = await world.exchange(await world.code())

    token = answer.json()
    assert {name: token[name] for name in token if "token" not in name or name == "token_type"} == {
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "launch openid fhirUser online_access patient/*.cruds",
        "patient": "p1",
        "encounter": "e1",
        "need_patient_banner": True,
    }
    assert {"access_token", "refresh_token", "id_token"} <= token.keys()
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


async def test_id_token_is_signed_by_the_published_key(world: World) -> None:
    keys = KeySet.import_key_set((await world.http.get("/auth/jwks")).json())

    token = jwt.decode((await world.sign_in())["id_token"], keys, algorithms=["RS256"])

    now = int(world.clock().timestamp())
    assert token.claims == {
        "iss": FHIR,
        "aud": "demo-public",
        "sub": "dr",
        "iat": now,
        "exp": now + 3600,
        "nonce": "n-1",
        "fhirUser": f"{FHIR}/Practitioner/dr",
    }


async def test_published_keys_hold_no_private_part(world: World) -> None:
    keys = (await world.http.get("/auth/jwks")).json()["keys"]

    assert len(keys) == 1
    assert not {"d", "p", "q"} & keys[0].keys()


async def test_without_openid_and_online_access_there_is_neither_id_token_nor_refresh_token(
    world: World,
) -> None:
    token = await world.sign_in("launch patient/Goal.rs")

    assert not {"id_token", "refresh_token"} & token.keys()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "a" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "http://app.test/callback/demo-public"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
    ],
    ids=str,
)
async def test_wrong_exchange_is_refused(world: World, changes: dict[str, str], error: str) -> None:
    answer = await world.exchange(await world.code(), changes=changes)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_code_lives_sixty_seconds(world: World) -> None:
    code = await world.code()
    world.clock.pass_(60)

    assert (await world.exchange(code)).json()["error"] == "invalid_grant"


async def test_code_of_another_client_is_refused(world: World) -> None:
    code = await world.code(client_id="demo-post")

    assert (await world.exchange(code)).json()["error"] == "invalid_grant"


async def test_second_use_of_a_code_ends_the_tokens_of_the_first(world: World) -> None:
    code = await world.code()
    token = (await world.exchange(code)).json()
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    before = await world.http.get("/fhir/Patient/p1", headers=bearer)

    again = await world.exchange(code)

    after = await world.http.get("/fhir/Patient/p1", headers=bearer)
    assert (before.status_code, again.json()["error"], after.status_code) == (200, "invalid_grant", 401)
    assert (await world.refresh(token["refresh_token"])).json()["error"] == "invalid_grant"


async def test_basic_client_proves_itself_with_its_secret(world: World) -> None:
    async def attempt(secret: str) -> int:
        code = await world.code(client_id="demo-basic")
        header = base64.b64encode(f"demo-basic:{secret}".encode()).decode()
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
        form["redirect_uri"] = "http://app.test/callback/demo"
        answer = await world.http.post("/auth/token", data=form, headers={"Authorization": f"Basic {header}"})
        return answer.status_code

    assert (await attempt("demo-secret"), await attempt("wrong")) == (200, 401)


@pytest.mark.parametrize(
    "auth",
    [
        {"client_id": "demo-post", "client_secret": "wrong"},
        {"client_id": "demo-post"},
        {"client_id": "demo-basic", "client_secret": "demo-secret"},
        {"client_id": "stranger"},
        {"client_id": "demo-jwt", "client_assertion": "not.a.jwt", "client_assertion_type": ASSERTION_TYPE},
    ],
    ids=str,
)
async def test_client_that_does_not_prove_itself_is_refused(world: World, auth: dict[str, str]) -> None:
    answer = await world.exchange(await world.code(), auth=auth)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_post_client_proves_itself_with_its_secret(world: World) -> None:
    auth = {"client_id": "demo-post", "client_secret": "demo-secret"}

    answer = await world.exchange(await world.code(client_id="demo-post"), auth=auth)

    assert answer.status_code == 200


class JwtClient:
    """demo-jwt with an EC key and, where asked, claims or a header other than they should be."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-384", auto_kid=True)
        jwks = {"keys": [self.key.as_dict(private=False)]}
        self.world = new_world(clients=demo_clients("http://app.test/callback", jwks=lambda: jwks))

    def assertion(self, header: dict[str, Any] | None = None, **claims: Any) -> str:  # any JSON in a JWT
        now = int(self.world.clock().timestamp())
        sound = {"iss": "demo-jwt", "sub": "demo-jwt", "aud": TOKEN_URL, "exp": now + 240, "jti": "j-1"}
        present = {name: value for name, value in (sound | claims).items() if value is not None}
        return jwt.encode(
            header or {"alg": "ES384", "kid": self.key.kid}, present, self.key, algorithms=["ES384"]
        )

    async def attempt(self, assertion: str) -> int:
        auth = {"client_assertion": assertion, "client_assertion_type": ASSERTION_TYPE}
        return (await self.world.exchange(await self.world.code(client_id="demo-jwt"), auth=auth)).status_code


async def test_jwt_client_proves_itself_with_a_fresh_assertion_each_time() -> None:
    client = JwtClient()

    first = await client.attempt(client.assertion())
    replayed = await client.attempt(client.assertion())
    fresh = await client.attempt(client.assertion(jti="j-2"))

    assert (first, replayed, fresh) == (200, 401, 200)


async def test_jwt_client_may_sign_with_rsa() -> None:
    key = RSAKey.generate_key(2048, auto_kid=True)
    client = JwtClient()
    client.world = new_world(
        clients=demo_clients("http://app.test/callback", jwks={"keys": [key.as_dict(private=False)]})
    )
    now = int(client.world.clock().timestamp())
    claims = {"iss": "demo-jwt", "sub": "demo-jwt", "aud": TOKEN_URL, "exp": now + 300, "jti": "j"}

    assert (
        await client.attempt(jwt.encode({"alg": "RS384", "kid": key.kid}, claims, key, algorithms=["RS384"]))
        == 200
    )
    assert (
        await client.attempt(jwt.encode({"alg": "RS256", "kid": key.kid}, claims | {"jti": "k"}, key)) == 401
    )


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "demo-post"},
        {"sub": "demo-post"},
        {"aud": FHIR},
        {"aud": None},
        {"exp": None},
        {"jti": None},
        {"header": {"alg": "ES384"}},
        {"header": {"alg": "ES384", "kid": "unknown"}},
    ],
    ids=str,
)
async def test_unsound_assertion_is_refused(claims: dict[str, Any]) -> None:  # any JSON in a JWT
    client = JwtClient()

    assert await client.attempt(client.assertion(**claims)) == 401


@pytest.mark.parametrize("seconds", [-1, 0, 3600])
async def test_assertion_expires_soon_but_not_yet(seconds: int) -> None:
    client = JwtClient()
    expires = int(client.world.clock().timestamp()) + seconds

    assert await client.attempt(client.assertion(exp=expires)) == 401


async def test_refresh_rotates_and_keeps_patient_and_scopes(world: World) -> None:
    first = await world.sign_in()

    second = (await world.refresh(first["refresh_token"])).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert (second["patient"], second["scope"]) == (first["patient"], first["scope"])


async def test_second_use_of_a_refresh_token_ends_the_grant(world: World) -> None:
    first = await world.sign_in()
    second = (await world.refresh(first["refresh_token"])).json()

    again = await world.refresh(first["refresh_token"])

    assert again.json()["error"] == "invalid_grant"
    assert (await world.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {second['access_token']}"}
    assert (await world.http.get("/fhir/Patient/p1", headers=bearer)).status_code == 401


async def test_refresh_cannot_widen_scopes_and_may_narrow_them(world: World) -> None:
    first = await world.sign_in("launch online_access patient/Goal.rs patient/Patient.r")

    wider = await world.refresh(first["refresh_token"], scope="patient/Goal.rs patient/Observation.rs")
    narrower = await world.refresh(first["refresh_token"], scope="patient/Goal.rs")

    assert wider.json()["error"] == "invalid_scope"
    assert narrower.json()["scope"] == "patient/Goal.rs"
    bearer = {"Authorization": f"Bearer {narrower.json()['access_token']}"}
    assert (await world.http.get("/fhir/Patient/p1", headers=bearer)).status_code == 403


async def test_revoked_refresh_token_ends_the_grant(world: World) -> None:
    token = await world.sign_in()

    revoked = await world.http.post(
        "/auth/revoke", data={"token": token["refresh_token"], "client_id": "demo-public"}
    )

    assert revoked.status_code == 200
    assert (await world.refresh(token["refresh_token"])).json()["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    assert (await world.http.get("/fhir/Patient/p1", headers=bearer)).status_code == 401


async def test_expired_tokens_can_be_refreshed(world: World) -> None:
    first = await world.sign_in()
    world.ehr.expire_tokens()
    second = (await world.refresh(first["refresh_token"])).json()

    statuses = [
        (await world.http.get("/fhir/Patient/p1", headers={"Authorization": f"Bearer {token}"})).status_code
        for token in (first["access_token"], second["access_token"])
    ]

    assert statuses == [401, 200]


async def test_access_token_ends_when_it_says(world: World) -> None:
    bearer = await world.bearer()
    world.clock.pass_(3600)

    assert (await world.http.get("/fhir/Patient/p1", headers=bearer)).status_code == 401


async def test_refresh_that_switches_patients_opens_the_other_chart(world: World) -> None:
    first = await world.sign_in()
    world.ehr.faults.token.refresh_switches_patient = "p2"

    second = (await world.refresh(first["refresh_token"])).json()

    bearer = {"Authorization": f"Bearer {second['access_token']}"}
    assert second["patient"] == "p2"
    assert (await world.http.get("/fhir/Patient/p2", headers=bearer)).status_code == 200


async def test_token_answers_can_lie(world: World) -> None:
    faults = world.ehr.faults.token
    faults.no_access_token = faults.wrong_token_type = faults.no_patient = faults.no_refresh = True
    faults.drop_scopes = {"patient/Goal.rs"}
    faults.v1_scopes = True

    token = await world.sign_in("launch online_access patient/Goal.rs patient/Observation.crus")

    assert not {"access_token", "patient", "refresh_token"} & token.keys()
    assert (token["token_type"], token["encounter"]) == ("MAC", "e1")
    assert token["scope"] == "launch online_access patient/Observation.read patient/Observation.write"


async def test_dropped_scope_is_really_not_granted(world: World) -> None:
    world.ehr.faults.token.drop_scopes = {"patient/Goal.rs"}

    bearer = await world.bearer("launch patient/Goal.rs patient/Patient.r")

    assert (await world.http.get("/fhir/Goal?patient=p1", headers=bearer)).status_code == 403


async def test_token_endpoint_can_answer_no_json_or_be_down(world: World) -> None:
    world.ehr.faults.token.non_json = True
    non_json = await world.exchange(await world.code())
    world.ehr.faults.token.status = 500
    down = await world.exchange(await world.code())

    assert non_json.headers["content-type"].startswith("text/html")
    assert down.status_code == 500


@pytest.mark.parametrize("fault", ["no_signature", "hs256", "other_key"])
async def test_forged_id_token_does_not_verify(world: World, fault: Any) -> None:  # one of a Literal
    world.ehr.faults.id_token = fault
    keys = KeySet.import_key_set((await world.http.get("/auth/jwks")).json())

    with pytest.raises(JoseError):
        jwt.decode((await world.sign_in())["id_token"], keys, algorithms=["RS256"])


@pytest.mark.parametrize(
    ("fault", "claim"),
    [("wrong_iss", "iss"), ("wrong_aud", "aud"), ("wrong_nonce", "nonce"), ("expired", "exp")],
)
async def test_id_token_with_a_wrong_claim_is_soundly_signed(
    world: World, fault: Any, claim: str
) -> None:  # a Literal
    keys = KeySet.import_key_set((await world.http.get("/auth/jwks")).json())
    sound = jwt.decode((await world.sign_in())["id_token"], keys, algorithms=["RS256"]).claims
    world.ehr.faults.id_token = fault

    wrong = jwt.decode((await world.sign_in())["id_token"], keys, algorithms=["RS256"]).claims

    assert claim in {name for name in sound if sound[name] != wrong[name]} <= {claim, "iat"}
