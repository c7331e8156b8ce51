"""Charts for the tests of pages: one patient with whatever a test puts beside them."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

from smartapp.fhir.patient_record import Part, PartName, PatientIdentity, PatientRecord
from smartapp.sandbox.stories import story_resources
from smartapp.sdm.model import Kind, SaidBy, Source, Statement
from tests.visits import START, Clinic, OpenVisit, clinic

Resource = dict[str, Any]  # FHIR JSON
TODAY = date(2026, 6, 9)
SUBJECT = {"reference": "Patient/gray-sam"}


def statement(kind: Kind, words: str, said_by: SaidBy = SaidBy.PATIENT, **more: Any) -> Statement:
    return Statement(kind, words, said_by, **({"source": Source(f"Goal/{len(words)}")} | more))


def record(patient: PatientIdentity | None = None, **items: tuple[Any, ...]) -> PatientRecord:
    """A chart in which every part was read; `items` by the part's name."""
    parts: dict[str, Any] = {
        name.value: Part(name, items=items.get(name.value, ()))
        for name in PartName
        if name is not PartName.PATIENT
    }
    at = datetime(2026, 6, 9, 10, 31, tzinfo=UTC)
    return PatientRecord(
        patient=patient or PatientIdentity("p", call_name="Sam", birth_date="1970-01-01"),
        note_statements=(),
        read_at=at,
        **parts,
    )


def sam(**more: Any) -> Resource:
    names = [{"use": "official", "family": "Gray", "given": ["Sam"]}]
    return {
        "resourceType": "Patient",
        "id": "gray-sam",
        "name": names,
        "birthDate": "1970-05-02",
        **more,
    }


def goal(slug: str, words: str, **more: Any) -> Resource:
    return {
        "resourceType": "Goal",
        "id": slug,
        "lifecycleStatus": "accepted",
        "description": {"text": words},
        "subject": SUBJECT,
        **more,
    }


def answer(slug: str, concept: str, **value: Any) -> Resource:
    """An answer of the patient's, with a date and one of the app's concepts."""
    category = {
        "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-category",
        "code": "care-experience-preference",
    }
    codings = [
        {"system": "http://loinc.org", "code": "95541-9"},
        {"system": "https://ehr.test/CodeSystem/sdm-concepts", "code": concept},
    ]
    return {
        "resourceType": "Observation",
        "id": slug,
        "status": "final",
        "category": [{"coding": [category]}],
        "code": {"coding": codings},
        "subject": SUBJECT,
        "effectiveDateTime": "2026-10-01T10:00:00Z",
        "performer": [SUBJECT],
        **value,
    }


@asynccontextmanager
async def sams_visit(*resources: Resource, patient: Resource | None = None) -> AsyncIterator[OpenVisit]:
    """The app, opened from the chart of Sam Gray."""
    chart: Iterable[Resource] = (patient or sam(), *resources)
    async with clinic(resources=[*story_resources(START.date()), *chart]) as running:
        yield await running.browser().open("gray-sam")


def filed(running: Clinic) -> list[str]:
    """The texts of the notes that were written to the chart, wherever the EHR keeps them."""
    store, texts = running.ehr.store, []
    for note in running.ehr.created("DocumentReference"):
        attachment = note["content"][0]["attachment"]
        kept = store.get("Binary", attachment["url"].split("/")[1]) if "url" in attachment else attachment
        assert kept is not None
        texts.append(b64decode(kept["data"]).decode())
    return texts


def note(slug: str, text: str, *, on: str, title: str = "Progress note", **attachment: Any) -> Resource:
    """A note of a clinician's, with its text."""
    data = b64encode(text.encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "id": slug,
        "status": "current",
        "type": {"text": title},
        "category": [
            {
                "coding": [
                    {
                        "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
                        "code": "clinical-note",
                    }
                ]
            }
        ],
        "subject": SUBJECT,
        "date": f"{on}T10:00:00Z",
        "author": [{"display": "Wanda Writer, MD"}],
        "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data} | attachment}],
    }
