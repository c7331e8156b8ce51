"""What one EHR says about itself to anybody: its smart-configuration, keys and CapabilityStatement.

No token is asked for, nothing of a patient is read, nothing is written.
"""

import asyncio
from dataclasses import dataclass

from smartapp.checking.documents import Document, fetch
from smartapp.checking.server import Server, server_of
from smartapp.clock import Clock
from smartapp.errors import AppError
from smartapp.fhir.client import FHIR_JSON
from smartapp.http import AsyncBaseTransport, Door
from smartapp.smart.discovery import Discovery, SmartConfiguration
from smartapp.smart.doors import Doors
from smartapp.smart.key_sets import KeySets
from smartapp.smart.registration import Mode, Registration
from smartapp.smart.registrations import Registrations


@dataclass(frozen=True, slots=True)
class SignIn:
    """`document`: smart-configuration. `used`: what the app would use at a launch, None where it would stop,
    with `stops_with`, the code that the clinician's page shows, and its reason. `keys`: how many public keys
    of the EHR can be read, None where it has none to read.
    """

    document: Document
    used: SmartConfiguration | None = None
    stops_with: str = ""
    keys: int | None = None
    keys_problem: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """`sign_in` None for an open sandbox. `server` None where `statement` is no CapabilityStatement."""

    registration: Registration
    door: Door
    sign_in: SignIn | None
    statement: Document
    server: Server | None


async def look(registration: Registration, transport: AsyncBaseTransport, clock: Clock) -> Seen:
    """Ask the registration's first iss. Nothing but its own origins is asked."""
    doors = Doors(transport, Registrations([registration]))
    door = doors.for_registration(registration)
    statement, sign_in = await asyncio.gather(
        fetch(door, f"{registration.fhir_base}/metadata", accept=FHIR_JSON, what="capabilities"),
        _sign_in(registration, doors, clock),
    )
    server = None if statement.content is None else server_of(statement.content)
    return Seen(registration, door, sign_in, statement, server)


async def _sign_in(registration: Registration, doors: Doors, clock: Clock) -> SignIn | None:
    if registration.mode is Mode.OPEN:
        return None
    door = doors.for_registration(registration)
    url = registration.discovery_url or f"{registration.fhir_base}/.well-known/smart-configuration"
    document = await fetch(door, url, accept="application/json", what="discovery")
    try:
        used = await Discovery(doors, clock).of(registration)
    except AppError as error:
        return SignIn(document, stops_with=f"{error.code}: {error.detail}" if error.detail else error.code)
    if used.jwks_uri is None:
        return SignIn(document, used)
    try:
        keys = await KeySets(clock).of(door, used.jwks_uri)
    except AppError as error:
        return SignIn(document, used, keys_problem=f"{error.code}: {error.detail}")
    return SignIn(document, used, keys=len(keys.keys))
