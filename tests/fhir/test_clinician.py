"""The clinician's name and role, as far as the EHR lets us read them."""

from collections.abc import Mapping

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.clock import now
from smartapp.ehr.profile import profile_for
from smartapp.fhir.note_reading import NoteChoice
from smartapp.fhir.patient_record import ClinicianDetails
from smartapp.fhir.reading import start_reading
from tests.fhir.read_server import BASE, FakeServer, Json, client_of, patient

DR: Json = {"resourceType": "Practitioner", "id": "7"}
NOBODY = ClinicianDetails()


async def clinician(
    *resources: Json, fhir_user: str = "Practitioner/7", answers: Mapping[str, httpx2.Response] | None = None
) -> tuple[ClinicianDetails, list[httpx2.Request]]:
    """Who is signed in, and what was asked for it. Only the fhirUser scope is granted."""
    broken = answers or {}
    server = FakeServer(
        [patient(), *resources], broken=lambda request: broken.get(request.url.path.removeprefix("/fhir/"))
    )
    reading = start_reading(
        client_of(server, may=lambda resource_type, _: resource_type == "Patient"),
        encounter_id=None,
        fhir_user=fhir_user,
        profile=profile_for("generic"),
        notes=NoteChoice(1),
        wave_timeout_s=5.0,
        clock=now,
    )
    found = await reading.clinician()
    return found, [request for request in server.requests if "Practitioner" in request.url.path]


async def test_name_and_qualification_are_read_with_the_chart() -> None:
    name = {"use": "official", "given": ["Ana", "B."], "family": "Bone"}
    qualification = [{"code": {"coding": [{"code": "MD"}, {"display": "Physician"}]}}]

    found, asked = await clinician(DR | {"name": [{"family": "Old"}, name], "qualification": qualification})

    assert found == ClinicianDetails("Ana B. Bone", "Physician")
    assert asked[0].headers["authorization"] == "Bearer token-1"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ({"text": "Dr. Abena Osei MD", "prefix": ["Dr."], "suffix": ["MD"]}, "Dr. Abena Osei MD"),
        ({"given": ["Abena"], "family": "Osei", "prefix": ["Dr."], "suffix": ["MD"]}, "Abena Osei, MD"),
        ({"given": ["Abena"], "family": "Osei MD", "suffix": ["MD"]}, "Abena Osei MD"),
        ({"given": ["Abena"], "family": "Osei", "suffix": ["MD", "MD", "PhD"]}, "Abena Osei, MD, PhD"),
        ({"text": " ", "given": ["Abena"], "family": "Osei"}, "Abena Osei"),
    ],
)
async def test_name_is_as_the_ehr_words_it_and_no_title_is_added_or_doubled(name: Json, shown: str) -> None:
    found, _ = await clinician(DR | {"name": [name]})

    assert found.name == shown


async def test_role_gives_holder_role_and_organization() -> None:
    role = {
        "resourceType": "PractitionerRole",
        "id": "r",
        "code": [{}, {"text": "Ward physician"}],
        "practitioner": {"reference": f"{BASE}/Practitioner/7"},
        "organization": {"reference": "Organization/ward"},
    }

    found, _ = await clinician(role, DR | {"name": [{"text": "Ana Bone"}]}, fhir_user="PractitionerRole/r")

    assert found == ClinicianDetails("Ana Bone", "Ward physician", "Organization/ward")


async def test_holder_on_another_server_is_not_fetched() -> None:
    role = {
        "resourceType": "PractitionerRole",
        "id": "r",
        "practitioner": {"reference": "https://evil.example/Practitioner/7"},
        "organization": {"reference": "https://evil.example/Organization/1"},
    }

    found, asked = await clinician(role, fhir_user="PractitionerRole/r")

    assert found == NOBODY
    assert len(asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(403),
        httpx2.Response(404),
        httpx2.Response(302, headers={"location": "https://evil.example"}),
        httpx2.Response(200, text="no json"),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, json={"resourceType": "Patient", "id": "7", "name": [{"text": "Mrs Shaw"}]}),
        httpx2.Response(200, json={**DR, "id": "8", "name": [{"text": "Another"}]}),
    ],
)
async def test_name_that_cannot_be_read_is_left_out(answer: httpx2.Response) -> None:
    found, _ = await clinician(answers={"Practitioner/7": answer})

    assert found == NOBODY


@pytest.mark.parametrize("fhir_user", ["", "Practitioner/", "Practitioner/..", "https://x/Practitioner/7"])
async def test_user_who_is_not_on_this_server_is_not_fetched(fhir_user: str) -> None:
    found, asked = await clinician(fhir_user=fhir_user)

    assert found == NOBODY
    assert asked == []


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "given", "family", "code", "coding", "display"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["name", "qualification"]), ODD))
async def test_odd_resource_gives_some_printable_text_or_none(odd: Json) -> None:
    found, _ = await clinician(DR | odd)

    assert all(text.isprintable() and len(text) <= 200 for text in (found.name, found.role))
