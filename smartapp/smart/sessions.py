"""Active launches as the app sees them: found by handle and browser, ended when their time is up.

There is no "current" session: each request names its launch, and gets that one or an error (threats T1, T3).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from smartapp.clock import Clock
from smartapp.errors import AppError, LaunchNotYours, NotFound
from smartapp.observability.metrics import UNCOUNTED, Metrics
from smartapp.smart import sealed
from smartapp.smart.audited import audited
from smartapp.smart.doors import Doors
from smartapp.smart.ending import Ending
from smartapp.smart.launch import ActiveLaunch
from smartapp.smart.registration import Registration
from smartapp.smart.registrations import Registrations, bound_to
from smartapp.smart.renewal import Renewal, over
from smartapp.smart.revocation import Revocation
from smartapp.store.audit import Audit, Audited
from smartapp.store.launches import Launches, StoredLaunch

_MAX_ID = 64
_TOUCH_AFTER_S = 10  # a page with many parts writes "seen" once, not once for each part


@dataclass(frozen=True, slots=True)
class Access:
    """The bearer token of one launch, as the FHIR client asks for it."""

    _renewal: Renewal
    _launch: ActiveLaunch
    _registration: Registration

    async def bearer(self) -> str | None:
        """A token that is good for now; None in an open sandbox. Raises SessionEnded."""
        return await self._renewal.bearer(self._launch, self._registration)

    async def renew(self, refused: str) -> str | None:
        """Another token than the one the EHR just refused. Raises SessionEnded when there is none."""
        return await self._renewal.renew(self._launch, self._registration, refused=refused)


@dataclass(frozen=True, slots=True)
class Session:
    """One launch of this browser. `owner`: whose drafts these are. `ended`: why it is over, or None.
    `is_anonymous`: the EHR did not say who is signed in, so no later launch can be known to be theirs.
    `open_until`: when it ends unless it is used before. `request`: the reference of the request it was found
    for.
    """

    launch: ActiveLaunch
    registration: Registration
    owner: str
    ended: str | None
    is_anonymous: bool
    open_until: datetime
    request: str
    _ending: Ending
    _renewal: Renewal

    def access(self) -> Access:
        return Access(self._renewal, self.launch, self.registration)

    @property
    def audited(self) -> Audited:
        """Whose doing it is."""
        return audited(self.launch, request=self.request)

    @property
    def longest(self) -> datetime:
        """When it ends however it is used."""
        return self.launch.expires_at

    async def end(self, reason: str) -> None:
        """End the launch for good; its tokens are forgotten, and given back to the EHR."""
        await self._ending.end(self.launch, self.registration, reason=reason, request=self.request)


class Sessions:
    def __init__(
        self,
        registrations: Registrations,
        doors: Doors,
        *,
        launches: Launches,
        clock: Clock,
        audit: Audit,
        metrics: Metrics = UNCOUNTED,
    ) -> None:
        self._registrations = registrations
        self._launches = launches
        self._clock = clock
        self._ending = Ending(launches, audit, Revocation(doors, clock))
        self._renewal = Renewal(doors, launches, clock, ending=self._ending, metrics=metrics)

    async def find(self, launch_id: str, *, browser: str | None, request: str = "") -> Session:
        """The launch with this handle, if it is this browser's and still going on. Notes that it was used.
        `request`: its reference.

        Raises NotFound, LaunchNotYours, SessionEnded, and its kinds where one of them ended it.
        """
        session, stored = await self._load(launch_id, browser, request)
        ended = session.ended or self._time_is_up(session, stored)
        if ended is not None:
            await session.end(ended)
            raise over(ended)
        if self._clock().timestamp() - stored.last_seen >= _TOUCH_AFTER_S:
            await self._launches.touch(launch_id)
            return replace(session, open_until=self._open_until(session, self._clock()))
        return session

    async def find_even_ended(self, launch_id: str, *, browser: str | None, request: str = "") -> Session:
        """As `find`, but an ended launch is found too, and nothing is noted: to keep text that was typed, and
        to look at the time.
        """
        session, _ = await self._load(launch_id, browser, request)
        return session

    async def end_lapsed(self) -> int:
        """End the launches whose time is up and whom nobody has asked for since. Returns how many."""
        lapsed = 0
        for launch_id in await self._launches.unseen_since(self._clock() - self._shortest_idle()):
            stored = await self._launches.get(launch_id)
            if stored is None or stored.ended is not None:
                continue
            try:
                found = self._session(stored, "")
            except AppError:
                # Of a registration or a version that is gone: nobody can use it, or say where its tokens go.
                await self._launches.end(launch_id, "unusable")
                continue
            reason = self._time_is_up(found, stored)
            if reason is not None:
                await found.end(reason)
                lapsed += 1
        return lapsed

    async def _load(self, launch_id: str, browser: str | None, request: str) -> tuple[Session, StoredLaunch]:
        stored = await self._launches.get(launch_id) if len(launch_id) <= _MAX_ID else None
        if stored is None:
            raise NotFound("no such launch")
        if browser is None or not compare_digest(stored.browser, self._launches.browser_fingerprint(browser)):
            raise LaunchNotYours("launch of another browser")
        return self._session(stored, request), stored

    def _session(self, stored: StoredLaunch, request: str) -> Session:
        launch = sealed.active_launch(stored.context)
        registration = bound_to(self._registrations.get(launch.registration_id), launch.fhir_base)
        last_seen = datetime.fromtimestamp(stored.last_seen, UTC)
        return Session(
            launch,
            registration,
            stored.owner,
            stored.ended,
            is_anonymous=launch.clinician.subject == stored.browser,
            open_until=min(last_seen + _idle(registration), launch.expires_at),
            request=request,
            _ending=self._ending,
            _renewal=self._renewal,
        )

    def _time_is_up(self, session: Session, stored: StoredLaunch) -> str | None:
        now = self._clock()
        if now >= session.launch.expires_at:
            return "time-is-up"
        idle = _idle(session.registration)
        return "idle" if now - datetime.fromtimestamp(stored.last_seen, UTC) > idle else None

    def _open_until(self, session: Session, last_seen: datetime) -> datetime:
        return min(last_seen + _idle(session.registration), session.longest)

    def _shortest_idle(self) -> timedelta:
        return min(map(_idle, self._registrations.all), default=timedelta())


def _idle(registration: Registration) -> timedelta:
    return timedelta(minutes=registration.idle_minutes)
