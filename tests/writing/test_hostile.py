"""Answers, charts and presses that are meant to make this app store twice, claim in vain, overwrite, or
store what nobody saw.
"""

import base64
import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from smartapp.errors import GuardRefused
from smartapp.fhir import guard
from smartapp.fhir.amendable import CannotChange
from smartapp.fhir.amendment import amended, check_amended, holds
from smartapp.fhir.capability import Capability
from smartapp.fhir.profiles import ResourceForm
from smartapp.sdm.model import Change, ChangeKind, DraftStatement, Kind
from smartapp.store.ledger import LedgerRow, NewRow
from smartapp.writing.building import Making, build, visit_of
from smartapp.writing.changing import Changer
from smartapp.writing.entry import Entry, decode
from smartapp.writing.look import Seen, look
from smartapp.writing.model import ChangeReceipt, Rung, State, WhyNot, WriteSite
from tests.fhir.written import NAMES, expected, written
from tests.writing import chart as ehr
from tests.writing.chart import TYPES, Chart, Resource, client_of, offering
from tests.writing.conftest import CONFIDENCE, CONTEXT, DECISION, GOAL, HOPE, START, WORRY, Visit, planned

TOGETHER = offering(*TYPES, "CarePlan", "DocumentReference", transaction=True)
WITHOUT_CONDITIONS = offering(*TYPES, "DocumentReference", conditional=False)
ROLE = DraftStatement("9" * 32, Kind.DECISION_ROLE, "With my son.", said_at=START, choice="shared")
ACHIEVED = Change("1" * 32, ChangeKind.ACHIEVED, "Goal/7", "1")
UPDATES = Capability(
    known=True,
    interactions=frozenset(("Goal", done) for done in ("create", "read", "search-type", "update")),
)
A_GOAL: Resource = {
    "resourceType": "Goal",
    "id": "7",
    "meta": {"versionId": "1"},
    "lifecycleStatus": "active",
    "description": {"text": "Walk."},
    "subject": {"reference": "Patient/p1"},
}
ODD: tuple[Any, ...] = (
    None, True, 1, "x", [], {}, [1], [[1]], [None], {"coding": [{"code": [1]}]}, [{"coding": 1}],
    {"reference": []}, [{"reference": [1]}], [{"code": {"x": 1}, "system": []}],
)  # fmt: skip


def filed(at: Visit) -> list[str]:
    notes = at.chart.of_type("DocumentReference")
    return [base64.b64decode(one["content"][0]["attachment"]["data"]).decode() for one in notes]


# A server that answers a transaction in its own way.


