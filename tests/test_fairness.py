"""Who the patient is changes nothing in what is offered, all the way from FHIR to the reminders."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartapp.app import CONTENT
from smartapp.clock import now
from smartapp.ehr.profile import profile_for
from smartapp.fhir.facts import facts_of
from smartapp.fhir.note_reading import NoteChoice
from smartapp.fhir.reading import start_reading
from smartapp.sandbox.stories import STORIES, story_resources
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.knowledge import Catalogue
from smartapp.sdm.selection import Prompts, select
from smartapp.sdm.sheets import OfferedSheet, offered_sheets
from tests.fhir.read_server import FakeServer, client_of

Resource = dict[str, Any]  # FHIR JSON
TODAY = date(2026, 11, 22)
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
OMB = "urn:oid:2.16.840.1.113883.6.238"


def coded(url: str, system: str, code: str) -> Resource:
    return {"url": url, "valueCodeableConcept": {"coding": [{"system": system, "code": code}]}}


def omb(name: str, code: str) -> Resource:
    return {
        "url": f"{US_CORE}/{name}",
        "extension": [{"url": "ombCategory", "valueCoding": {"system": OMB, "code": code}}],
    }


RACE = st.sampled_from(["1002-5", "2028-9", "2054-5", "2076-8", "2106-3"]).map(
    lambda code: omb("us-core-race", code)
)
ETHNICITY = st.sampled_from(["2135-2", "2186-5"]).map(lambda code: omb("us-core-ethnicity", code))
BIRTH_SEX = st.sampled_from(["F", "M", "UNK"]).map(
    lambda code: {"url": f"{US_CORE}/us-core-birthsex", "valueCode": code}
)
SEX = st.sampled_from(["248152002", "248153007"]).map(
    lambda code: {"url": f"{US_CORE}/us-core-sex", "valueCode": code}
)
GENDER_IDENTITY = st.sampled_from(["446151000124109", "446141000124107", "33791000087105"]).map(
    lambda code: coded(f"{US_CORE}/us-core-genderIdentity", "http://snomed.info/sct", code)
)
RELIGION = st.sampled_from(["1013", "1041", "1077"]).map(
    lambda code: coded(
        "http://hl7.org/fhir/StructureDefinition/patient-religion",
        "http://terminology.hl7.org/CodeSystem/v3-ReligiousAffiliation",
        code,
    )
)
ORIENTATION = st.sampled_from(["20430005", "38628009", "42035005"]).map(
    lambda code: {
        "resourceType": "Observation",
        "id": "orientation",
        "status": "final",
        "category": [{"coding": [{"code": "social-history"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "76690-7"}]},
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
    }
)
PERSON = st.fixed_dictionaries(
    {
        "extension": st.lists(
            st.one_of(RACE, ETHNICITY, BIRTH_SEX, SEX, GENDER_IDENTITY, RELIGION), max_size=6
        ),
        "gender": st.sampled_from(["male", "female", "other", "unknown"]),
        "name": st.sampled_from(["Washington", "Nguyen", "García", "O'Brien", "Abdullah"]).map(
            lambda family: [{"family": family, "given": ["A."]}]
        ),
        "address": st.sampled_from(["60619", "10027", "94305"]).map(lambda code: [{"postalCode": code}]),
    }
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CONTENT)


async def offered(
    catalogue: Catalogue, patient_id: str, resources: list[Resource]
) -> tuple[Prompts, tuple[OfferedSheet, ...]]:
    """What is offered in this story's visit."""
    reading = start_reading(
        client_of(FakeServer(resources), patient_id=patient_id),
        encounter_id=f"{patient_id}-today",
        fhir_user="",
        profile=profile_for("generic"),
        notes=NoteChoice(20),
        wave_timeout_s=10,
        clock=now,
    )
    facts = facts_of(await reading.record(), today=TODAY)
    return select(catalogue, facts), offered_sheets(catalogue, facts)


def as_another(patient: Resource, person: Resource) -> Resource:
    """The same patient with another race, sex, name and so on; a wish for an interpreter stays."""
    kept = [one for one in patient.get("extension", []) if "interpreter" in one["url"].lower()]
    return {**patient, **person, "extension": [*kept, *person["extension"]]}


@pytest.mark.parametrize("patient_id", [story.patient_id for story in STORIES])
@given(person=PERSON, orientation=ORIENTATION)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
async def test_questions_reminders_and_sheets_do_not_depend_on_who_the_patient_is(
    catalogue: Catalogue, patient_id: str, person: Resource, orientation: Resource
) -> None:
    story = story_resources(TODAY)
    others = [as_another(one, person) if one["resourceType"] == "Patient" else one for one in story]
    others.append(orientation | {"subject": {"reference": f"Patient/{patient_id}"}})

    as_is, as_other = (
        await offered(catalogue, patient_id, story),
        await offered(catalogue, patient_id, others),
    )

    assert as_other == as_is
    assert as_is[0].opening.text
