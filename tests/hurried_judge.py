"""Judges what two clinicians in a hurry did: by the EHR's own log and store, and by the words in them.

Words that are typed tell of whom they are, so that they can be told wherever they come to be: in a resource
of any type, in a Bundle, in the text of a note.
"""

import base64
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.request_log import LoggedRequest
from smartapp.sdm.model import Change, Kind
from smartapp.store.ledger import LedgerRow
from smartapp.writing.entry import CHANGE, decode
from smartapp.writing.model import Receipt, State
from smartapp.writing.receipts import receipts_of

Resource = dict[str, Any]  # Any: FHIR JSON

_WORDS = re.compile(r"Words \d{5} of (\w+), clinician \d\.")
_IN_ORDER = re.compile(rf"(?m)^\d+\. {_WORDS.pattern}")
"""A line of an order of importance names words that have a place of their own."""
_NOTHING_STORED = frozenset({State.PLANNED, State.REFUSED, State.PASTED, State.CONFLICT})
_NOT_KNOWN = frozenset({State.SENDING, State.UNKNOWN})


def words_for(number: int, patient: str, clinician: int) -> str:
    """Words that nobody else says."""
    return f"Words {number:05} of {patient}, clinician {clinician}."


@dataclass(frozen=True, slots=True)
class Told:
    """What the app says of one owner's statements and changes."""

    receipts: tuple[Receipt, ...]
    changes: tuple[tuple[Change, State], ...]

    @property
    def words(self) -> set[str]:
        """All that are safe in the ledger."""
        changed = (text for change, _ in self.changes for text in (change.words, change.note))
        return words_in([*(receipt.draft.words for receipt in self.receipts), *changed])


def told_of(rows: Sequence[LedgerRow]) -> Told:
    changes = [(decode(row).change, State(row.state)) for row in rows if row.rung == CHANGE]
    return Told(receipts_of(rows), tuple((change, state) for change, state in changes if change))


def words_in(value: object) -> set[str]:
    return {found[0] for text in _texts(value) for found in _WORDS.finditer(text)}


def judge_request(request: LoggedRequest, store: FhirStore) -> None:
    """It touched no other patient than its token's: not in its address, not in what it sent."""
    if not request.path.startswith("/fhir") or request.path.endswith("/metadata"):
        return
    if request.patient is None:
        # The token is over: whose it was is not known any more.
        assert request.status == 401 or "well-known" in request.path, request
        return
    url = f"{request.path.removeprefix('/fhir').strip('/')}?{request.query}"
    asked = _named_in_url(url, store) | _named_in_body(request.body, store)
    assert asked <= {request.patient}, request


def chart_of(store: FhirStore) -> set[str]:
    """The words in the charts. Each is there once, with its own patient, and was recorded once."""
    places: dict[str, list[str]] = {}
    identifiers: list[str] = []
    for resource in _written(store):
        reference, said = _reference(resource), _own_words(resource, store)
        identifiers += _identifiers(resource)
        for words in said:
            places.setdefault(words, []).append(reference)
        patients = {found[1] for words in words_in(resource) if (found := _WORDS.match(words))}
        assert {f"Patient/{one}" for one in patients} <= {_subject(resource)}, ("wrong patient", resource)
        told = Counter(words for note in resource.get("note", []) for words in words_in(note))
        assert resource["resourceType"] != "Goal" or not told or max(told.values()) == 1, ("told twice", told)
    twice = {words: places for words, places in places.items() if len(places) > 1}
    assert not twice, f"stored twice: {twice}"
    assert len(identifiers) == len(set(identifiers)), "stored twice"
    _recorded_once(store)
    return {*places}


def judge_claims(told: Told, store: FhirStore, chart: set[str]) -> None:
    """What is said to be in the chart is there, what is said not to be is not."""
    for receipt in told.receipts:
        words = words_in(receipt.draft.words)
        if receipt.state is State.STORED:
            resource = _resource(receipt.reference, store)
            assert words <= words_in(_whole(resource, store)), f"claimed in vain: {receipt}"
            _judge_taken_back(receipt, resource)
        elif receipt.state in _NOTHING_STORED and receipt.draft.kind is not Kind.PRIORITIES:
            assert not words & chart, f"said not to be stored: {receipt}"
    for change, state in told.changes:
        words = words_in([change.words, change.note])
        if state is State.STORED:
            resource = _resource(change.reference, store)
            assert words <= words_in(resource), f"claimed in vain: {change}"
        elif state in _NOTHING_STORED:
            assert not words & chart, f"said not to be stored: {state} {change}"


