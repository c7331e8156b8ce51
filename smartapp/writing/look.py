"""Looks into the chart for something that was sent: by the reference the EHR named, and by our identifier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from smartapp.errors import OutboundError, SessionEnded, TemporaryOutboundError
from smartapp.fhir.client import FhirClient, FhirRefused, NotPermitted
from smartapp.fhir.this_patient import ThisPatient
from smartapp.fhir.words import document_text
from smartapp.i18n import marked
from smartapp.logs import event
from smartapp.writing import readback
from smartapp.writing.content import with_content, with_contents
from smartapp.writing.entry import Outcome
from smartapp.writing.likeness import has_words_of
from smartapp.writing.model import State
from smartapp.writing.readback import Difference

_MAX_FOUND: Final = (50, 2)
"""More entries with one identifier, or pages of them, than this is no answer to our question."""
_MAX_WIDEST: Final = (2000, 20)
"""So many of a patient's entries are looked through, where the EHR cannot search by identifier."""


class Seen(StrEnum):
    """SAME: in the chart as sent. OTHER: there, and not as sent. ABSENT: searched, and not there.
    CANNOT_TELL: the chart could not be searched, or not for this.
    """

    SAME = "same"
    OTHER = "other"
    ABSENT = "absent"
    CANNOT_TELL = "cannot_tell"


class Unread(StrEnum):
    """What keeps an entry that is there from being compared, in words for the clinician."""

    TEXT = "The chart has the note; its text could not be read back. Look in the chart."


