"""FHIR REST for one launch: one server, one patient, one clinician's token.

https://hl7.org/fhir/R4/http.html
"""

import asyncio
import base64
import binascii
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast
from urllib.parse import urlencode

import msgspec

from smartapp.errors import AnswerTooLarge, AnswerUnreadable, EhrLeftAlone, OutboundError, SessionEnded
from smartapp.fhir.bundles import page_of
from smartapp.fhir.operation_outcome import FhirRefused, NotPermitted, reason_of
from smartapp.fhir.paging import attachment_url, next_url
from smartapp.fhir.purpose import purpose_of
from smartapp.fhir.retry_after import retry_after_s
from smartapp.fhir.this_patient import ThisPatient, is_id, is_type
from smartapp.http import MB, Answer, Door, Limits
from smartapp.logs import event

__all__ = ["Access", "FhirClient", "FhirRefused", "NotPermitted", "SearchResult"]

FHIR_JSON = "application/fhir+json"
PAGE_BYTES = 5 * MB
NOTE_BYTES = 2 * MB
MAX_RETRIES = 2
_TRY_AGAIN_S = 10
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]{1,60}/[A-Za-z0-9.+-]{1,60}(?:; ?charset=[A-Za-z0-9._-]{1,40})?")


class Access(Protocol):
    """The launch's token. `renew` gives a newer one than `refused`, or None, or raises SessionEnded."""

    async def bearer(self) -> str | None: ...

    async def renew(self, refused: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The resources of a search as JSON. `whole` False: the server has more than was read."""

    resources: tuple[bytes, ...] = ()
    left_out: int = 0
    whole: bool = True

    def as_dicts(self) -> tuple[dict[str, object], ...]:
        """The resources decoded; those that cannot be are missing."""
        return tuple(decoded for raw in self.resources if (decoded := _object_or_none(raw)) is not None)


class FhirClient:
    """Reads, searches, creates and updates at `fhir_base`. Every call takes at most about `timeout_s` seconds
    a page.

    `may(resource_type, action)`: whether the scope (one letter of "cruds") was granted. Without it a read is
    not sent. `sleep` and `jitter` (0 to 1) are for waiting before a repeated GET.
    """

    def __init__(
        self,
        door: Door,
        *,
        fhir_base: str,
        patient_id: str,
        access: Access,
        may: Callable[[str, str], bool],
        timeout_s: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.fhir_base = fhir_base.rstrip("/")
        self.patient_id = patient_id
        self.may = may
        self._door = door
        self._access = access
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._jitter = jitter

    @property
    def patient(self) -> ThisPatient:
        return ThisPatient(self.patient_id, self.fhir_base)

    async def read(self, resource_type: str, resource_id: str) -> dict[str, object]:
        """The resource, with the type and the id that were asked for.

        Raises FhirRefused, AnswerUnreadable, SessionEnded and what Door.fetch raises.
        """
        self._require(resource_type, "r")
        return await self._read(resource_type, resource_id)

    async def read_version(self, resource_type: str, resource_id: str, version: str) -> dict[str, object]:
        """The resource as it was at that version, where the server keeps it. Raises as `read`.

        https://hl7.org/fhir/R4/http.html#vread
        """
        self._require(resource_type, "r")
        return await self._read(resource_type, resource_id, version=version)

    async def history(self, resource_type: str, resource_id: str, *, count: int) -> SearchResult:
        """The newest versions of one resource, the newest first, on one page of at most `count`. Not whole
        also where an entry made no sense, or where the server says that there are more than came.

        Raises as `read`. https://hl7.org/fhir/R4/http.html#history
        """
        self._require(resource_type, "r")
        if not is_type(resource_type) or not is_id(resource_id):
            raise AnswerUnreadable("not a FHIR id")
        url = f"{self.fhir_base}/{resource_type}/{resource_id}/_history?_count={count}"
        page = page_of((await self._get(url)).body, resource_type)
        newest = page.resources[:count]
        there_are = max(len(page.resources), page.total or 0)
        is_whole = not page.next_link and not page.left_out and there_are <= len(newest)
        return SearchResult(newest, page.left_out, is_whole)

    async def read_user(self, fhir_user: str) -> dict[str, object]:
        """The signed-in user ("Practitioner/7"), whom the fhirUser scope lets us read without another one.

        Raises as `read`.
        """
        resource_type, _, resource_id = fhir_user.partition("/")
        return await self._read(resource_type, resource_id)

    async def _read(self, resource_type: str, resource_id: str, *, version: str = "") -> dict[str, object]:
        if not is_type(resource_type) or not is_id(resource_id) or (version and not is_id(version)):
            raise AnswerUnreadable("not a FHIR id")
        url = f"{self.fhir_base}/{resource_type}/{resource_id}"
        resource = _object_of(await self._get(f"{url}/_history/{version}" if version else url))
        if resource.get("resourceType") != resource_type or resource.get("id") != resource_id:
            raise AnswerUnreadable(f"not the {resource_type} that was asked for")
        return resource

    async def capability_statement(self) -> dict[str, object]:
        """The server's CapabilityStatement, whose content is not looked into here."""
        return _object_of(await self._get(f"{self.fhir_base}/metadata"))

    async def search(
        self,
        resource_type: str,
        params: Sequence[tuple[str, str]],
        *,
        max_entries: int = 2000,
        max_pages: int = 20,
    ) -> SearchResult:
        """All pages of a search, up to the limits. Once a page came, a later one that fails only makes the
        result not whole, unless the session ended.
        """
        self._require(resource_type, "s")
        url = f"{self.fhir_base}/{resource_type}?{urlencode(params)}"
        page = page_of((await self._get(url)).body, resource_type)
        resources, left_out, entries = list(page.resources), page.left_out, page.entries
        seen = {url}
        while page.next_link:
            if len(seen) >= max_pages or entries >= max_entries:
                break
            try:
                url = next_url(page.next_link, current=url, fhir_base=self.fhir_base)
                if url in seen:
                    break
                seen.add(url)
                page = page_of((await self._get(url)).body, resource_type)
            except OutboundError as error:
                event("paging-stopped", resource_type=resource_type, code=error.code)
                break
            resources += page.resources
            left_out += page.left_out
            entries += page.entries
        is_whole = not page.next_link and len(resources) <= max_entries
        return SearchResult(tuple(resources[:max_entries]), left_out, is_whole)

    async def attachment(self, url: str, content_type: str) -> bytes:
        """The bytes of an attachment on this server, at most 2 MB.

        Raises ForeignOrigin, with nothing sent, for one elsewhere; else as `read`.
        """
        target = attachment_url(url, fhir_base=self.fhir_base)
        if target.startswith(f"{self.fhir_base}/Binary/"):
            self._require("Binary", "r")
        accept = content_type if _MEDIA_TYPE.fullmatch(content_type) else "*/*"
        answer = await self._get(target, accept=accept, max_bytes=NOTE_BYTES)
        answered = answer.headers.get("content-type", "").lower()
        if "json" in answered and "json" not in content_type.lower():
            return self._binary_data(_object_of(answer))
        if answered.startswith("text/html") and "html" not in content_type.lower():
            raise AnswerUnreadable("a web page instead of the attachment")
        return answer.body

    async def create(self, resource: Mapping[str, object], *, if_none_exist: str | None = None) -> Answer:
        """Send the resource once, and return whatever the server answered.

        Never repeated, but for a 401, which says that it was not processed. Raises SessionEnded, and
        TemporaryOutboundError, AnswerTooLarge or AnswerUnreadable when the outcome is in doubt.
        """
        extra = {} if if_none_exist is None else {"If-None-Exist": if_none_exist}
        return await self._send("POST", f"{self.fhir_base}/{resource['resourceType']}", resource, extra)

    async def update(self, resource: Mapping[str, object], *, version: str) -> Answer:
        """Replace the resource, which must be at `version`, once; the rest as for `create`.

        The server answers 412 (some 409) when it is at another one.
        https://hl7.org/fhir/R4/http.html#concurrency
        """
        url = f"{self.fhir_base}/{resource['resourceType']}/{resource['id']}"
        return await self._send("PUT", url, resource, {"If-Match": f'W/"{version}"'})

    async def transaction(self, bundle: Mapping[str, object]) -> Answer:
        """Send a transaction Bundle once; the rest as for `create`."""
        return await self._send("POST", self.fhir_base, bundle, {})

    async def _send(
        self, method: str, url: str, resource: Mapping[str, object], extra: dict[str, str]
    ) -> Answer:
        headers = {"Content-Type": FHIR_JSON, "Accept": FHIR_JSON, "Prefer": "return=representation"} | extra
        body = msgspec.json.encode(resource)
        if not self._door.is_answering(url):
            await self._ask_whether_it_is_back()
        return await self._authorized(method, url, headers=headers, limits=self._limits(), content=body)

    async def _ask_whether_it_is_back(self) -> None:
        """A server that was left alone is tried with what stores nothing. While it is not back, what was to
        be stored does not leave. Raises EhrLeftAlone, SessionEnded.
        """
        headers = {"Accept": FHIR_JSON}
        try:
            await self._authorized(
                "GET", f"{self.fhir_base}/metadata", headers=headers, limits=self._limits()
            )
        except (AnswerTooLarge, AnswerUnreadable):
            return  # it is back, whatever it says
        except OutboundError as error:
            raise EhrLeftAlone(retry_after_s=error.retry_after_s or _TRY_AGAIN_S) from error

    def _require(self, resource_type: str, action: str) -> None:
        if not self.may(resource_type, action):
            raise NotPermitted

    def _limits(self, spent_s: float = 0.0, max_bytes: int = PAGE_BYTES) -> Limits:
        return Limits(total_s=max(self._timeout_s - spent_s, 0.05), max_bytes=max_bytes)

    async def _get(self, url: str, *, accept: str = FHIR_JSON, max_bytes: int = PAGE_BYTES) -> Answer:
        """GET, again at most twice when the server is busy, all within `timeout_s`. Raises FhirRefused unless
        it is a success.
        """
        # Servers exist (HAPI) that answer a search for a minute with what the same one found before.
        headers = {"Accept": accept, "Cache-Control": "no-cache"}
        spent_s = 0.0
        for retry in range(MAX_RETRIES + 1):
            began = time.monotonic()
            limits = self._limits(spent_s, max_bytes)
            answer = await self._authorized("GET", url, headers=headers, limits=limits)
            if answer.is_ok:
                return answer
            spent_s += time.monotonic() - began
            wait_s = _wait_s(answer, retry, self._jitter())
            if answer.status not in {429, 503} or retry == MAX_RETRIES or spent_s + wait_s >= self._timeout_s:
                break
            await self._sleep(wait_s)
            spent_s += wait_s
        raise FhirRefused(answer.status, reason_of(answer))

    async def _authorized(
        self, method: str, url: str, *, headers: dict[str, str], limits: Limits, content: bytes | None = None
    ) -> Answer:
        token = await self._access.bearer()
        answer = await self._fetch(method, url, token=token, headers=headers, limits=limits, content=content)
        if answer.status != 401:
            return answer
        token = await self._access.renew(token) if token is not None else None
        if token is not None:
            answer = await self._fetch(
                method, url, token=token, headers=headers, limits=limits, content=content
            )
        if answer.status == 401:
            raise SessionEnded("401")
        return answer

    async def _fetch(
        self,
        method: str,
        url: str,
        *,
        token: str | None,
        headers: dict[str, str],
        limits: Limits,
        content: bytes | None,
    ) -> Answer:
        sent = headers | ({"Authorization": f"Bearer {token}"} if token is not None else {})
        purpose = purpose_of(method, url, fhir_base=self.fhir_base)
        return await self._door.fetch(
            method, url, headers=sent, content=content, limits=limits, purpose=purpose
        )

    def _binary_data(self, resource: dict[str, object]) -> bytes:
        """The content of a Binary that came as a resource. Another patient's is refused as unreadable."""
        context, data = resource.get("securityContext"), resource.get("data")
        reference = context.get("reference") if isinstance(context, dict) else None
        is_foreign = isinstance(reference, str) and self._is_another_patient(reference)
        if resource.get("resourceType") != "Binary" or not isinstance(data, str) or is_foreign:
            if is_foreign:
                event("wrong-patient-resource", resource_type="Binary")
            raise AnswerUnreadable("not the Binary that was asked for")
        try:
            return base64.b64decode(data)
        except (binascii.Error, ValueError) as error:
            raise AnswerUnreadable("not base64") from error

    def _is_another_patient(self, reference: str) -> bool:
        return "Patient/" in reference and not self.patient.is_meant_by(reference)


def _wait_s(answer: Answer, retry: int, jitter: float) -> float:
    """Seconds to wait before asking again: what Retry-After says, or half a second, doubling; with jitter."""
    asked = retry_after_s(answer)
    return (0.5 * 2**retry if asked is None else asked) + 0.25 * jitter


def _object_of(answer: Answer) -> dict[str, object]:
    decoded = answer.json()
    if not isinstance(decoded, dict):
        raise AnswerUnreadable("not a JSON object")
    return cast("dict[str, object]", decoded)


def _object_or_none(raw: bytes) -> dict[str, object] | None:
    try:
        return msgspec.json.decode(raw, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
