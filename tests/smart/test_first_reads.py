"""The clinician's name and role, as far as the EHR lets us read them."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.http import Door, Origin
from smartapp.smart.first_reads import Reader, clinician_of
from smartapp.smart.id_token import IdToken
from smartapp.smart.launch import Clinician
from tests.smart.support import FHIR, Json, Wire

DR = {"resourceType": "Practitioner", "id": "7"}


async def clinician(
    answers: dict[str, httpx2.Response], reference: str = "Practitioner/7"
) -> tuple[Clinician, Wire]:
    wire = Wire()
    for path, answer in answers.items():
        wire.answers[f"/fhir/{path}"] = lambda _, answer=answer: answer  # type: ignore[misc]
    reader = Reader(Door(wire, frozenset({Origin.of(FHIR)})), FHIR, "at-1")
    return await clinician_of(
        reader, IdToken("sub", reference or "https://x/Practitioner/7", reference)
    ), wire


def says(**members: object) -> httpx2.Response:
    return httpx2.Response(200, json={**DR, **members})


async def test_name_and_qualification_are_read_with_the_fresh_token() -> None:
    name = {"use": "official", "prefix": ["Dr"], "given": ["Ana", "B."], "family": "Bone", "suffix": ["MD"]}
    qualification = [{"code": {"coding": [{"code": "MD"}, {"display": "Physician"}]}}]

    found, wire = await clinician(
        {"Practitioner/7": says(name=[{"family": "Old"}, name], qualification=qualification)}
    )

    assert found == Clinician(
        "sub", "Practitioner/7", "Dr Ana B. Bone MD", "Physician", fhir_user="Practitioner/7"
    )
    assert wire.seen[0].headers["authorization"] == "Bearer at-1"


async def test_role_gives_holder_role_and_organization() -> None:
    role = httpx2.Response(200, json={
        "resourceType": "PractitionerRole", "id": "r", "code": [{}, {"text": "Ward physician"}],
        "practitioner": {"reference": f"{FHIR}/Practitioner/7"},
        "organization": {"reference": "Organization/ward"},
    })  # fmt: skip

    found, _ = await clinician(
        {"PractitionerRole/r": role, "Practitioner/7": says(name=[{"text": "Ana Bone"}])},
        "PractitionerRole/r",
    )

    assert (found.name, found.role, found.organization) == ("Ana Bone", "Ward physician", "Organization/ward")


async def test_holder_on_another_server_is_not_fetched() -> None:
    role = httpx2.Response(200, json={
        "resourceType": "PractitionerRole", "id": "r",
        "practitioner": {"reference": "https://evil.example/Practitioner/7"},
        "organization": {"reference": "https://evil.example/Organization/1"},
    })  # fmt: skip

    found, wire = await clinician({"PractitionerRole/r": role}, "PractitionerRole/r")

    assert (found.name, found.organization) == ("", "")
    assert len(wire.seen) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(403),
        httpx2.Response(404),
        httpx2.Response(503),
        httpx2.Response(302, headers={"location": "https://evil.example"}),
        httpx2.Response(200, text="no json"),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, json={"resourceType": "Patient", "id": "7", "name": [{"text": "Mrs Shaw"}]}),
        httpx2.Response(200, json={**DR, "id": "8", "name": [{"text": "Another"}]}),
        httpx2.Response(200, content=b" " * 2_000_000),
    ],
)
async def test_name_that_cannot_be_read_is_left_out(answer: httpx2.Response) -> None:
    found, _ = await clinician({"Practitioner/7": answer})

    assert found == Clinician("sub", "Practitioner/7", fhir_user="Practitioner/7")


async def test_user_of_another_server_is_kept_and_never_fetched() -> None:
    found, wire = await clinician({}, "")

    assert found == Clinician("sub", fhir_user="https://x/Practitioner/7")
    assert wire.seen == []


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "given", "family", "code", "coding", "display"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["name", "qualification"]), ODD))
async def test_odd_resource_gives_some_printable_text_or_none(resource: Json) -> None:
    found, _ = await clinician({"Practitioner/7": says(**resource)})

    assert all(text.isprintable() and len(text) <= 200 for text in (found.name, found.role))