def _judge_taken_back(receipt: Receipt, resource: Resource) -> None:
    is_back = "entered-in-error" in {resource.get("status"), resource.get("lifecycleStatus")}
    if receipt.taken_back is State.STORED:
        assert is_back, f"said to be taken back: {receipt}"
    assert not is_back or receipt.taken_back in {State.STORED, *_NOT_KNOWN}, f"was taken back: {receipt}"


def _recorded_once(store: FhirStore) -> None:
    """Of each entry one Provenance says how it came to be, and no more than it has later versions say how it
    was changed.
    """
    told = Counter(
        (target["reference"], one["activity"]["coding"][0]["code"])
        for one in store.written("Provenance")
        for target in one["target"]
    )
    for (reference, activity), number in told.items():
        versions = int(_resource(reference, store)["meta"]["versionId"])
        most = 1 if activity == "CREATE" else versions - 1
        assert number <= most, f"{number} Provenances {activity} for {reference}"


def _named_in_url(url: str, store: FhirStore) -> set[str]:
    """Ids of the patients that an address names, or whose entry it names."""
    path, _, query = url.partition("?")
    named = parse_qs(query)
    asked = {value.removeprefix("Patient/") for key in ("patient", "subject") for value in named.get(key, [])}
    return asked | _patients_of(path, store)


def _named_in_body(body: object, store: FhirStore) -> set[str]:
    asked = {found[1] for words in words_in(body) if (found := _WORDS.match(words))}
    for name, value in _strings(body):
        if name == "reference":
            asked |= _patients_of(value, store)
        elif name in {"url", "fullUrl", "ifNoneExist"}:
            asked |= _named_in_url(value if name != "ifNoneExist" else f"?{value}", store)
    return asked


def _patients_of(reference: str, store: FhirStore) -> set[str]:
    parts = reference.split("/")
    if parts[0] == "Patient":
        return {parts[1]} if len(parts) > 1 else set()
    found = store.get(parts[0], parts[1]) if len(parts) == 2 else None
    return set(store.patients_of(found)) if found else set()


def _written(store: FhirStore) -> Iterator[Resource]:
    """What the app wrote, but for the records of who wrote it, and for the texts that notes hold."""
    for resource_type in sorted(store.types() - {"Provenance", "Binary"}):
        yield from store.written(resource_type)


def _own_words(resource: Resource, store: FhirStore) -> set[str]:
    """Words that this resource holds, and not only names in an order."""
    if resource["resourceType"] == "List":
        return set()
    texts = [_IN_ORDER.sub("", text) for text in _texts(_whole(resource, store))]
    return words_in(texts)


def _whole(resource: Resource, store: FhirStore) -> list[Resource]:
    """With the text of a note that the server keeps apart."""
    urls = [value for name, value in _strings(resource) if name == "url" and "Binary/" in value]
    return [resource, *(_resource(f"Binary/{url.rpartition('/')[2]}", store) for url in urls)]


def _resource(reference: str, store: FhirStore) -> Resource:
    found = store.get(*reference.split("/"))
    assert found is not None, f"{reference} is not in the chart"
    return found


def _reference(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _subject(resource: Resource) -> str:
    reference: str = resource["subject"]["reference"]
    return reference


def _identifiers(resource: Resource) -> list[str]:
    found = resource.get("identifier", [])
    return [one["value"] for one in (found if isinstance(found, list) else [found])]


def _strings(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text, with the name of the element that it is in."""
    match value:
        case dict():
            for key, child in value.items():
                yield from _strings(child, key)
        case list() | tuple():
            for child in value:
                yield from _strings(child, name)
        case str():
            yield name, value
        case _:
            return


def _texts(value: object) -> Iterable[str]:
    """Every text, also those inside attachments."""
    for name, text in _strings(value):
        yield base64.b64decode(text).decode("utf-8", "replace") if name == "data" else text
