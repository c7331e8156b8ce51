"""From a launch to the EHR's sign-in page, and from its answer to an ActiveLaunch.

https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html. The state is used once, within ten minutes, by
the browser that began the launch (threats T6, T7, T8).
"""

import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hmac import compare_digest

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from smartapp.clock import Clock
from smartapp.errors import (
    AppError,
    IdTokenInvalid,
    LaunchExpired,
    LaunchNotYours,
    LaunchParameterError,
    LaunchRefused,
    NoPatient,
)
from smartapp.smart import callback, first_reads, id_token, scopes, sealed
from smartapp.smart.callback import Callback
from smartapp.smart.discovery import Discovery
from smartapp.smart.doors import Doors
from smartapp.smart.first_reads import Reader
from smartapp.smart.key_sets import KeySets
from smartapp.smart.launch import ActiveLaunch, Clinician, PendingLaunch, Tokens
from smartapp.smart.registration import Mode, Registration
from smartapp.smart.registrations import Registrations, bound_to
from smartapp.smart.scopes import GrantedScopes
from smartapp.smart.token import TokenEndpoint
from smartapp.smart.token_answer import TokenAnswer, tokens_of
from smartapp.store.drafts import Drafts
from smartapp.store.launches import Launches, PendingLaunches

STATE_LIFETIME = timedelta(minutes=10)

_SECRET_BYTES = 32
_VERIFIER_BYTES = 64  # 86 characters; RFC 7636 asks for 43 to 128
_MAX_LAUNCH = 4000
_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, slots=True)
class Begun:
    """`url`: where the browser goes next."""

    url: str = field(repr=False)
    state: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Completed:
    """`browser`: a fresh secret for this launch's cookie; the one it began with is worth nothing any more."""

    launch: ActiveLaunch
    browser: str = field(repr=False)


