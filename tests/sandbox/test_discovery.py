"""What the demo EHR says about itself."""

import pytest

from smartapp.sandbox.discovery import FOREIGN_TOKEN_ENDPOINT
from smartapp.sandbox.faults import DiscoveryFault
from smartapp.sandbox.looks import STYLES
from tests.sandbox.support import BASE, FHIR, World

CONFIGURATION = "/fhir/.well-known/smart-configuration"


async def test_configuration_names_its_endpoints_and_only_s256(world: World) -> None:
    found = (await world.http.get(CONFIGURATION)).json()

    assert found["issuer"] == FHIR
    assert found["authorization_endpoint"] == f"{BASE}/auth/authorize"
    assert found["token_endpoint"] == f"{BASE}/auth/token"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-ehr", "launch-standalone", "permission-v1", "permission-v2"} <= set(found["capabilities"])


async def test_what_the_configuration_points_to_is_there(world: World) -> None:
    found = (await world.http.get(CONFIGURATION)).json()

    assert (await world.http.get(found["jwks_uri"])).status_code == 200


@pytest.mark.parametrize("look", STYLES)
async def test_style_that_a_launch_names_is_there(world: World, look: str) -> None:
    world.ehr.faults.around.look = look

    token = await world.sign_in()

    assert token["smart_style_url"] == f"{BASE}/auth/styles/{look}.json"
    assert (await world.http.get(token["smart_style_url"])).json() == STYLES[look]
    assert (await world.http.get(f"{BASE}/auth/styles/none.json")).status_code == 404


async def test_openid_configuration_agrees(world: World) -> None:
    smart = (await world.http.get(CONFIGURATION)).json()

    openid = (await world.http.get(f"{smart['issuer']}/.well-known/openid-configuration")).json()

    assert {name: openid[name] for name in ("issuer", "jwks_uri", "token_endpoint")} == {
        name: smart[name] for name in ("issuer", "jwks_uri", "token_endpoint")
    }


async def test_configuration_can_point_to_a_foreign_token_endpoint(world: World) -> None:
    world.ehr.faults.discovery = "foreign_token_endpoint"

    assert (await world.http.get(CONFIGURATION)).json()["token_endpoint"] == FOREIGN_TOKEN_ENDPOINT


async def test_configuration_can_forget_s256(world: World) -> None:
    world.ehr.faults.discovery = "no_s256"

    assert "code_challenge_methods_supported" not in (await world.http.get(CONFIGURATION)).json()


@pytest.mark.parametrize(("fault", "status"), [("non_json", 200), ("status_500", 500), ("huge", 200)])
async def test_configuration_can_be_unusable(world: World, fault: DiscoveryFault, status: int) -> None:
    world.ehr.faults.discovery = fault

    answer = await world.http.get(CONFIGURATION)

    assert answer.status_code == status
    assert "html" in answer.headers["content-type"] or len(answer.content) > 1_000_000 or status == 500
