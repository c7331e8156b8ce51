"""Over real charts: who the patient is changes not a byte of what is offered, and language only what is about
language.

The folder of Bundles is named by COMMON_GROUND_CHARTS.
"""

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smartapp.app import CONTENT
from smartapp.content_command import files_in
from smartapp.file_charts import read_charts
from smartapp.sandbox.bundles import load_bundles
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.facts import Known
from smartapp.sdm.knowledge import Catalogue
from smartapp.sdm.measured import asked
from smartapp.sdm.selection import Prompts, Silence, select
from tests.test_fairness import US_CORE, coded, omb

Resource = dict[str, Any]  # FHIR JSON
Change = Callable[[Resource, random.Random], Resource]

FOLDER = os.environ.get("COMMON_GROUND_CHARTS")
SNOMED = "http://snomed.info/sct"
RELIGION = "http://hl7.org/fhir/StructureDefinition/patient-religion"
RELIGIONS = "http://terminology.hl7.org/CodeSystem/v3-ReligiousAffiliation"
INTERPRETER = f"{US_CORE}/us-core-interpreter-needed"
LANGUAGE_ACCESS = {"R24"}
FAMILIES = ["Washington", "Nguyen", "García", "O'Brien", "Abdullah", "Goldberg", "Whitehorse"]

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="COMMON_GROUND_CHARTS IS NOT SET: fairness was not tried on charts made by others"
)


def extended(url: str, make: Callable[[random.Random], Resource]) -> Change:
    """Another value for this extension of the patient, in place of the one that is there."""

    def change(patient: Resource, chance: random.Random) -> Resource:
        kept = [one for one in patient.get("extension", []) if one["url"] != url]
        return patient | {"extension": [*kept, make(chance)]}

    return change


def one_of(url: str, system: str, *codes: str) -> Change:
    return extended(url, lambda chance: coded(url, system, chance.choice(codes)))


def omb_of(name: str, *codes: str) -> Change:
    return extended(f"{US_CORE}/{name}", lambda chance: omb(name, chance.choice(codes)))


def value_of(name: str, *codes: str) -> Change:
    url = f"{US_CORE}/{name}"
    return extended(url, lambda chance: {"url": url, "valueCode": chance.choice(codes)})


def gender(patient: Resource, chance: random.Random) -> Resource:
    return patient | {"gender": chance.choice(["male", "female", "other", "unknown"])}


def name(patient: Resource, chance: random.Random) -> Resource:
    return patient | {"name": [{"family": chance.choice(FAMILIES), "given": [chance.choice("ABCDE") + "."]}]}


def address(patient: Resource, chance: random.Random) -> Resource:
    postal_code = chance.choice(["60619", "10027", "94305", "86503"])
    return patient | {"address": [{"city": "Elsewhere", "postalCode": postal_code}]}


CHANGES: dict[str, Change] = {
    "race": omb_of("us-core-race", "1002-5", "2028-9", "2054-5", "2076-8", "2106-3"),
    "ethnicity": omb_of("us-core-ethnicity", "2135-2", "2186-5"),
    "religion": one_of(RELIGION, RELIGIONS, "1013", "1041", "1077"),
    "gender identity": one_of(
        f"{US_CORE}/us-core-genderIdentity", SNOMED, "446151000124109", "446141000124107"
    ),
    "birth sex": value_of("us-core-birthsex", "F", "M", "UNK"),
    "sex": value_of("us-core-sex", "248152002", "248153007"),
    "gender": gender,
    "name": name,
    "address": address,
}


def told(patient_id: str, loinc: str, *, code: str) -> Resource:
    """What may stand in an Observation: 76690-7 orientation, 76691-5 gender identity, 46098-0 sex, 32624-9
    race, 80977-2 ethnicity.
    """
    return {
        "resourceType": "Observation",
        "id": f"{patient_id}-{loinc}",
        "status": "final",
        "category": [{"coding": [{"code": "social-history"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": "2020-01-01",
        "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": code}]},
    }


def orientation(patient_id: str, chance: random.Random) -> list[Resource]:
    orientation = chance.choice(["20430005", "38628009", "42035005"])
    others = ("76691-5", "46098-0", "32624-9", "80977-2")
    return [
        told(patient_id, "76690-7", code=orientation),
        *(told(patient_id, loinc, code=chance.choice(["248152002", "33791000087105"])) for loinc in others),
    ]


def changed(resources: list[Resource], names: list[str], seed: int) -> list[Resource]:
    """The same charts of other people: only what `names` says is changed."""
    chance = random.Random(seed)
    result = []
    for one in resources:
        is_patient = one["resourceType"] == "Patient"
        result.append(another(one, names, chance) if is_patient else one)
        if is_patient and "orientation" in names:
            result += orientation(one["id"], chance)
    return result


def another(patient: Resource, names: list[str], chance: random.Random) -> Resource:
    for each in names:
        if each in CHANGES:
            patient = CHANGES[each](patient, chance)
    return patient


@pytest.fixture(scope="module")
def charts() -> list[Resource]:
    return load_bundles(files_in([Path(FOLDER or "")]))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CONTENT)


