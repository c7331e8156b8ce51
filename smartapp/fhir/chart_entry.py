"""One entry of the chart, read afresh: whose it is, what it says, at which version, and what may become
of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from smartapp.errors import AnswerUnreadable, WrongPatient
from smartapp.fhir import lenses
from smartapp.fhir.amendable import Obstacle, obstacle_to
from smartapp.fhir.client import FhirClient
from smartapp.fhir.statements import goal_statements
from smartapp.fhir.words import words_of
from smartapp.sdm.model import Change, ChangeKind, Statement

_ANY_WORDS = "-"
_VERSION = re.compile(r"[!#-~]{1,64}")
"""https://www.rfc-editor.org/rfc/rfc9110#field.etag, of what a FHIR id may be long."""


@dataclass(frozen=True, slots=True)
class ChartEntry:
    """`version` "": the server tells none. `status` is the FHIR status. `statement`: a goal as it was said,
    None for other entries and for a goal without words. `obstacles`: why a kind of change is not possible
    here; those that are possible are missing.
    """

    reference: str
    words: str
    status: str
    version: str
    statement: Statement | None
    obstacles: Mapping[ChangeKind, Obstacle]


async def read_own(client: FhirClient, reference: str) -> dict[str, object]:
    """The resource, which must be about the client's patient. Raises WrongPatient, and as `client.read`."""
    resource_type, _, resource_id = reference.partition("/")
    resource = await client.read(resource_type, resource_id)
    subject = resource.get("subject")
    found = subject.get("reference") if isinstance(subject, Mapping) else None
    if not isinstance(found, str) or not client.patient.is_meant_by(found):
        raise WrongPatient("an entry of another patient")
    return resource


async def read_entry(client: FhirClient, reference: str) -> ChartEntry:
    """Raises as `read_own`."""
    resource = await read_own(client, reference)
    status = resource.get("lifecycleStatus", resource.get("status"))
    statement = _goal(resource, client) if resource["resourceType"] == "Goal" else None
    return ChartEntry(
        reference=reference,
        words=words_of(resource) or (statement.words if statement else ""),
        status=status if isinstance(status, str) else "",
        version=version_of(resource),
        statement=statement,
        obstacles={
            kind: obstacle
            for kind in ChangeKind
            if (obstacle := obstacle_to(resource, Change("", kind, reference, "", words=_ANY_WORDS)))
        },
    )


def version_of(resource: Mapping[str, object]) -> str:
    """meta.versionId, "" where there is none that could stand in If-Match."""
    meta = resource.get("meta")
    version = meta.get("versionId") if isinstance(meta, Mapping) else None
    return version if isinstance(version, str) and _VERSION.fullmatch(version) else ""


def _goal(resource: Mapping[str, object], client: FhirClient) -> Statement | None:
    try:
        goal = msgspec.convert(resource, lenses.Goal)
    except msgspec.ValidationError as error:
        raise AnswerUnreadable("a goal that makes no sense") from error
    return next(iter(goal_statements(goal, client.patient)), None)
