"""Ends launches: once, for good, with a row in the audit trail, and with the tokens given back to the EHR."""

import logging
from dataclasses import dataclass

from smartapp import logs
from smartapp.errors import SessionEnded, StoreUnavailable
from smartapp.smart import sealed
from smartapp.smart.audited import audited
from smartapp.smart.launch import ActiveLaunch
from smartapp.smart.registration import Registration
from smartapp.smart.revocation import Revocation
from smartapp.store.audit import Action, Audit, Result
from smartapp.store.launches import Launches

BY_CLINICIAN = "visit-ended"
"""The reason of a launch that the clinician ended; every other one ended by itself."""


@dataclass(frozen=True, slots=True)
class Ending:
    launches: Launches
    audit: Audit
    revocation: Revocation

    async def end(
        self, launch: ActiveLaunch, registration: Registration, *, reason: str, request: str = ""
    ) -> None:
        """End the launch, unless it is over. It is over before anything else is tried: neither the audit
        trail nor the EHR can keep it open.
        """
        kept = await self.launches.end(launch.id, reason)
        if kept is None:
            return
        logs.event("launch-ended", launch=launch.id, registration=launch.registration_id, reason=reason)
        action = Action.VISIT if reason == BY_CLINICIAN else Action.SESSION
        try:
            await self.audit.record(
                audited(launch, request=request), action, Result.ENDED, objects=[f"reason:{reason}"]
            )
        except StoreUnavailable as error:
            logs.event("audit-missed", level=logging.ERROR, kind=action.value, detail=error.detail)
        try:
            tokens = sealed.tokens(kept)
        except SessionEnded:
            return  # kept by another version of the app, which could not be read before either
        await self.revocation.give_back(launch, registration, tokens=tokens)
