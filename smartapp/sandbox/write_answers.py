"""Answers to a create or update: Location, version and body, as the server's manner has them.

https://hl7.org/fhir/R4/http.html#create
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from starlette.responses import Response

from smartapp.sandbox.interactions import Interactions, Written
from smartapp.sandbox.outcome import fhir_answer, operation_outcome
from smartapp.sandbox.pages import INTERNAL_HOST
from smartapp.sandbox.resource import Resource, reference_to


@dataclass(frozen=True, slots=True)
class WriteAnswers:
    """`fhir_base` and `prefix` of the endpoint ("https://ehr/fhir" and "/fhir")."""

    interactions: Interactions
    fhir_base: str
    prefix: str

    def created(self, written: Written, *, prefer: str) -> Response:
        write = self.interactions.faults.write
        headers = self.version_headers(written.stored)
        if location := location_of(written.stored, self.interactions, fhir_base=self.fhir_base):
            headers["Location"] = location
        status = write.created_status if written.is_new else 200
        is_empty = written.is_new and write.empty_create_body
        return self._answer(written, status, prefer=prefer, headers=headers, is_empty=is_empty)

    def updated(self, written: Written, *, prefer: str) -> Response:
        headers = self.version_headers(written.stored)
        return self._answer(written, 200, prefer=prefer, headers=headers)

    def version_headers(self, resource: Resource) -> dict[str, str]:
        changed = datetime.fromisoformat(resource["meta"]["lastUpdated"]).astimezone(UTC)
        headers = {"Last-Modified": format_datetime(changed, usegmt=True)}
        if self.interactions.has_versions:
            headers["ETag"] = f'W/"{resource["meta"]["versionId"]}"'
        return headers

    def _answer(
        self, written: Written, status: int, *, prefer: str, headers: dict[str, str], is_empty: bool = False
    ) -> Response:
        """With the body that `Prefer` asks for, as far as this server heeds it; `is_empty`: with none."""
        body = self.interactions.manner.answers.body
        is_asked = "return=representation" in prefer
        if "return=OperationOutcome" in prefer and body != "never" and not is_empty:
            stored = operation_outcome("information", "informational", "stored")
            return fhir_answer(stored, status=status, headers=headers)
        is_wanted = is_asked or (body == "always" and "return=minimal" not in prefer)
        if body == "never" or not is_wanted or is_empty:
            return Response(status_code=status, headers=headers)
        return fhir_answer(self.interactions.shown(written.answered), status=status, headers=headers)


def location_of(stored: Resource, interactions: Interactions, *, fhir_base: str) -> str:
    """Where a new entry is, as this server says it; "" when it does not."""
    write = interactions.faults.write
    if write.no_location:
        return ""
    location = reference_to(stored)
    if interactions.has_versions and not write.location_without_version:
        location += f"/_history/{stored['meta']['versionId']}"
    if write.location_internal_host:
        return f"{INTERNAL_HOST}{urlsplit(fhir_base).path}/{location}"
    is_relative = write.location_relative or interactions.manner.answers.location == "relative"
    return location if is_relative else f"{fhir_base}/{location}"
