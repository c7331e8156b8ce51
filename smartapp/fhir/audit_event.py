"""A row of the audit trail as an AuditEvent, for a hospital's own audit repository.

https://hl7.org/fhir/R4/auditevent.html. Codes are of its value sets: DICOM's for signing in and out, for
patient records and alerts; FHIR's own for what was created or updated.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from smartapp.store.audit import PSEUDONYM, Action, AuditRow, Result

Json: TypeAlias = dict[str, Any]  # Any: JSON of any depth

_DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_EVENT: Final = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_INTERACTION: Final = "http://hl7.org/fhir/restful-interaction"
_ENTITY: Final = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"
_SOURCE: Final = "http://terminology.hl7.org/CodeSystem/security-source-type"
_APP: Final = "Common Ground"
_REFERENCE: Final = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")


def _coding(system: str, code: str, display: str) -> Json:
    return {"system": system, "code": code, "display": display}


_SIGN_IN: Final = _coding(_DICOM, "110114", "User Authentication")
_REST: Final = _coding(_EVENT, "rest", "RESTful Operation")
_RECORD: Final = _coding(_DICOM, "110110", "Patient Record")
_ALERT: Final = _coding(_DICOM, "110113", "Security Alert")
_LOGIN: Final = _coding(_DICOM, "110122", "Login")
_LOGOUT: Final = _coding(_DICOM, "110123", "Logout")
_CREATE: Final = {"system": _INTERACTION, "code": "create"}
_UPDATE: Final = {"system": _INTERACTION, "code": "update"}

_KINDS: Final[dict[Action, tuple[Json, Json | None, str]]] = {
    Action.LAUNCH: (_SIGN_IN, _LOGIN, "E"),
    Action.SESSION: (_SIGN_IN, _LOGOUT, "E"),
    Action.VISIT: (_SIGN_IN, _LOGOUT, "E"),
    Action.CHART_READ: (_RECORD, None, "R"),
    Action.PAGE: (_ALERT, None, "E"),
    Action.WRITE: (_REST, _CREATE, "C"),
    Action.HANDOUT: (_REST, _CREATE, "C"),
    Action.CHANGE: (_REST, _UPDATE, "U"),
    Action.TAKE_BACK: (_REST, _UPDATE, "U"),
    Action.DIVERT: (_RECORD, None, "E"),
}
"""Type, subtype and action of the event."""

_OUTCOMES: Final = {
    Result.COMPLETED: "0",
    Result.STORED: "0",
    Result.ENDED: "0",
    Result.REFUSED: "4",
    Result.NOT_STORED: "4",
    Result.UNKNOWN: "8",
    Result.FAILED: "8",
}
"""Of what has an outcome: not of what is only beginning."""


def audit_event(row: AuditRow) -> Json:
    """The row as JSON of an R4 AuditEvent. Everything that the row says is in it."""
    kind, subtype, action = _KINDS[Action(row.action)]
    event: Json = {
        "resourceType": "AuditEvent",
        "id": f"common-ground-{row.sequence}",
        "type": kind,
        "subtype": [subtype] if subtype else None,
        "action": action,
        "recorded": datetime.fromtimestamp(row.at, UTC).isoformat().replace("+00:00", "Z"),
        "outcome": _OUTCOMES.get(Result(row.outcome)),
        "outcomeDesc": row.outcome,
        "agent": [*_agents(row)],
        "source": {
            "site": row.registration or None,
            "observer": {"display": _APP},
            "type": [_coding(_SOURCE, "4", "Application Server")],
        },
        "entity": [*_entities(row)],
    }
    return _filled(event)


def _agents(row: AuditRow) -> Iterator[Json]:
    if row.actor:
        is_reference = _REFERENCE.fullmatch(row.actor) is not None
        who = {"reference": row.actor} if is_reference else {"identifier": {"value": row.actor}}
        yield {"who": who, "requestor": True}
    # Where nobody is known yet, the app itself is the one that asks.
    yield {"who": {"display": _APP}, "requestor": not row.actor}


def _entities(row: AuditRow) -> Iterator[Json]:
    if row.patient:
        is_id = not row.patient.startswith(PSEUDONYM)
        what = {"reference": f"Patient/{row.patient}"} if is_id else {"identifier": {"value": row.patient}}
        yield {
            "what": what,
            "type": _coding(_ENTITY, "1", "Person"),
            "role": _coding(_ROLE, "1", "Patient"),
        }
    for token in row.objects.split():
        if _REFERENCE.fullmatch(token):
            yield {
                "what": {"reference": token},
                "type": _coding(_ENTITY, "2", "System Object"),
                "role": _coding(_ROLE, "4", "Domain Resource"),
            }
    told = {
        "action": row.action,
        "launch": row.launch,
        "request": row.request,
        "objects": row.objects,
        "sequence": str(row.sequence),
        "digest": row.digest,
    }
    yield {
        "name": f"{_APP} audit row",
        "type": _coding(_ENTITY, "2", "System Object"),
        "detail": [{"type": name, "valueString": value} for name, value in told.items() if value],
    }


def _filled(event: Json) -> Json:
    """Without what is not there: FHIR's JSON has no null."""
    source = {name: value for name, value in event["source"].items() if value is not None}
    return {name: value for name, value in {**event, "source": source}.items() if value is not None}
