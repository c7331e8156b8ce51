"""Every chart of a folder of Bundles goes through the whole job: launch, read, capture, write, read back.

The folder is named by COMMON_GROUND_CHARTS, a checker of what was written by COMMON_GROUND_CONFORMANCE.
"""

import json
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from smartapp.sandbox.bundles import load_bundles
from tests.pages import words
from tests.visits import Clinic, MovingClock, clinic

Resource = dict[str, Any]  # FHIR JSON

FOLDER = os.environ.get("COMMON_GROUND_CHARTS")
CONFORMANCE = os.environ.get("COMMON_GROUND_CONFORMANCE")
PARTS_NOT_READ = ("could not be read", "were read in part", "parts read", "not answer")
SAID = {
    "goal": "I want to walk my granddaughter to school — every morning, “rain or shine”.",
    "hope": "That I can stay in my own home.",
    "worry": "J’ai peur de finir comme mon père.",
    "matters": "My garden.\nAnd the people at the market.",
    "people": "My sister Ana, not my brother.",
}

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="COMMON_GROUND_CHARTS IS NOT SET: no chart made by others was tried"
)


def charts() -> list[Resource]:
    return load_bundles(sorted(Path(FOLDER or "").glob("*.json")))


def patients_with_a_chart(resources: list[Resource]) -> list[str]:
    return [resource["id"] for resource in resources if resource["resourceType"] == "Patient"]


@pytest.fixture(scope="module", params=[True, False], ids=["together", "alone"])
async def real(request: pytest.FixtureRequest) -> AsyncIterator[Clinic]:
    """Where several statements go in one transaction, or each by itself."""
    registration = {"transactions": request.param}
    async with clinic(resources=charts(), clock=MovingClock(), registration=registration) as opened:
        yield opened


async def test_every_chart_goes_through_the_whole_job(real: Clinic, tmp_path: Path) -> None:
    patient_ids = patients_with_a_chart(real.ehr.store.of_type("Patient"))
    assert len(patient_ids) >= 12

    problems = {patient_id: await problems_of_a_visit(real, patient_id) for patient_id in patient_ids}

    assert {patient_id: found for patient_id, found in problems.items() if found} == {}
    written = real.ehr.created("Goal") + real.ehr.created("Observation") + real.ehr.created("Provenance")
    assert len(real.ehr.created("Goal")) == len(patient_ids)
    assert len(real.ehr.created("Observation")) == 4 * len(patient_ids)
    assert_conformant(written, tmp_path)


async def problems_of_a_visit(real: Clinic, patient_id: str) -> list[str]:
    """What went wrong in one visit, in words; nothing when all is well."""
    found = []
    visit = await real.browser().open(patient_id)
    if visit.first.status_code != 200 or not visit.id:
        return [f"launch: {visit.first.status_code} {words(visit.first.text)[:200]}"]
    huddle = words(visit.first.text)
    found += [f"before: {text}" for text in PARTS_NOT_READ if text in huddle]
    found += [] if "Chart read at" in huddle else ["before: not every part was read"]
    await visit.write(**SAID)
    done = await visit.send()
    text = words(done.text)
    if done.status_code != 200 or text.count("In the chart") < len(SAID):
        found.append(f"done: {done.status_code} {text[:400]}")
    stored = [
        goal for goal in real.ehr.created("Goal") if goal["subject"]["reference"] == f"Patient/{patient_id}"
    ]
    if [goal["description"]["text"] for goal in stored] != [SAID["goal"]]:
        found.append(f"goal: {len(stored)} stored")
    return found


def assert_conformant(written: list[Resource], folder: Path) -> None:
    """Hold what was written against R4 and US Core, with the checker that the environment names."""
    if not CONFORMANCE:
        pytest.skip("COMMON_GROUND_CONFORMANCE IS NOT SET: what was written was not held against US Core")
    for resource in written:
        (folder / f"{resource['resourceType']}-{resource['id']}.json").write_text(json.dumps(resource))
    done = subprocess.run(
        [CONFORMANCE, str(folder)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
