"""What a visit is called and where it is, as the EHR has it."""

from typing import Any

import msgspec
import pytest

from smartapp.fhir import lenses
from smartapp.fhir.chart_items import visit
from smartapp.fhir.patient_record import Visit
from smartapp.fhir.this_patient import ThisPatient


def read(**elements: Any) -> Visit:  # Any: FHIR JSON
    encounter = {"resourceType": "Encounter", "id": "e1", "status": "in-progress", **elements}
    raw = msgspec.json.encode(encounter)
    return visit(msgspec.json.decode(raw, type=lenses.Encounter), ThisPatient("p1", "https://ehr.test/fhir"))


def location(name: str, status: str = "active") -> dict[str, Any]:
    return {"location": {"reference": "Location/1", "display": name}, "status": status}


@pytest.mark.parametrize(
    ("elements", "place"),
    [
        ({}, ""),
        ({"serviceProvider": {"display": "Harbor Clinic"}}, "Harbor Clinic"),
        ({"serviceProvider": {"display": "Harbor Clinic"}, "location": [location("Room 4")]}, "Room 4"),
        ({"location": [location("Emergency", "completed"), location("Cardiology")]}, "Cardiology"),
        ({"location": [location("Emergency", "completed")], "serviceProvider": {"display": "H"}}, "H"),
        ({"location": [{"location": {"display": "Room 4"}}]}, "Room 4"),
    ],
)
def test_place_is_where_the_patient_is_and_not_where_they_were(elements: dict[str, Any], place: str) -> None:
    assert read(**elements).place == place


@pytest.mark.parametrize(
    ("elements", "kind"),
    [
        ({"type": [{"text": "Office visit"}], "serviceType": {"text": "Cardiology"}}, "Office visit"),
        ({"serviceType": {"coding": [{"display": "Cardiology"}]}}, "Cardiology"),
        ({"type": [{}]}, ""),
    ],
)
def test_visit_without_a_type_is_called_by_its_service(elements: dict[str, Any], kind: str) -> None:
    assert read(**elements).type == kind