class Proof(Protocol):
    def __call__(
        self, sent: Mapping[str, object], stored: Mapping[str, object], *, patient: ThisPatient
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class Sight:
    """`reason` in words for the clinician. `ended`: the session ended while looking. `is_answering` False:
    the EHR is down or too slow.
    """

    seen: Seen
    reference: str = ""
    version: str = ""
    reason: str = ""
    ended: SessionEnded | None = None
    is_answering: bool = True

    def outcome(self, *, status: int | None = None, candidate: str = "") -> Outcome:
        """What follows for an attempt that may have arrived."""
        if self.seen is Seen.SAME:
            return Outcome(State.STORED, self.reference, self.version, status)
        return Outcome(
            State.UNKNOWN,
            status=status,
            reason=self.reason,
            is_absent=self.seen is Seen.ABSENT,
            candidate=self.reference or candidate,
        )


_ABSENT_TEXT: Final = marked("The chart does not show it.")
_CANNOT_TELL_TEXT: Final = marked("The chart could not be searched for it.")
_TAKEN_UNREAD: Final = marked(
    "The EHR says that it took it. This app may not read it back: look in the chart."
)
_MAY_NOT_READ: Final = marked("This app may not read it in the chart, so it cannot tell: look in the chart.")


async def look(
    client: FhirClient,
    sent: Mapping[str, object],
    *,
    candidate: str = "",
    listed: frozenset[str] = frozenset(),
) -> Sight:
    """Read `candidate` ("Goal/1") if there is one; search if that does not settle it. `listed`: what the EHR
    says that it can search by. A search for anything else may be answered with nothing, and prove nothing.
    """
    resource_type = str(sent["resourceType"])
    if not candidate.startswith(f"{resource_type}/"):
        candidate = ""  # another type is not what was made, and may be another patient
    may_search = client.may(resource_type, "s")
    if candidate and not (may_search or client.may(resource_type, "r")):
        return Sight(Seen.CANNOT_TELL, candidate, reason=_TAKEN_UNREAD)
    read = await _read(client, sent, candidate) if candidate else None
    if read is not None and (read.seen is Seen.SAME or read.ended):
        return read
    found = Sight(Seen.CANNOT_TELL, reason=_MAY_NOT_READ)
    if may_search:
        found = await _search(client, sent, listed=listed)
    if found.seen is Seen.SAME or found.ended or read is None:
        return found
    # The EHR named an entry. When that one is wrong or unreadable, an empty search proves nothing.
    return found if read.seen is Seen.ABSENT else read


async def _read(client: FhirClient, sent: Mapping[str, object], candidate: str) -> Sight:
    """ABSENT only when the EHR says that there is no such entry."""
    resource_type, _, resource_id = candidate.partition("/")
    try:
        stored = await client.read(resource_type, resource_id)
        return _compared(client, sent, await with_content(client, stored))
    except SessionEnded as ended:
        return Sight(Seen.CANNOT_TELL, reason=_CANNOT_TELL_TEXT, ended=ended)
    except TemporaryOutboundError:
        return Sight(Seen.CANNOT_TELL, candidate, reason=_CANNOT_TELL_TEXT, is_answering=False)
    except NotPermitted:
        return Sight(Seen.CANNOT_TELL, candidate, reason=_TAKEN_UNREAD)
    except FhirRefused as error:
        seen = Seen.ABSENT if error.http_status in {404, 410} else Seen.CANNOT_TELL
        return Sight(seen, candidate, reason=_CANNOT_TELL_TEXT)
    except OutboundError:
        return Sight(Seen.CANNOT_TELL, candidate, reason=_CANNOT_TELL_TEXT)


async def _search(client: FhirClient, sent: Mapping[str, object], *, listed: frozenset[str]) -> Sight:
    """By identifier; and, for a document, by its day, since the EHR may have dropped the identifier; and by
    patient alone where the EHR does not list these searches.
    """
    params = readback.search_params(sent, patient=client.patient)
    found = await _searched(client, sent, params, is_proof=readback.answers_search)
    if found.reference or found.ended is not None or not found.is_answering:
        return found
    by_day = readback.wider_search_params(sent, patient=client.patient)
    if by_day and "date" in listed:
        return await _searched(client, sent, by_day, is_proof=_is_another)
    if not by_day and readback.search_name(sent) in listed:
        return found
    widest = readback.widest_search_params(patient=client.patient)
    is_proof = _is_another if by_day else readback.is_something_else
    return await _searched(client, sent, widest, is_proof=is_proof, most=_MAX_WIDEST)


def _is_another(sent: Mapping[str, object], stored: Mapping[str, object], *, patient: ThisPatient) -> bool:
    """Whether this is certainly not the document that was sent, not even with something around its text."""
    if not readback.may_be_ours(sent, stored, patient=patient):
        return True
    return document_text(stored) is not None and not has_words_of(sent, stored)


async def _searched(
    client: FhirClient,
    sent: Mapping[str, object],
    params: Sequence[tuple[str, str]],
    *,
    is_proof: Proof,
    most: tuple[int, int] = _MAX_FOUND,
) -> Sight:
    """`is_proof`: whether an entry that is not ours may be among the answers of a search that found none.
    `most`: entries and pages that are read.
    """
    entries, pages = most
    try:
        result = await client.search(str(sent["resourceType"]), params, max_entries=entries, max_pages=pages)
        stored = await with_contents(client, sent, result.as_dicts())
    except SessionEnded as ended:
        return Sight(Seen.CANNOT_TELL, reason=_CANNOT_TELL_TEXT, ended=ended)
    except TemporaryOutboundError:
        return Sight(Seen.CANNOT_TELL, reason=_CANNOT_TELL_TEXT, is_answering=False)
    except OutboundError:
        return Sight(Seen.CANNOT_TELL, reason=_CANNOT_TELL_TEXT)
    ours = [one for one in stored if readback.is_ours(sent, one, patient=client.patient)]
    if len(ours) > 1:
        event("written-twice", resource_type=str(sent["resourceType"]))
    if ours:
        sights = [_compared(client, sent, one) for one in ours]
        return next((sight for sight in sights if sight.seen is Seen.SAME), sights[0])
    # Entries that were not asked for: the server does not know the search parameter, so it proved nothing.
    is_answer = all(is_proof(sent, one, patient=client.patient) for one in stored)
    if result.whole and not result.left_out and len(stored) == len(result.resources) and is_answer:
        return Sight(Seen.ABSENT, reason=_ABSENT_TEXT)
    return Sight(Seen.CANNOT_TELL, reason=_CANNOT_TELL_TEXT)


def _compared(client: FhirClient, sent: Mapping[str, object], stored: Mapping[str, object]) -> Sight:
    found = _gravest(client, sent, stored)
    reference = f"{stored['resourceType']}/{stored.get('id', '')}"
    version = readback.version_of(stored)
    if found is None:
        return Sight(Seen.SAME, reference, version)
    event("read-back-differs", resource_type=str(sent["resourceType"]), reason=found.name)
    if found is Unread.TEXT:
        return Sight(Seen.CANNOT_TELL, reference, version, reason=found.value)
    return Sight(Seen.OTHER, reference, version, reason=found.value)


def _gravest(
    client: FhirClient, sent: Mapping[str, object], stored: Mapping[str, object]
) -> Difference | Unread | None:
    found = list(readback.differences(sent, stored, patient=client.patient))
    if sent["resourceType"] != "DocumentReference" or document_text(stored) is not None:
        return next(iter(found), None)
    # Without the text nothing can be said of the words, nor by them of an entry that lost its identifier.
    hidden = {Difference.WORDS}
    if not readback.has_identifier_like(sent, stored):
        hidden.add(Difference.IDENTIFIER)
    return next((one for one in found if one not in hidden), Unread.TEXT)
