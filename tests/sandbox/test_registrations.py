"""The demo registers the app as a site with such an EHR would."""

import pytest

from smartapp.demo import as_registered
from smartapp.sandbox.questionnaire import CANONICAL, LINK_IDS, demo_questionnaire
from smartapp.sandbox.vendors import MANNERS
from smartapp.sdm.model import Kind
from smartapp.smart.registration import Registration

PLAIN = Registration(id="demo", label="Demo EHR", iss=("https://ehr.test/fhir",))


@pytest.mark.parametrize(
    ("ehr", "vendor"),
    [
        ("full", "generic"),
        ("readonly", "generic"),
        ("epic", "epic"),
        ("oracle", "oracle"),
        ("athenahealth", "athenahealth"),
        ("eclinicalworks", "eclinicalworks"),
        ("meditech", "meditech"),
    ],
)
def test_registration_names_the_vendor_and_its_form_where_there_is_one(ehr: str, vendor: str) -> None:
    registration = as_registered(PLAIN, MANNERS[ehr])

    assert registration.vendor == vendor
    has_form = ehr in {"athenahealth", "eclinicalworks", "meditech"}
    assert (registration.questionnaire is not None) is has_form
    if registration.questionnaire is not None:
        assert registration.questionnaire.canonical == CANONICAL
        assert registration.questionnaire.link_ids == LINK_IDS


def test_form_asks_only_for_kinds_of_statement_that_exist() -> None:
    asked = [item["linkId"] for item in demo_questionnaire()["item"]]

    assert {kind for kind, _ in LINK_IDS} <= {kind.value for kind in Kind}
    assert [link_id for _, link_id in LINK_IDS] == asked
