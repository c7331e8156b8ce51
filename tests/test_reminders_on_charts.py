"""Each reminder comes up for the FHIR chart that it is meant for, and not for one a single step beside it."""

import asyncio
import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from smartapp.file_charts import read_charts
from smartapp.sdm.knowledge import Reminder
from smartapp.sdm.measured import asked
from smartapp.sdm.selection import Silence, select
from tests.sdm.charts import shipped

Resource = dict[str, Any]  # FHIR JSON
Chart = list[Resource]

CATALOGUE = shipped()
DAY = "2026-11-22"
RECENT = "2026-11-10"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
JUDGING = "Assessment: Frequent flyer, drug-seeking as usual. Plan: discharge."


def concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def problem(code: str, *, system: str = ICD10, onset: str = RECENT, **more: Any) -> Resource:
    return {
        "resourceType": "Condition",
        "clinicalStatus": concept(CLINICAL, "active"),
        "verificationStatus": concept(VERIFICATION, "confirmed"),
        "category": [{"coding": [{"code": "problem-list-item"}]}],
        "code": concept(system, code),
        "onsetDateTime": onset,
        **more,
    }


def medicine(name: str, *, code: str = "1", status: str = "active", authored: str = DAY) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {**concept(RXNORM, code), "text": name},
        "authoredOn": authored,
    }


def order(code: str, *, system: str = SNOMED, status: str = "draft", authored: str = DAY) -> Resource:
    return {
        "resourceType": "ServiceRequest",
        "status": status,
        "intent": "order",
        "code": concept(system, code),
        "authoredOn": authored,
    }


def line(*codes: str, value: Any = None, unit: str = "%", on: str = DAY, status: str = "final") -> Resource:
    quantity = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    return {
        "resourceType": "Observation",
        "status": status,
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [{"system": LOINC, "code": code} for code in codes]},
        "effectiveDateTime": f"{on}T08:00:00Z",
        **({} if value is None else {"valueQuantity": quantity}),
    }


def goal() -> Resource:
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "Dance at the wedding"},
        "startDate": RECENT,
        "expressedBy": {"reference": "Patient/@"},
    }


def note(text: str, *, written: str = "2026-03-02", status: str = "current") -> Resource:
    data = base64.b64encode(text.encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "status": status,
        "type": concept(LOINC, "11506-3"),
        "category": [{"coding": [{"code": "clinical-note"}]}],
        "date": f"{written}T09:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}],
    }


def reason(code: str, status: str = "finished") -> Resource:
    """The visit of the day: the reader takes it to be in progress."""
    return {
        "resourceType": "Encounter",
        "status": status,
        "class": {"code": "AMB"},
        "period": {"start": f"{DAY}T15:00:00Z"},
        **({"reasonCode": [concept(ICD10, code)]} if code else {}),
    }


OXIMETRY = ("59408-5", "2708-6")
PREGNANT = problem("O24.410")
DRUG_TEST = order("19295-5", system=LOINC)
SPEAKS = {"communication": [{"language": {"coding": [{"code": "es"}]}, "preferred": True}]}

