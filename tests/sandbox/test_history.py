"""The demo EHR's earlier versions: kept by the server that says so, and by no other."""

from datetime import date

import pytest
from joserfc.jwk import RSAKey

from smartapp.sandbox.stories import earlier_versions, story_resources
from tests.sandbox.support import Json, World, goal, new_world

HISTORY = "/open/fhir/Goal/g1/_history"


async def changed(world: World) -> Json:
    """The history of the goal after one change."""
    body = {**goal("Walk further"), "id": "g1", "lifecycleStatus": "completed"}
    answer = await world.http.put("/open/fhir/Goal/g1", json=body, headers={"If-Match": 'W/"1"'})
    assert answer.status_code == 200
    found: Json = (await world.http.get(HISTORY)).json()
    return found


async def test_history_tells_the_newest_version_first_and_how_each_came(world: World) -> None:
    bundle = await changed(world)

    assert (bundle["type"], bundle["total"]) == ("history", 2)
    told = [
        (one["resource"]["lifecycleStatus"], one["request"]["method"], one["response"]["etag"])
        for one in bundle["entry"]
    ]
    assert told == [("completed", "PUT", 'W/"2"'), ("active", "POST", 'W/"1"')]


async def test_earlier_version_can_be_read_by_its_number(world: World) -> None:
    await changed(world)

    answer = await world.http.get(f"{HISTORY}/1")

    assert (answer.json()["lifecycleStatus"], answer.headers["etag"]) == ("active", 'W/"1"')
    assert (await world.http.get(f"{HISTORY}/3")).status_code == 404


async def test_no_more_versions_are_shown_than_were_asked_for(world: World) -> None:
    await changed(world)

    assert len((await world.http.get(f"{HISTORY}?_count=1")).json()["entry"]) == 1
    assert (await world.http.get(f"{HISTORY}?_count=many")).status_code == 400
    assert (await world.http.get(f"{HISTORY}?_offset=later")).status_code == 400


async def test_versions_that_do_not_fit_on_a_page_are_behind_its_link(world: World) -> None:
    await changed(world)

    first = (await world.http.get(f"{HISTORY}?_count=1")).json()
    links = {link["relation"]: link["url"] for link in first["link"]}
    second = (await world.http.get(links["next"])).json()

    told = [one["resource"]["meta"]["versionId"] for page in (first, second) for one in page["entry"]]
    assert (told, first["total"], second["total"]) == (["2", "1"], 2, 2)
    assert "next" not in {link["relation"] for link in second["link"]}


async def test_change_that_is_undone_leaves_no_version_behind(world: World) -> None:
    store = world.ehr.store
    before = store.get("Goal", "g1")
    assert before is not None

    def fail_half_way() -> None:
        with store.atomically():
            store.write({**before, "lifecycleStatus": "completed"})
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()

    assert store.earlier("Goal", "g1") == []
    assert len((await world.http.get(HISTORY)).json()["entry"]) == 1


async def test_history_needs_a_token_like_any_read(world: World) -> None:
    assert (await world.http.get("/fhir/Goal/g1/_history")).status_code == 401


async def test_server_that_shows_no_versions_has_no_history(world: World) -> None:
    world.ehr.faults.write.no_versions = True
    assert (await world.http.get(HISTORY)).status_code == 405


@pytest.mark.parametrize("manner", ["epic", "oracle", "readonly"])
async def test_server_that_does_not_say_it_keeps_versions_keeps_none(
    manner: str, signing_key: RSAKey
) -> None:
    world = new_world(goal("Walk", id="g1"), manner=manner, key=signing_key)

    assert (await world.http.get(HISTORY)).status_code == 405


def test_earlier_versions_are_of_resources_that_are_in_a_chart_and_older_than_those() -> None:
    today = date(2026, 6, 9)
    current = {one["id"]: one for one in story_resources(today)}

    versions = earlier_versions(today)

    assert versions
    for version in versions:
        newest = current[version["id"]]
        assert version["subject"] == newest["subject"]
        assert int(version["meta"]["versionId"]) < int(newest["meta"]["versionId"])
        assert version["meta"]["lastUpdated"] < newest["meta"]["lastUpdated"]
