"""The whole visit at a server with each habit, alone and together: launch, read, write, amend, take back,
read again.

What the clinician is told is compared with what stands in the EHR's store.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.sandbox.habits import HABITS, put_on
from tests.interop.journey import Journey
from tests.interop.store import ROSA, STRANGER, VISIT, add_another, patients_written, words_in_chart
from tests.pages import words
from tests.visits import APP, Clinic, clinic

GOAL = "Dance one whole song with Ernesto."
WORRY = "Ending up like my sister."
HOPE = "A morning without the stick."
UNKNOWN_SEARCHES = ("searches-ignored", "searches-empty", "searches-refused")


async def journey_at(at: Clinic) -> Journey:
    browser = at.browser()
    return Journey(browser, APP, await browser.get(at.ehr.new_launch(ROSA, encounter_id=VISIT)))


async def whole_visit(habits: Iterable[str]) -> str:
    """What the pages told before anything was written. Raises AssertionError where the pages and the store
    do not say the same.
    """
    async with clinic() as at:
        put_on(at.ehr.faults, habits)
        add_another(at)
        visit = await journey_at(at)
        told = await visit.told()

        await visit.write(hope=HOPE)  # alone, so in a create
        await visit.send()
        await visit.write(goal=GOAL, worry=WORRY)  # in a transaction
        done = words(await visit.send())
        assert done.count("Read back from the chart at") == 3, done
        assert words_in_chart(at.ehr) == {
            "Goal": [GOAL],
            "Observation": [HOPE, WORRY],
            "Provenance": ["CREATE", "CREATE"],
        }

        amended = words(await visit.achieve(at.ehr.created("Goal")[0]["id"]))
        assert "In the chart: marked as achieved" in amended, amended
        assert at.ehr.created("Goal")[0]["lifecycleStatus"] == "completed"

        back = words(await visit.take_back(WORRY))
        assert "Taken back" in back, back
        assert words_in_chart(at.ehr) == {
            "Goal": [GOAL],
            "Observation": [HOPE, f"[{WORRY}]"],
            "Provenance": ["CREATE", "CREATE", "NULLIFY", "UPDATE"],
        }

        at.clock.now += timedelta(minutes=11)
        later = await journey_at(at)
        told_later = words(await later.page("statements"))
        assert GOAL in told_later
        assert HOPE in told_later
        assert WORRY not in told_later
        assert patients_written(at.ehr) == {f"Patient/{ROSA}"}
        assert STRANGER not in " ".join([*visit.seen, *later.seen])
        return told


@pytest.fixture(scope="module")
def told_at_a_sound_server() -> str:
    return asyncio.run(whole_visit([]))


@pytest.mark.parametrize("name", HABITS)
async def test_whole_visit_at_a_server_with_this_habit(name: str, told_at_a_sound_server: str) -> None:
    told = await whole_visit([name])

    if name == "confines-nothing":
        assert "could not be read in full: conditions" in told  # it gave others' entries, which were dropped
    else:
        assert told == told_at_a_sound_server


async def test_what_was_just_stored_is_read_at_the_next_launch_from_a_server_that_remembers_searches() -> (
    None
):
    async with clinic() as at:
        put_on(at.ehr.faults, ["searches-cached"])
        visit = await journey_at(at)
        assert GOAL not in words(await visit.page("statements"))
        await visit.write(goal=GOAL)
        await visit.send()

        at_once = await journey_at(at)

        assert GOAL in words(await at_once.page("statements"))


async def test_site_that_asks_for_wildcards_only_is_told_what_was_refused_and_given_the_next_way() -> None:
    scopes = ("launch", "openid", "fhirUser", "patient/*.cruds")
    async with clinic(registration={"scopes": scopes}) as at:
        put_on(at.ehr.faults, ["wildcard-scopes"])
        visit = await journey_at(at)
        await visit.write(goal=GOAL)

        done = words(await visit.send())

        assert "Not in the chart" in done
        assert "Choose another way" in done
        assert GOAL in done
        assert "Read back from the chart at" not in done
        assert at.ehr.created("Goal") == []


@pytest.mark.parametrize("name", ["errors-as-text", "errors-as-html"])
async def test_refusal_without_fhir_is_told_as_a_refusal_and_never_as_markup(name: str) -> None:
    async with clinic(registration={"transactions": False}) as at:
        put_on(at.ehr.faults, [name])
        at.ehr.faults.refuse_late = {"Goal"}
        visit = await journey_at(at)
        await visit.write(goal=GOAL)

        page = await visit.send()

        assert "Not in the chart" in words(page)
        assert "(422)" in words(page)
        assert "&lt;html" not in page
        assert "<h1>422</h1>" not in page
        assert at.ehr.created("Goal") == []


async def test_visit_whose_patient_cannot_be_found_ends_the_launch_with_a_plain_page() -> None:
    async with clinic() as at:
        put_on(at.ehr.faults, ["visit-without-patient"])
        at.ehr.store.load({"resourceType": "Encounter", "id": "empty", "status": "in-progress"})

        answer = await at.browser().get(at.ehr.new_launch(ROSA, encounter_id="empty"))

        assert answer.status_code >= 400
        assert "patient" in words(answer.text)
        assert "/visits/" not in str(answer.url)


@pytest.mark.parametrize("searches", UNKNOWN_SEARCHES)
async def test_entries_that_the_server_does_not_name_are_found_where_it_cannot_search_by_identifier(
    searches: str,
) -> None:
    await whole_visit([searches, "location-missing", "created-empty"])


@pytest.mark.parametrize("searches", UNKNOWN_SEARCHES)
async def test_lost_answer_leads_to_no_second_entry_where_the_server_cannot_search_by_identifier(
    searches: str,
) -> None:
    async with clinic() as at:
        put_on(at.ehr.faults, [searches])
        visit = await journey_at(at)
        await visit.write(hope=HOPE)
        at.ehr.faults.write.commit_then_drop = True
        at.ehr.faults.write.remaining = 1
        done = words(await visit.send())

        at.clock.now += timedelta(seconds=61)
        if "Send again" in done:
            done = words(await visit.press_on_done(HOPE, "retry"))

        assert words_in_chart(at.ehr)["Observation"] == [HOPE]
        assert "Read back from the chart at" in done


@pytest.mark.parametrize("searches", UNKNOWN_SEARCHES)
async def test_what_never_arrived_can_be_sent_again_where_the_server_cannot_search_by_identifier(
    searches: str,
) -> None:
    async with clinic() as at:
        put_on(at.ehr.faults, [searches])
        visit = await journey_at(at)
        await visit.write(hope=HOPE)
        at.ehr.faults.write.drop_before_commit = True
        at.ehr.faults.write.remaining = 1
        await visit.send()

        at.clock.now += timedelta(seconds=61)
        done = words(await visit.press_on_done(HOPE, "retry"))

        assert words_in_chart(at.ehr)["Observation"] == [HOPE]
        assert "Read back from the chart at" in done


def together_with(name: str) -> tuple[str, ...]:
    """This habit and every other one that fits it and those before."""
    found = [HABITS[name]]
    for habit in HABITS.values():
        if habit not in found and all(habit.agrees_with(one) for one in found):
            found.append(habit)
    return tuple(sorted(habit.name for habit in found))


@pytest.mark.parametrize("names", sorted({together_with(name) for name in HABITS}))
async def test_whole_visit_at_a_server_with_every_habit_that_fits(names: tuple[str, ...]) -> None:
    await whole_visit(names)


@st.composite
def some_habits(draw: st.DrawFn) -> tuple[str, ...]:
    wanted = draw(st.permutations(list(HABITS.values())))[: draw(st.integers(2, 8))]
    found = wanted[:1]
    for habit in wanted[1:]:
        if all(habit.agrees_with(one) for one in found):
            found.append(habit)
    return tuple(habit.name for habit in found)


@settings(max_examples=5, deadline=None)
@given(some_habits())
def test_whole_visit_at_a_server_with_some_habits(names: tuple[str, ...]) -> None:
    asyncio.run(whole_visit(names))
