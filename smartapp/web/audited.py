"""What of a request goes into the audit trail: that an opening was refused, or a page to somebody who may not
have it.
"""

import logging
from typing import Final

from starlette.requests import Request

from smartapp import logs
from smartapp.errors import (
    AppError,
    ForgedForm,
    LaunchNotYours,
    PatientChanged,
    StoreUnavailable,
    WrongPatient,
)
from smartapp.smart.registration import Registration
from smartapp.store.audit import Action, Audited, Result
from smartapp.web.services import services_of

_REFUSED_PAGES: Final = (ForgedForm, LaunchNotYours, PatientChanged, WrongPatient)


def opening(request: Request, registration: Registration) -> None:
    """Note on the request that the app is being opened from this EHR.

    Whoever names no EHR of ours, or comes more often than the limit allows, is in the log and not in the
    trail: nobody can fill a table that is never emptied.
    """
    request.state.is_opening = True
    request.state.audited = Audited(
        registration_id=registration.id, fhir_base=registration.fhir_base, request=request.state.reference
    )


async def note_refusal(request: Request, error: AppError) -> None:
    """Write down who was refused what. The refusal stands also when that cannot be written.

    Of pages only those that tell of somebody trying what is not theirs; an address that leads nowhere fills
    no table.
    """
    is_opening = getattr(request.state, "is_opening", False)
    is_page = "launch_id" in request.path_params and isinstance(error, _REFUSED_PAGES)
    if isinstance(error, StoreUnavailable) or not (is_opening or is_page):
        return
    action = Action.LAUNCH if is_opening else Action.PAGE
    try:
        await services_of(request).audit.record(
            _who(request), action, Result.REFUSED, objects=[f"code:{error.code}"]
        )
    except StoreUnavailable as missed:
        logs.event("audit-missed", level=logging.ERROR, kind=action.value, detail=missed.detail)


def _who(request: Request) -> Audited:
    """As far as it is known. Who holds another browser's address is nobody whom the launch could name."""
    known: Audited | None = getattr(request.state, "audited", None)
    if known is not None:
        return known
    return Audited(launch_id=request.path_params["launch_id"], request=request.state.reference)