def answered(how: Any) -> ehr.Fault:
    """Stores a transaction, and answers the entries as `how` makes them."""

    def fault(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        answer = json.loads(chart.transact(request).content)
        return httpx2.Response(200, json=answer | {"entry": how(answer["entry"])})

    return fault


async def test_refusal_of_another_entry_is_not_believed(visit: Visit) -> None:
    visit.capability, visit.context = TOGETHER, replace(CONTEXT, site=WriteSite(provenance=False))
    visit.chart.keeps_good_half = True
    visit.chart.dislikes = lambda one: one["resourceType"] == "Goal"
    visit.chart.faults = [answered(lambda entries: entries[::-1])]
    await visit.commit(GOAL, WORRY)

    goal, worry = await visit.send()

    assert (worry.state, worry.reference) == (State.STORED, "Observation/1")
    assert goal.state is State.UNKNOWN


async def test_answer_that_names_another_patient_is_not_followed(visit: Visit) -> None:
    def elsewhere(entries: list[Resource]) -> list[Resource]:
        return [
            {"response": one["response"] | {"location": "Patient/other/_history/1"}, "resource": {}}
            for one in entries
        ]

    visit.capability = TOGETHER
    visit.chart.faults = [answered(elsewhere)]
    visit.chart.stored.append({"resourceType": "Patient", "id": "other"})
    read: list[str] = []

    def noted(resource: Resource) -> Resource:
        read.append(resource["resourceType"])
        return resource

    visit.chart.on_read = noted
    await visit.commit(GOAL, WORRY)

    receipts = await visit.send()

    assert [one.state for one in receipts] == [State.STORED] * 2
    assert "Patient" not in read
    assert len(visit.chart.of_type("Provenance")) == 1


# An index that is behind what the EHR has just stored, and says conflict.


@pytest.mark.parametrize("status", [409, 412])
async def test_conflict_is_no_proof_of_absence_while_the_index_may_be_behind(
    visit: Visit, status: int
) -> None:
    visit.capability = WITHOUT_CONDITIONS
    visit.chart.is_index_behind = True
    visit.chart.faults = [ehr.commit_then_answer(status)]
    await visit.commit(GOAL)
    [at_once] = await visit.send()
    await visit.retry(GOAL)
    await visit.divert(GOAL, rung=Rung.NOTE)
    await visit.send()
    visit.chart.is_index_behind = False

    [later] = await visit.check()

    assert (at_once.state, at_once.is_absent) == (State.UNKNOWN, True)
    assert (later.state, later.rung) == (State.STORED, Rung.GOAL)
    assert len(visit.chart.of_type("Goal")) == 1
    assert filed(visit) == []


# A note is the text on the page that was confirmed.


async def test_note_has_the_names_that_were_confirmed_whoever_can_be_read_later(visit: Visit) -> None:
    visit.capability = WITHOUT_CONDITIONS
    await visit.commit(GOAL, rung=Rung.NOTE)
    visit.context = replace(CONTEXT, practitioner_name="", patient_name="R. D.", read_back=True)

    await visit.send()

    [text] = filed(visit)
    assert text.startswith("What matters to Rosa Delgado (22 Nov 2026)\n")
    assert text.endswith("\nRecorded by Dr Ada Osei.")


async def test_note_has_the_day_that_was_confirmed_also_when_it_is_kept_after_midnight(visit: Visit) -> None:
    visit.capability = WITHOUT_CONDITIONS
    shown_at = START.replace(hour=23, minute=59)
    visit.clock.now = shown_at + timedelta(minutes=2)
    await visit.sender.commit(CONTEXT, planned(GOAL, rung=Rung.NOTE), at=shown_at)
    await visit.sender.commit(CONTEXT, planned(HOPE))
    visit.chart.dislikes = lambda one: one["resourceType"] == "Observation"
    await visit.send()
    await visit.sender.divert(CONTEXT, planned(HOPE, rung=Rung.NOTE), at=shown_at)

    await visit.send()

    assert ["22 Nov 2026" in text for text in filed(visit)] == [True, True]


# What a guard lets out.


def texts(resource: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(resource, dict | list):
        for key, value in resource.items() if isinstance(resource, dict) else enumerate(resource):
            yield from texts(value, (*path, key))
    elif isinstance(resource, str):
        yield path


def spoiled(resource: Any, path: tuple[Any, ...], value: Any) -> Any:
    copied = place = copy.deepcopy(resource)
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return copied


@pytest.mark.parametrize("name", NAMES)
def test_no_text_leaves_that_was_not_confirmed(name: str) -> None:
    resource, passed = written(name), []
    for path in texts(resource):
        value = resource
        for step in path:
            value = value[step]  # type: ignore[assignment]
        other = f"{value} Agrees to everything."
        if path[-1] == "data":
            more = base64.b64decode(str(value)) + b"\nAgrees to everything."
            other = base64.b64encode(more).decode()
        try:
            guard.check(spoiled(resource, path, other), expected(name))
        except GuardRefused:
            continue
        passed.append(path)

    assert passed == []


# Somebody else changes the entry in the very moment.


async def changed(visit: Visit, fault: ehr.Fault) -> ChangeReceipt:
    visit.chart.stored.append(A_GOAL)
    visit.chart.put_faults = [fault]
    client = client_of(visit.chart, may="crus")
    changer = Changer(visit.sender, visit.ledger, visit.clock)
    return await changer.change(CONTEXT, ACHIEVED, client=client, capability=UPDATES)


def history_of(visit: Visit) -> None:
    """The server keeps every version, and gives it out."""
    versions: dict[str, Resource] = {}
    answer, change = visit.chart.answer, visit.chart.change

    async def with_history(request: httpx2.Request) -> httpx2.Response:
        _, _, version = request.url.path.partition("/_history/")
        if version:
            return (
                httpx2.Response(200, json=versions[version]) if version in versions else httpx2.Response(404)
            )
        return await answer(request)

    def kept(resource: Resource) -> Resource:
        made = change(resource)
        versions[made["meta"]["versionId"]] = made
        return made

    visit.chart.answer, visit.chart.change = with_history, kept  # type: ignore[method-assign]


def put_over(words: str) -> ehr.Fault:
    """Somebody else's words come first, and the server does not heed If-Match."""

    def fault(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        chart.change(chart.one("Goal", "7") | {"description": {"text": words}})
        return httpx2.Response(200, json=chart.change(json.loads(request.content)))

    return fault


def put_and_then(words: str) -> ehr.Fault:
    """Ours comes first, and somebody else adds to it."""

    def fault(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        ours = chart.change(json.loads(request.content))
        chart.change(ours | {"note": [*ours["note"], {"text": words}]})
        return httpx2.Response(200, json=ours)

    return fault


async def test_change_that_went_over_somebody_elses_is_not_called_stored(visit: Visit) -> None:
    history_of(visit)

    receipt = await changed(visit, put_over("Swim."))

    assert receipt.state is State.UNKNOWN
    assert "Somebody else changed the entry just before" in receipt.reason


async def test_change_that_somebody_added_to_at_once_is_stored(visit: Visit) -> None:
    history_of(visit)

    receipt = await changed(visit, put_and_then("Well done."))

    assert (receipt.state, receipt.version) == (State.STORED, "3")


async def test_server_that_counts_its_versions_otherwise_is_believed(visit: Visit) -> None:
    receipt = await changed(visit, put_over("Swim."))

    assert receipt.state is State.STORED


async def test_somebody_elses_same_change_is_not_called_ours(visit: Visit) -> None:
    def fault(chart: Chart, request: httpx2.Request) -> httpx2.Response:
        theirs = json.loads(request.content)
        earlier = (START - timedelta(minutes=5)).isoformat()
        theirs["note"][-1] |= {"time": earlier, "authorReference": {"reference": "Practitioner/pr2"}}
        chart.change(theirs)
        return httpx2.Response(412)

    receipt = await changed(visit, fault)

    assert receipt.state is State.CONFLICT


@pytest.mark.parametrize("version", ["é", 'a"b', "1\r\nX-Evil: 1", "a b", "x" * 65, ""])
async def test_version_that_cannot_stand_in_a_header_is_none(visit: Visit, version: str) -> None:
    visit.chart.stored.append(A_GOAL | {"meta": {"versionId": version}})
    changer = Changer(visit.sender, visit.ledger, visit.clock)
    client = client_of(visit.chart, may="crus")

    receipt = await changer.change(
        CONTEXT, replace(ACHIEVED, version=version), client=client, capability=UPDATES
    )

    assert receipt.state is State.REFUSED
    assert "no version" in receipt.reason
    assert visit.chart.puts == []


# Charts that make no sense.


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


@pytest.mark.parametrize(
    ("draft", "rung"),
    [(GOAL, None), (WORRY, None), (CONFIDENCE, None), (ROLE, None), (DECISION, None), (HOPE, Rung.NOTE)],
    ids=["goal", "worry", "confidence", "role", "decision", "note"],
)
async def test_odd_chart_breaks_nothing_and_proves_nothing(draft: DraftStatement, rung: Rung | None) -> None:
    [item] = planned(draft, rung=rung)
    making = Making(ResourceForm(), START, START.tzinfo)
    sent = build(draft.id, item.rung, Entry((draft,), START), context=CONTEXT, making=making)
    chart, visit = Chart(), visit_of(CONTEXT)
    client, kept = client_of(chart), chart.keep(sent)
    reference = f"{sent['resourceType']}/1"
    for path in places(kept):
        for odd in ODD if path[0] not in {"id", "resourceType"} else ():
            shown = spoiled(kept, path, odd)
            chart.stored[:] = [shown]
            chart.knows_identifier = False
            if path[0] == "subject" and path[-1] != "display":
                assert (await look(client, sent, candidate=reference)).seen is not Seen.SAME
            await look(client, sent, candidate=reference)
            for kind in ChangeKind:
                change = Change("1" * 32, kind, reference, "1", words="Other words.")
                try:
                    after = amended(shown, change, visit, at=START)
                    check_amended(shown, after, change, patient=client.patient, visit=visit, at=START)
                except (CannotChange, GuardRefused):
                    continue
                holds(after, shown, patient=client.patient)


# The database of the version before.

OLD_BODY = """{"drafts": [{"id": "%s", "kind": "goal", "words": "Dance", "said_by": "patient", "speaker": "",
"verbatim": true, "due": "2027-01-01", "addresses": ["Condition/1"], "said_at": "2026-11-22T15:00:00Z",
"question": ""}], "committed_at": "2026-11-22T15:00:00Z", "why_not": %s, "targets": [], "resource": null,
"sent_at": null, "outcome": null, "settled_at": null}"""


@pytest.mark.parametrize(
    ("why_not", "read"), [("null", ()), ('"not_offered"', (WhyNot.NOT_OFFERED,))], ids=["none", "reason"]
)
def test_row_of_the_version_before_is_read(why_not: str, read: tuple[WhyNot, ...]) -> None:
    body = (OLD_BODY % ("a" * 32, why_not)).encode()

    entry = decode(LedgerRow("a" * 32, "launch-1", "owner-1", 0, "goal", "planned", 0, body))

    assert (entry.why_not, entry.drafts[0].words, entry.committed_at) == (read, "Dance", START)


async def test_row_of_the_version_before_is_sent_shown_and_taken_over(visit: Visit) -> None:
    rows = [
        NewRow("a" * 32, "goal", (OLD_BODY % ("a" * 32, "null")).encode()),
        NewRow("b" * 32, "copy", (OLD_BODY % ("b" * 32, '"not_offered"')).encode()),
    ]
    async with visit.ledger.transaction() as connection:
        await visit.ledger.add_all_in(connection, "launch-0", owner="owner-1", state="planned", rows=rows)
    left = await visit.sender.left_over(CONTEXT)

    await visit.sender.commit(CONTEXT, planned(*(receipt.draft for receipt in left)))
    receipts = await visit.send()

    assert [(one.rung, one.why_not) for one in left] == [
        (Rung.GOAL, None),
        (Rung.COPY, WhyNot.NOT_OFFERED),
    ]
    assert [one.state for one in receipts] == [State.STORED] * 2
