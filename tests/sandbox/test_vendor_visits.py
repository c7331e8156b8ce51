"""A whole visit against each manner of the demo EHR: what of the patient's words ends up in the chart, and as
what.
"""

import base64

import pytest

from smartapp.sandbox.vendors import MANNERS
from tests.visits import Clinic, OpenVisit, clinic

WRITTEN = (
    "Goal",
    "Observation",
    "CarePlan",
    "List",
    "DocumentReference",
    "QuestionnaireResponse",
    "Provenance",
)
GOAL = "Dance at the wedding."
WORRY = "That I fall again."


async def open_visit(at: Clinic) -> OpenVisit:
    visit = await at.browser().open("delgado-rosa", encounter_id="delgado-rosa-today")
    await visit.write(goal=GOAL, worry=WORRY)
    return visit


async def send(visit: OpenVisit) -> str:
    """Send all of it, saying yes to a note that is signed at once. The page that answers."""
    review = await visit.review()
    is_signed = 'name="signed"' in (await visit.page("review")).text
    review.fields = [*review.fields, *([("signed", "yes")] if is_signed else [])]
    return (await visit.send(review)).text


def written(at: Clinic) -> dict[str, int]:
    counts = {resource_type: len(at.ehr.created(resource_type)) for resource_type in WRITTEN}
    return {resource_type: count for resource_type, count in counts.items() if count}


@pytest.mark.parametrize(
    ("ehr", "lands"),
    [
        ("full", {"Goal": 1, "Observation": 1, "Provenance": 1}),
        ("epic", {"DocumentReference": 1}),
        ("oracle", {"DocumentReference": 1}),
        ("athenahealth", {"QuestionnaireResponse": 1}),
        ("eclinicalworks", {"QuestionnaireResponse": 1}),
        ("meditech", {"QuestionnaireResponse": 1}),
        ("readonly", {}),
    ],
)
async def test_words_land_where_the_vendor_takes_them(ehr: str, lands: dict[str, int]) -> None:
    async with clinic(ehr=ehr) as at:
        visit = await open_visit(at)

        page = await send(visit)

        assert written(at) == lands
        assert not any(
            (request.status or 0) >= 400 for request in at.ehr.requests if request.method == "POST"
        )
        assert ("All 2 are in the chart" in page) is bool(lands)
        assert ("Not in the chart yet" in page) is not bool(lands)


@pytest.mark.parametrize("ehr", ["epic", "oracle"])
async def test_note_at_a_vendor_holds_every_word(ehr: str) -> None:
    async with clinic(ehr=ehr) as at:
        visit = await open_visit(at)

        await send(visit)

        attachment = at.ehr.created("DocumentReference")[0]["content"][0]["attachment"]
        binary = at.ehr.store.get("Binary", attachment["url"].removeprefix("Binary/"))
        assert binary is not None
        text = base64.b64decode(binary["data"]).decode()
        assert GOAL in text
        assert WORRY in text


@pytest.mark.parametrize("ehr", [name for name in MANNERS if name != "readonly"])
async def test_answer_that_breaks_off_makes_no_second_entry_at_any_vendor(ehr: str) -> None:
    async with clinic(ehr=ehr) as at:
        visit = await open_visit(at)
        at.ehr.faults.write.reset_mid_answer = True
        at.ehr.faults.write.remaining = 1

        await send(visit)
        await visit.page("done")

        assert set(written(at).values()) == {1}