MEANT: dict[str, Chart] = {
    "R01": [], "R02": [], "R03": [order("1")], "R04": [], "R05": [order("1")], "R06": [problem("G89.4")],
    "R07": [medicine("oxyCODONE 5 MG")], "R08": [problem("D57.1")], "R09": [problem("K35.80")],
    "R10": [problem("R07.9")], "R11": [problem("I25.10")], "R12": [problem("I50.22")],
    "R13": [problem("I48.91"), medicine("metformin 500 MG")], "R14": [problem("N18.4")],
    "R15": [line("48643-1", value=48, unit="mL/min/{1.73_m2}", on="2026-02-01")],
    "R16": [problem("J44.9"), order("127783003", authored="2026-10-01", status="active")],
    "R17": [line(*OXIMETRY, value=91)], "R18": [line("39156-5", value=34.2, unit="kg/m2", on="2026-01-20")],
    "R19": [problem("F10.20")], "R20": [problem("F11.20")], "R21": [problem("F20.9"), reason("R10.9")],
    "R22": [problem("F84.0")], "R23": [problem("H54.7")], "R24": [{"resourceType": "Patient", **SPEAKS}],
    "R25": [], "R26": [PREGNANT], "R27": [PREGNANT, DRUG_TEST], "R28": [problem("J45.909")],
    "R29": [problem("F03.90")], "R30": [problem("C34.90")], "R31": [problem("Z91.14")],
    "R32": [problem("M79.7")], "R33": [problem("E11.9")], "R34": [problem("C50.911")],
    "R35": [medicine("lisinopril 10 MG")], "R36": [note(JUDGING)], "R37": [problem("Z20.6")],
}  # fmt: skip
NEAR: dict[str, dict[str, Chart]] = {
    "R02": {"something on file": [goal()]},
    "R03": {"yesterday's order": [order("1", authored="2026-11-21")]},
    "R05": {"order that was withdrawn": [order("1", status="revoked")]},
    "R06": {"low back pain": [problem("M54.50")]},
    "R07": {"last month's opioid": [medicine("oxyCODONE 5 MG", authored="2026-10-20")],
            "apomorphine": [medicine("apomorphine 10 MG")],
            "sickle cell disease": [medicine("oxyCODONE 5 MG"), problem("D57.1")]},
    "R08": {"trait": [problem("D57.3")]},
    "R09": {"old": [problem("K35.80", onset="2026-08-01")], "healing": [problem("S72.001D")]},
    "R10": {"throat": [problem("R07.0")], "old": [problem("R07.9", onset="2026-08-01")]},
    "R11": {"angina": [problem("I20.9")]},
    "R12": {"other heart disease": [problem("I51.9")]},
    "R13": {"with a blood thinner": [problem("I48.91"), medicine("apixaban 5 MG")],
            "with a medicine without a name": [problem("I48.91"), medicine("")]},
    "R14": {"stage 3": [problem("N18.32")]},
    "R15": {"2021 equation": [line("98979-8", value=48, unit="mL/min/{1.73_m2}")],
            "old": [line("48643-1", value=48, on="2025-10-01")],
            "entered in error": [line("48643-1", value=48, status="entered-in-error")]},
    "R16": {"no airway disease": [order("127783003")],
            "old order": [problem("J44.9"), order("127783003", authored="2026-07-01")],
            "done": [problem("J44.9"), order("127783003", status="completed")]},
    "R17": {"above": [line(*OXIMETRY, value=97)], "below": [line(*OXIMETRY, value=87)],
            "blood gas": [line("2708-6", value=91)], "unit": [line(*OXIMETRY, value=0.91, unit="1")],
            "old": [line(*OXIMETRY, value=91, on="2026-11-20")],
            "preliminary": [line(*OXIMETRY, value=91, status="preliminary")],
            "newer normal": [line(*OXIMETRY, value=91, on="2026-11-21"), line(*OXIMETRY, value=98)]},
    "R18": {"below": [line("39156-5", value=29, unit="kg/m2")], "unit": [line("39156-5", value=34, unit="1")],
            "old": [line("39156-5", value=34, unit="kg/m2", on="2025-10-01")],
            "overweight": [problem("E66.3")]},
    "R19": {"nicotine": [problem("F17.210")]},
    "R20": {"remission": [problem("F11.21")], "treated": [problem("F11.20"), medicine("buprenorphine 8 MG")]},
    "R21": {"no symptom": [problem("F20.9"), reason("Z00.00")],
            "state of mind": [problem("F20.9"), reason("R44.0")],
            "no mental health condition": [reason("R10.9")]},
    "R22": {"speech": [problem("F80.1")]},
    "R23": {"dialysis": [problem("Z99.2")]},
    "R24": {"English": [{"resourceType": "Patient"}]},
    "R26": {"long ago": [problem("O24.410", onset="2023-02-01")], "loss": [PREGNANT, problem("O03.9")]},
    "R27": {"yesterday's": [PREGNANT, order("19295-5", system=LOINC, authored="2026-11-21")],
            "other test": [PREGNANT, order("24356-8", system=LOINC)], "not pregnant": [DRUG_TEST],
            "loss": [PREGNANT, DRUG_TEST, problem("O03.9")]},
    "R28": {"COPD": [problem("J44.9")]},
    "R29": {"delirium": [problem("F05")]},
    "R30": {"goal on file": [problem("C34.90"), goal()], "stage 5": [problem("N18.5")]},
    "R31": {"decision against": [problem("Z53.20")]},
    "R32": {"muscle pain": [problem("M79.10")]},
    "R33": {"prediabetes": [problem("R73.03")]},
    "R34": {"history": [problem("Z85.3")]},
    "R35": {"last month's": [medicine("lisinopril 10 MG", authored="2026-10-20")]},
    "R36": {"plain note": [note("Assessment: pain is worse. Plan: see again on Monday.")],
            "old note": [note(JUDGING, written="2024-01-02")],
            "entered in error": [note(JUDGING, status="entered-in-error")]},
    "R37": {"contact long ago": [problem("Z20.6", onset="2025-01-05")], "other contact": [problem("Z20.828")],
            "known infection": [problem("Z20.2"), problem("86406008", system=SNOMED)]},
}  # fmt: skip
VOID: dict[str, Callable[[Resource], Resource]] = {
    "refuted": lambda one: one | {"verificationStatus": concept(VERIFICATION, "refuted")},
    "entered in error": lambda one: one | {"verificationStatus": concept(VERIFICATION, "entered-in-error")},
    "resolved": lambda one: one | {"clinicalStatus": concept(CLINICAL, "resolved")},
    "inactive": lambda one: one | {"clinicalStatus": concept(CLINICAL, "inactive")},
    "in remission": lambda one: one | {"clinicalStatus": concept(CLINICAL, "remission")},
    "abated": lambda one: one | {"abatementDateTime": "2026-11-12"},
    "of another system": lambda one: one | {"code": concept("http://example.org/codes", "X")},
}
"""What takes any condition out of the rules."""