async def offered(catalogue: Catalogue, resources: list[Resource]) -> dict[str, Prompts]:
    """What each patient's last visit is offered, by patient."""
    return {
        chart.patient_id: select(catalogue, chart.facts)
        async for chart in read_charts(resources, values=asked(catalogue.conditions))
    }


@pytest.fixture(scope="module")
def as_it_is(catalogue: Catalogue, charts: list[Resource]) -> dict[str, Prompts]:
    return asyncio.run(offered(catalogue, charts))


def as_bytes(prompts: dict[str, Prompts]) -> dict[str, bytes]:
    return {patient_id: repr(each).encode() for patient_id, each in prompts.items()}


def test_every_bundle_of_the_folder_has_been_tried(as_it_is: dict[str, Prompts]) -> None:
    assert len(as_it_is) >= 12


@pytest.mark.parametrize("what", [*CHANGES, "orientation"])
async def test_one_thing_about_the_person_changes_not_a_byte(
    what: str, catalogue: Catalogue, charts: list[Resource], as_it_is: dict[str, Prompts]
) -> None:
    others = changed(charts, [what], seed=7)
    assert others != charts

    assert as_bytes(await offered(catalogue, others)) == as_bytes(as_it_is)


@pytest.mark.parametrize("seed", range(3))
async def test_everything_about_the_person_changes_not_a_byte(
    seed: int, catalogue: Catalogue, charts: list[Resource], as_it_is: dict[str, Prompts]
) -> None:
    others = changed(charts, [*CHANGES, "orientation"], seed)

    assert as_bytes(await offered(catalogue, others)) == as_bytes(as_it_is)


@pytest.mark.parametrize(("tag", "interpreter"), [("es", False), ("zh", True), ("en-GB", False), ("", False)])
async def test_language_changes_only_what_is_about_language(
    tag: str, interpreter: bool, catalogue: Catalogue, charts: list[Resource], as_it_is: dict[str, Prompts]
) -> None:
    others = [speaking(one, tag, interpreter) if one["resourceType"] == "Patient" else one for one in charts]

    spoken = await offered(catalogue, others)

    for patient_id, before in as_it_is.items():
        after = spoken[patient_id]
        assert after.opening == before.opening
        assert after.questions == before.questions
        assert rules(after) == rules(before)
        assert decisions(after) == decisions(before)
        assert universal(after) == universal(before) or LANGUAGE_ACCESS & (
            universal(after) | universal(before)
        )


def speaking(patient: Resource, tag: str, interpreter: bool) -> Resource:
    language = {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": tag}]}, "preferred": True}
    kept = [one for one in patient.get("extension", []) if one["url"] != INTERPRETER]
    asks = [coded(INTERPRETER, SNOMED, "373066001")] if interpreter else []
    return patient | {"communication": [language] if tag else [], "extension": [*kept, *asks]}


def rules(prompts: Prompts) -> dict[str, str]:
    """For each reminder that is not about language: whether its rule held, or why it could not be told."""
    held = {shown.reminder.id: "held" for shown in prompts.reminders}
    for silent in prompts.silent:
        goes_second = silent.silence is Silence.ANOTHER_GOES_FIRST
        held[silent.reminder.id] = "held" if goes_second else silent.reason
    return {id_: answer for id_, answer in held.items() if id_ not in LANGUAGE_ACCESS}


def decisions(prompts: Prompts) -> list[str]:
    return [repr(shown) for shown in prompts.reminders if shown.reminder.tier == "decision"]


def universal(prompts: Prompts) -> set[str]:
    return {shown.reminder.id for shown in prompts.reminders if shown.reminder.tier == "universal"}


def test_only_language_access_reads_the_language(catalogue: Catalogue) -> None:
    assert {each.id for each in catalogue.reminders if Known.LANGUAGE in each.reads} == LANGUAGE_ACCESS