class Authorization:
    def __init__(
        self,
        registrations: Registrations,
        doors: Doors,
        *,
        pending: PendingLaunches,
        launches: Launches,
        drafts: Drafts,
        clock: Clock,
    ) -> None:
        self._registrations = registrations
        self._doors = doors
        self._pending = pending
        self._launches = launches
        self._drafts = drafts
        self._clock = clock
        self._discovery = Discovery(doors, clock)
        self._keys = KeySets(clock)

    async def begin(self, registration: Registration, *, launch: str | None, browser: str) -> Begun:
        """Prepare a launch and say where the browser goes. `launch` None: standalone. `browser`: the secret
        of its cookie.

        Raises LaunchParameterError, LaunchRefused, and OutboundError when the server's configuration cannot
        be read or trusted.
        """
        async with _named(registration.id):
            if registration.mode is not Mode.SMART:
                raise LaunchRefused("an open sandbox has no sign-in")
            if launch is not None and not (0 < len(launch) <= _MAX_LAUNCH and launch.isprintable()):
                raise LaunchParameterError("launch is empty, too long or not plain text")
            configuration = await self._discovery.of(registration)
            asked = scopes.asked(registration, configuration.capabilities, standalone=launch is None)
            begun = PendingLaunch(
                registration_id=registration.id,
                launch=launch,
                code_verifier=secrets.token_urlsafe(_VERIFIER_BYTES),
                nonce=secrets.token_urlsafe(_SECRET_BYTES),
                authorization_endpoint=configuration.authorization_endpoint,
                token_endpoint=configuration.token_endpoint,
                issuer=configuration.issuer,
                jwks_uri=configuration.jwks_uri,
                iss_parameter_supported=configuration.iss_parameter_supported,
                started_at=self._clock(),
                fhir_base=registration.fhir_base,
                scope=" ".join(asked),
                revocation_endpoint=configuration.revocation_endpoint,
            )
            state = secrets.token_urlsafe(_SECRET_BYTES)
            expires_at = begun.started_at + STATE_LIFETIME
            await self._pending.put(state, browser, body=sealed.to_bytes(begun), expires_at=expires_at)
            return Begun(_authorize_url(registration, begun, state), state)

    async def complete(
        self, registration_id: str, parameters: Mapping[str, Sequence[str]], *, browser: str | None
    ) -> Completed:
        """Finish a launch with the parameters of the callback. `browser`: the secret of the cookie, if any.

        Raises NotFound, LaunchParameterError, LaunchRefused and its kinds, and OutboundError.
        """
        registration = self._registrations.get(registration_id)
        async with _named(registration.id):
            answer = callback.callback_of(parameters)
            pending = await self._take(answer.state, browser)
            if pending.registration_id != registration.id:
                raise LaunchRefused("the state belongs to another registration")
            _check_iss(answer, pending)
            if answer.code is None:
                raise callback.denial(answer.error or "")
            bound = bound_to(registration, pending.fhir_base)
            return await self._exchange(bound, pending, answer.code)

    async def open_sandbox(self, registration: Registration, *, patient_id: str) -> Completed:
        """Open a patient of a server without OAuth, for registrations in open mode only.

        Nobody is signed in there, so typed text belongs to the browser.
        """
        async with _named(registration.id):
            if registration.mode is not Mode.OPEN:
                raise LaunchRefused("this EHR is opened from the chart")
            if not _FHIR_ID.fullmatch(patient_id):
                raise LaunchParameterError("patient is no FHIR id")
            browser = secrets.token_urlsafe(_SECRET_BYTES)
            started_at = self._clock()
            launch = ActiveLaunch(
                id=secrets.token_urlsafe(_SECRET_BYTES),
                registration_id=registration.id,
                fhir_base=registration.fhir_base,
                patient_id=patient_id,
                encounter_id=None,
                clinician=Clinician(self._launches.browser_fingerprint(browser)),
                scopes=GrantedScopes(everything=True),
                needs_patient_banner=True,
                started_at=started_at,
                expires_at=started_at + timedelta(minutes=registration.session_minutes),
            )
            return await self._keep(launch, Tokens(None), browser)

    async def _take(self, state: str, browser: str | None) -> PendingLaunch:
        """The launch that `state` belongs to. Another browser cannot use it up: its own is checked first."""
        begun_by = await self._pending.browser_of(state)
        if begun_by is None:
            raise LaunchExpired("state unknown or used")
        if browser is None or not compare_digest(begun_by, self._launches.browser_fingerprint(browser)):
            raise LaunchNotYours("state of another browser")
        taken = await self._pending.take(state)
        if taken is None or taken.expired:
            raise LaunchExpired("state used or too old")
        return sealed.pending_launch(taken.body)

    async def _exchange(self, registration: Registration, pending: PendingLaunch, code: str) -> Completed:
        door = self._doors.for_registration(registration)
        endpoint = TokenEndpoint(door, registration, pending.token_endpoint, pending.scope)
        asked_at = self._clock()
        answer = await endpoint.exchange(code, pending.code_verifier, now=asked_at)
        user = await self._user(registration, pending, answer)
        reader = Reader(door, registration.fhir_base, answer.access_token)
        patient_id = answer.patient or await _patient_of_visit(reader, answer)
        browser = secrets.token_urlsafe(_SECRET_BYTES)
        if user is None:
            clinician = Clinician(self._launches.browser_fingerprint(browser))
        else:
            clinician = Clinician(user.subject, user.reference, user.fhir_user)
        started_at = self._clock()
        launch = ActiveLaunch(
            id=secrets.token_urlsafe(_SECRET_BYTES),
            registration_id=registration.id,
            fhir_base=registration.fhir_base,
            patient_id=patient_id,
            encounter_id=answer.encounter,
            clinician=clinician,
            scopes=scopes.parse(answer.scope),
            needs_patient_banner=answer.need_patient_banner,
            started_at=started_at,
            expires_at=started_at + timedelta(minutes=registration.session_minutes),
            intent=answer.intent,
            style_url=answer.smart_style_url,
            fhir_context=answer.fhir_context,
            tenant=answer.tenant,
            token_endpoint=pending.token_endpoint,
            revocation_endpoint=pending.revocation_endpoint,
        )
        tokens = tokens_of(answer, pending.token_endpoint, asked_at=asked_at)
        return await self._keep(launch, tokens, browser)

    async def _user(
        self, registration: Registration, pending: PendingLaunch, answer: TokenAnswer
    ) -> id_token.IdToken | None:
        """Who is signed in; None where that was not asked for or not granted."""
        if "openid" not in pending.scope.split():
            return None
        if answer.id_token is None:
            if scopes.parse(answer.scope).names("openid"):
                raise IdTokenInvalid("openid was granted, and no id_token came")
            return None
        expected = id_token.Expected(
            issuer=pending.issuer or pending.fhir_base,
            client_id=registration.client_id,
            nonce=pending.nonce if registration.nonce_required else None,
            jwks_uri=pending.jwks_uri,
            fhir_base=pending.fhir_base,
        )
        door = self._doors.for_registration(registration)
        return await id_token.verify(answer.id_token, expected, keys=self._keys, door=door, now=self._clock())

    async def _keep(self, launch: ActiveLaunch, tokens: Tokens, browser: str) -> Completed:
        # One registration may serve several tenants, whose patient ids may be equal.
        where = f"{launch.registration_id} {launch.fhir_base}"
        await self._launches.put(
            launch.id,
            browser=browser,
            owner=self._drafts.owner(where, launch.patient_id, launch.clinician.subject),
            context=sealed.to_bytes(launch),
            tokens=sealed.to_bytes(tokens),
            expires_at=launch.expires_at,
        )
        return Completed(launch, browser)


async def _patient_of_visit(reader: Reader, answer: TokenAnswer) -> str:
    if answer.encounter is None:
        raise NoPatient("neither patient nor encounter in the token answer")
    return await first_reads.patient_of_encounter(reader, answer.encounter)


def _authorize_url(registration: Registration, pending: PendingLaunch, state: str) -> str:
    url: str = prepare_grant_uri(
        pending.authorization_endpoint,
        registration.client_id,
        "code",
        redirect_uri=registration.redirect_uri,
        scope=pending.scope,
        state=state,
        launch=pending.launch,
        aud=registration.aud or registration.fhir_base,
        nonce=pending.nonce if "openid" in pending.scope.split() else None,
        code_challenge=create_s256_code_challenge(pending.code_verifier),
        code_challenge_method="S256",
    )
    return url


def _check_iss(answer: Callback, pending: PendingLaunch) -> None:
    """RFC 9207: the answer names the server that was asked, if that server says it does (threat T6)."""
    if answer.iss is None:
        if pending.iss_parameter_supported:
            raise LaunchRefused("iss is missing from the callback")
    elif answer.iss != (pending.issuer or pending.fhir_base):
        raise LaunchRefused("iss of the callback is another server's")


@asynccontextmanager
async def _named(registration_id: str) -> AsyncIterator[None]:
    """Note on errors which EHR they are about."""
    try:
        yield
    except AppError as error:
        error.registration = registration_id
        raise