def charts() -> Iterator[tuple[str, str, Chart]]:
    """(reminder, what, chart); what is "meant" for the chart that the reminder is for."""
    for id_, meant in MEANT.items():
        yield id_, "meant", meant
        for what, near in NEAR.get(id_, {}).items():
            yield id_, what, near
        if meant and meant[0]["resourceType"] == "Condition":
            for what, void in VOID.items():
                yield id_, what, [void(meant[0]), *meant[1:]]


CASES = {f"{id_} {what}": chart for id_, what, chart in charts()}


def resources_of(number: int, chart: Chart) -> Iterator[Resource]:
    """The chart as one patient's, with a visit of the day; "@" stands for the patient's id."""
    patient_id = f"p{number}"
    own = {
        "resourceType": "Patient",
        "id": patient_id,
        "communication": [{"language": {"coding": [{"code": "en"}]}}],
    }
    patient = next((one for one in chart if one["resourceType"] == "Patient"), {})
    yield own | patient
    others = [one for one in chart if one["resourceType"] != "Patient"]
    if not any(one["resourceType"] == "Encounter" for one in others):
        others.append(reason(""))
    for place, one in enumerate(others):
        whose: Resource = {"id": f"{patient_id}-{place}", "subject": {"reference": f"Patient/{patient_id}"}}
        if "expressedBy" in one:
            whose["expressedBy"] = whose["subject"]
        yield one | whose


@pytest.fixture(scope="module")
def held() -> dict[str, set[str]]:
    """For each case, the reminders whose rule holds."""
    names = dict(enumerate(CASES))
    resources = [one for number, chart in enumerate(CASES.values()) for one in resources_of(number, chart)]

    async def read() -> dict[str, set[str]]:
        found = {}
        async for chart in read_charts(resources, values=asked(CATALOGUE.conditions)):
            prompts = select(CATALOGUE, chart.facts)
            shown = {each.reminder.id for each in prompts.reminders}
            second = {one.reminder.id for one in prompts.silent if one.silence is Silence.ANOTHER_GOES_FIRST}
            found[names[int(chart.patient_id[1:])]] = shown | second
        return found

    return asyncio.run(read())


def test_every_reminder_has_a_chart_and_all_but_those_of_any_visit_a_near_miss() -> None:
    assert set(MEANT) == {reminder.id for reminder in CATALOGUE.reminders}
    assert set(MEANT) - set(NEAR) == {"R01", "R04", "R25"}


@pytest.mark.parametrize("reminder", CATALOGUE.reminders, ids=lambda reminder: reminder.id)
def test_reminder_comes_up_for_the_chart_it_is_meant_for(
    reminder: Reminder, held: dict[str, set[str]]
) -> None:
    assert reminder.id in held[f"{reminder.id} meant"]


@pytest.mark.parametrize("case", [case for case in CASES if not case.endswith(" meant")])
def test_reminder_stays_away_one_step_beside(case: str, held: dict[str, set[str]]) -> None:
    assert case.split(" ", maxsplit=1)[0] not in held[case]


async def test_reminders_of_any_visit_stay_away_when_none_is_in_progress() -> None:
    patient = {"resourceType": "Patient", "id": "p1"}

    (chart,) = [one async for one in read_charts([patient], values=())]

    silent = {one.reminder.id: one.silence for one in select(CATALOGUE, chart.facts).silent}
    assert {silent[id_] for id_ in ("R01", "R04", "R25")} == {Silence.NOT_MET}
