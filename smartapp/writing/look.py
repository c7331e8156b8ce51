"""Looks into the chart for something that was sent: by the reference the EHR named, and by our identifier."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from smartapp.errors import OutboundError, SessionEnded, TemporaryOutboundError
from smartapp.fhir.client import FhirClient, FhirRefused
from smartapp.logs import event
from smartapp.writing import readback
from smartapp.writing.entry import Outcome
from smartapp.writing.model import State

_MAX_FOUND: Final = 50
"""More entries with one identifier than this is no answer to our question."""


class Seen(StrEnum):
    """SAME: in the chart as sent. OTHER: there, and not as sent. ABSENT: searched, and not there.
    CANNOT_TELL: the chart could not be searched, or not for this.
    """

    SAME = "same"
    OTHER = "other"
    ABSENT = "absent"
    CANNOT_TELL = "cannot_tell"


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


_ABSENT_TEXT: Final = "The chart does not show it."
_CANNOT_TELL_TEXT: Final = "The chart could not be searched for it."


async def look(client: FhirClient, sent: Mapping[str, object], *, candidate: str = "") -> Sight:
    """Read `candidate` ("Goal/1") if there is one; search if that does not settle it."""
    read = await _read(client, sent, candidate) if candidate else None
    if read is not None and (read.seen is Seen.SAME or read.ended):
        return read
    found = await _search(client, sent)
    if found.seen is Seen.SAME or found.ended or read is None:
        return found
    # The EHR named an entry. When that one is wrong or unreadable, an empty search proves nothing.
    return found if read.seen is Seen.ABSENT else read


async def _read(client: FhirClient, sent: Mapping[str, object], candidate: str) -> Sight:
    """ABSENT only when the EHR says that there is no such entry."""
    resource_type, _, resource_id = candidate.partition("/")
    try:
        stored = await client.read(resource_type, resource_id)
    except SessionEnded as ended:
        return Sight(Seen.CANNOT_TELL, reason=_CANNOT_TELL_TEXT, ended=ended)
    except TemporaryOutboundError:
        return Sight(Seen.CANNOT_TELL, candidate, reason=_CANNOT_TELL_TEXT, is_answering=False)
    except FhirRefused as error:
        seen = Seen.ABSENT if error.http_status in {404, 410} else Seen.CANNOT_TELL
        return Sight(seen, candidate, reason=_CANNOT_TELL_TEXT)
    except OutboundError:
        return Sight(Seen.CANNOT_TELL, candidate, reason=_CANNOT_TELL_TEXT)
    return _compared(client, sent, stored)


async def _search(client: FhirClient, sent: Mapping[str, object]) -> Sight:
    params = readback.search_params(sent, patient=client.patient)
    try:
        result = await client.search(str(sent["resourceType"]), params, max_entries=_MAX_FOUND, max_pages=2)
    except SessionEnded as ended:
        return Sight(Seen.CANNOT_TELL, reason=_CANNOT_TELL_TEXT, ended=ended)
    except TemporaryOutboundError:
        return Sight(Seen.CANNOT_TELL, reason=_CANNOT_TELL_TEXT, is_answering=False)
    except OutboundError:
        return Sight(Seen.CANNOT_TELL, reason=_CANNOT_TELL_TEXT)
    stored = result.as_dicts()
    ours = [one for one in stored if readback.is_ours(sent, one, patient=client.patient)]
    if len(ours) > 1:
        event("written-twice", resource_type=str(sent["resourceType"]))
    if ours:
        sights = [_compared(client, sent, one) for one in ours]
        return next((sight for sight in sights if sight.seen is Seen.SAME), sights[0])
    # Entries that were not asked for: the server does not know the search parameter, so it proved nothing.
    is_answer = all(readback.answers_search(sent, one, patient=client.patient) for one in stored)
    if result.whole and not result.left_out and len(stored) == len(result.resources) and is_answer:
        return Sight(Seen.ABSENT, reason=_ABSENT_TEXT)
    return Sight(Seen.CANNOT_TELL, reason=_CANNOT_TELL_TEXT)


def _compared(client: FhirClient, sent: Mapping[str, object], stored: Mapping[str, object]) -> Sight:
    found = readback.difference(sent, stored, patient=client.patient)
    reference = f"{stored['resourceType']}/{stored.get('id', '')}"
    version = readback.version_of(stored)
    if found is None:
        return Sight(Seen.SAME, reference, version)
    event("read-back-differs", resource_type=str(sent["resourceType"]), reason=found.name)
    return Sight(Seen.OTHER, reference, version, reason=found.value)
