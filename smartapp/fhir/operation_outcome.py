"""What an EHR says when it refuses: short plain words out of an OperationOutcome or a text answer.

https://hl7.org/fhir/R4/operationoutcome.html
"""

import re

import msgspec

from smartapp.errors import OutboundError
from smartapp.http import Answer

MAX_WORDS = 300
_TAG = re.compile(r"<[^<>]{0,500}>")


class FhirRefused(OutboundError):
    """The EHR answered with an error status. `reason`: its own words, at most 300 characters, not logged."""

    code = "ehr-refused"

    def __init__(self, http_status: int, reason: str = "") -> None:
        super().__init__(f"status {http_status}")
        self.http_status = http_status
        self.reason = reason


class NotPermitted(FhirRefused):
    """The scope for it was not granted, so nothing was sent."""

    code = "scope-missing"

    def __init__(self) -> None:
        super().__init__(403, "The EHR did not grant this app the permission.")


class _Details(msgspec.Struct, gc=False):
    text: str = ""


class _Issue(msgspec.Struct, gc=False):
    details: _Details = msgspec.field(default_factory=_Details)
    diagnostics: str = ""


class _Outcome(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815 - FHIR's spelling
    issue: tuple[_Issue, ...] = ()


def reason_of(answer: Answer) -> str:
    """The EHR's own words for its answer, plain and short, or "" when it gave none that a person can read."""
    if answer.headers.get("content-type", "").lower().startswith("text/plain"):
        return _plain(answer.body[: 4 * MAX_WORDS].decode("utf-8", "replace"))
    try:
        return reason_in(msgspec.json.decode(answer.body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def reason_in(outcome_json: object) -> str:
    """As `reason_of`, of a decoded OperationOutcome; "" for anything else."""
    try:
        outcome = msgspec.convert(outcome_json, _Outcome)
    except (msgspec.ValidationError, RecursionError):
        return ""
    if outcome.resourceType != "OperationOutcome":
        return ""
    said = (issue.details.text or issue.diagnostics for issue in outcome.issue)
    return _plain("; ".join(words for words in said if words))


def _plain(words: str) -> str:
    without_tags = _TAG.sub(" ", words[: 10 * MAX_WORDS])
    one_line = " ".join("".join(c if c.isprintable() else " " for c in without_tags).split())
    return one_line if len(one_line) <= MAX_WORDS else one_line[: MAX_WORDS - 1] + "…"
