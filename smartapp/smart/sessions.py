"""Active launches as the app sees them: found by handle and browser, ended when their time is up.

There is no "current" session: each request names its launch, and gets that one or an error (threats T1, T3).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from smartapp.clock import Clock
from smartapp.errors import LaunchNotYours, NotFound
from smartapp.smart import sealed
from smartapp.smart.doors import Doors
from smartapp.smart.launch import ActiveLaunch
from smartapp.smart.registration import Registration
from smartapp.smart.registrations import Registrations, bound_to
from smartapp.smart.renewal import Renewal, over
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
    """

    launch: ActiveLaunch
    registration: Registration
    owner: str
    ended: str | None
    is_anonymous: bool
    _launches: Launches
    _renewal: Renewal

    def access(self) -> Access:
        return Access(self._renewal, self.launch, self.registration)

    async def end(self, reason: str) -> None:
        """End the launch for good; its tokens are forgotten."""
        await self._launches.end(self.launch.id, reason)


class Sessions:
    def __init__(
        self, registrations: Registrations, doors: Doors, *, launches: Launches, clock: Clock
    ) -> None:
        self._registrations = registrations
        self._launches = launches
        self._clock = clock
        self._renewal = Renewal(doors, launches, clock)

    async def find(self, launch_id: str, *, browser: str | None) -> Session:
        """The launch with this handle, if it is this browser's and still going on. Notes that it was used.

        Raises NotFound, LaunchNotYours, SessionEnded, and PatientChanged where that ended it.
        """
        session, stored = await self._load(launch_id, browser)
        ended = session.ended or self._time_is_up(session, stored)
        if ended is not None:
            await session.end(ended)
            raise over(ended)
        if self._clock().timestamp() - stored.last_seen >= _TOUCH_AFTER_S:
            await self._launches.touch(launch_id)
        return session

    async def find_even_ended(self, launch_id: str, *, browser: str | None) -> Session:
        """As `find`, but an ended launch is found too: to keep text that was typed, and for nothing else."""
        session, _ = await self._load(launch_id, browser)
        return session

    async def _load(self, launch_id: str, browser: str | None) -> tuple[Session, StoredLaunch]:
        stored = await self._launches.get(launch_id) if len(launch_id) <= _MAX_ID else None
        if stored is None:
            raise NotFound("no such launch")
        if browser is None or not compare_digest(stored.browser, self._launches.browser_fingerprint(browser)):
            raise LaunchNotYours("launch of another browser")
        launch = sealed.active_launch(stored.context)
        registration = bound_to(self._registrations.get(launch.registration_id), launch.fhir_base)
        session = Session(
            launch,
            registration,
            stored.owner,
            stored.ended,
            is_anonymous=launch.clinician.subject == stored.browser,
            _launches=self._launches,
            _renewal=self._renewal,
        )
        return session, stored

    def _time_is_up(self, session: Session, stored: StoredLaunch) -> str | None:
        now = self._clock()
        if now >= session.launch.expires_at:
            return "time-is-up"
        idle = timedelta(minutes=session.registration.idle_minutes)
        return "idle" if now - datetime.fromtimestamp(stored.last_seen, UTC) > idle else None
