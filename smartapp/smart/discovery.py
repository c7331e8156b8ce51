"""What a SMART server says about itself, checked by hand before anything is believed.

https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known. Every address in it must be on
the FHIR base's origin or on a host that the registration names (threat T5). PKCE with S256 is always used,
whatever the document lists (threat T7).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from smartapp.clock import Clock
from smartapp.errors import AnswerUnreadable, ForeignOrigin, OutboundError, TemporaryOutboundError
from smartapp.http import Answer, Door, Limits
from smartapp.observability.watch import Purpose
from smartapp.smart.doors import Doors
from smartapp.smart.registration import Registration
from smartapp.smart.single_flight import SingleFlight

KEPT_FOR = timedelta(hours=1)
DOCUMENT_LIMITS = Limits(total_s=8.0, max_bytes=256 * 1024)

_MAX_KEPT = 64
_MAX_URL = 2000


@dataclass(frozen=True, slots=True)
class SmartConfiguration:
    """Absolute addresses, all on origins of the registration. `issuer`: of the id_token, where named.
    `revocation_endpoint`: RFC 7009, "" where none is named that we may ask.
    """

    authorization_endpoint: str
    token_endpoint: str
    issuer: str | None = None
    jwks_uri: str | None = None
    capabilities: frozenset[str] = frozenset()
    iss_parameter_supported: bool = False
    revocation_endpoint: str = ""


class Discovery:
    """Keeps each server's configuration for an hour at most. A failure is not kept."""

    def __init__(self, doors: Doors, clock: Clock) -> None:
        self._doors = doors
        self._clock = clock
        self._kept: dict[str, tuple[datetime, SmartConfiguration]] = {}
        self._flights: SingleFlight[SmartConfiguration] = SingleFlight()

    async def of(self, registration: Registration) -> SmartConfiguration:
        """The configuration of the registration's server; its own overrides win.

        Raises ForeignOrigin when an address is elsewhere, AnswerUnreadable when the document is none, and
        what Door.fetch raises.
        """
        key = f"{registration.id} {registration.fhir_base}"
        kept_at, configuration = self._kept.get(key, (None, None))
        if kept_at is not None and configuration is not None and self._clock() - kept_at < KEPT_FOR:
            return configuration
        return await self._flights.run(key, lambda: self._discover(key, registration))

    async def _discover(self, key: str, registration: Registration) -> SmartConfiguration:
        door = self._doors.for_registration(registration)
        document: Mapping[str, object] = {}
        # Some servers answer 401 to everybody there (Elation, 2026-08-14): what is set by hand is enough.
        if not (registration.authorization_endpoint and registration.token_endpoint):
            document = await fetch_document(door, _document_url(registration))
        configuration = _checked(document, registration, door)
        if configuration.jwks_uri is None and "openid" in registration.scopes:
            keys_at = await _keys_of_issuer(door, configuration.issuer or registration.fhir_base)
            configuration = replace(configuration, jwks_uri=keys_at)
        self._kept.pop(key, None)
        self._kept[key] = (self._clock(), configuration)
        if len(self._kept) > _MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        return configuration


async def fetch_document(door: Door, url: str, *, what: str = "discovery") -> Mapping[str, object]:
    """Fetch one small JSON object without a token. Raises OutboundError for anything else than 200."""
    answer = await door.fetch(
        "GET",
        url,
        headers={"Accept": "application/json"},
        limits=DOCUMENT_LIMITS,
        purpose=Purpose(interaction=what),
    )
    _require_ok(answer)
    document = answer.json()
    if not isinstance(document, dict):
        raise AnswerUnreadable("not a JSON object")
    return document


async def _keys_of_issuer(door: Door, issuer: str) -> str | None:
    """Where an issuer says that its keys are; None when it does not say, or names another issuer.

    https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#steps-for-using-an-id-token,
    for servers that leave it out of their smart-configuration. Raises TemporaryOutboundError.
    """
    try:
        document = await fetch_document(door, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        keys_at = _address(document.get("jwks_uri"), "jwks_uri", issuer)
    except TemporaryOutboundError:
        raise
    except OutboundError:
        return None
    believed = document.get("issuer") == issuer and keys_at is not None and door.leads_to(keys_at)
    return keys_at if believed else None


def _require_ok(answer: Answer) -> None:
    if answer.status == 429 or answer.status >= 500:
        raise TemporaryOutboundError(f"status {answer.status}")
    if answer.status != 200:
        raise OutboundError(f"status {answer.status}")


def _document_url(registration: Registration) -> str:
    return registration.discovery_url or f"{registration.fhir_base}/.well-known/smart-configuration"


def _checked(document: Mapping[str, object], registration: Registration, door: Door) -> SmartConfiguration:
    def address(name: str, override: str | None) -> str | None:
        return override or _address(document.get(name), name, registration.fhir_base)

    authorization_endpoint = address("authorization_endpoint", registration.authorization_endpoint)
    token_endpoint = address("token_endpoint", registration.token_endpoint)
    jwks_uri = address("jwks_uri", registration.jwks_uri)
    if authorization_endpoint is None or token_endpoint is None:
        raise AnswerUnreadable("no authorization_endpoint or no token_endpoint")
    issuer = _issuer(document.get("issuer"), registration)
    # A configured issuer is only compared with the id_token's iss; a discovered one must be the EHR's own.
    addresses = [authorization_endpoint, token_endpoint, jwks_uri, None if registration.issuer else issuer]
    if not all(door.leads_to(url) for url in addresses if url is not None):
        raise ForeignOrigin("an address of smart-configuration is on a host that is not in auth_hosts")
    return SmartConfiguration(
        authorization_endpoint=authorization_endpoint,
        token_endpoint=token_endpoint,
        issuer=issuer,
        jwks_uri=jwks_uri,
        capabilities=_words(document.get("capabilities")),
        iss_parameter_supported=document.get("authorization_response_iss_parameter_supported") is True,
        revocation_endpoint=_revocation_endpoint(document, registration, door),
    )


def _revocation_endpoint(document: Mapping[str, object], registration: Registration, door: Door) -> str:
    """Nothing but the end of a visit needs it: one that is odd or elsewhere is as good as none, and no reason
    to refuse the launch.
    """
    try:
        url = _address(document.get("revocation_endpoint"), "revocation_endpoint", registration.fhir_base)
    except AnswerUnreadable:
        return ""
    return url if url is not None and door.leads_to(url) else ""


def _address(value: object, name: str, fhir_base: str) -> str | None:
    """An address of the document, absolute. Servers may give them relative to the FHIR base."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _MAX_URL or not value.isprintable() or " " in value:
        raise AnswerUnreadable(f"{name} is not an address")
    try:
        url = urljoin(f"{fhir_base}/", value)
        fragment = urlsplit(url).fragment
    except ValueError as error:
        raise AnswerUnreadable(f"{name} is not an address") from error
    if fragment:
        raise AnswerUnreadable(f"{name} has a fragment")
    return url


def _issuer(value: object, registration: Registration) -> str | None:
    """The issuer to expect. One that is configured must be the one that the server names, if it names any."""
    named = value if isinstance(value, str) and value else None
    if registration.issuer and named not in {None, registration.issuer}:
        raise AnswerUnreadable("issuer is not the configured one")
    return registration.issuer or named


def _words(value: object) -> frozenset[str]:
    return (
        frozenset(word for word in value if isinstance(word, str)) if isinstance(value, list) else frozenset()
    )
