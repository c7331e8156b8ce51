"""A sandbox without a sign-in: find a patient by name or birth date, and open the app for one of them."""

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.errors import LaunchParameterError, NotFound, OutboundError
from smartapp.fhir.lenses import Patient
from smartapp.fhir.people import identity_of
from smartapp.i18n import gettext as _
from smartapp.smart.registration import Mode, Registration
from smartapp.web import draft_form
from smartapp.web.launch import enter
from smartapp.web.presenters.open import FoundPatient, PickerPage, found_patient
from smartapp.web.rate_limit import network_of
from smartapp.web.services import Services, services_of
from smartapp.web.speaking import speak_as_site
from smartapp.web.visit import read_posted

_MOST_FOUND = 20


async def show(request: Request) -> Response:
    """The empty search form."""
    return await _page(request, _registration(request))


async def search(request: Request) -> Response:
    """The patients that match. Posted, so that no name stands in an address. Raises TooManyLaunches."""
    form = await read_posted(request)
    registration = _registration(request)
    services_of(request).launch_limit.take(registration.id, network_of(request), "search")
    return await _page(
        request,
        registration,
        name=draft_form.text(form, "name").strip(),
        birth_date=draft_form.text(form, "birth_date").strip(),
        searched=True,
    )


async def open_patient(request: Request) -> Response:
    """Open the app for the chosen patient. Raises LaunchParameterError."""
    form = await read_posted(request)
    registration = _registration(request)
    patient_id = draft_form.text(form, "patient")
    if not patient_id:
        raise LaunchParameterError("no patient chosen")
    services = services_of(request)
    services.launch_limit.take(registration.id, network_of(request), "open")
    return await enter(
        request, services, await services.authorization.open_sandbox(registration, patient_id=patient_id)
    )


def _registration(request: Request) -> Registration:
    registration = services_of(request).registrations.get(request.path_params["registration_id"])
    if registration.mode is not Mode.OPEN:
        raise NotFound("not an open sandbox")
    request.state.frame_ancestors = registration.frame_ancestors
    speak_as_site(request, registration)
    return registration


async def _page(
    request: Request,
    registration: Registration,
    *,
    name: str = "",
    birth_date: str = "",
    searched: bool = False,
) -> Response:
    services = services_of(request)
    found: tuple[FoundPatient, ...] = ()
    message = ""
    if searched:
        try:
            found = await _find(services, registration, name=name, birth_date=birth_date)
            message = "" if found else _("Nobody was found. Try a part of the family name.")
        except OutboundError as error:
            message = " ".join((_(error.heading), _("Try again in a moment."), f"({error.code})"))
    path = f"{services.root}/open/{registration.id}"
    page = PickerPage(
        label=registration.label,
        search_url=f"{path}/patients",
        launch_url=f"{path}/launch",
        name=name,
        birth_date=birth_date,
        message=message,
        found=found,
    )
    return HTMLResponse(await services.pages.html("picker.html", page))


async def _find(
    services: Services, registration: Registration, *, name: str, birth_date: str
) -> tuple[FoundPatient, ...]:
    asked = [(key, value) for key, value in (("name", name), ("birthdate", birth_date)) if value]
    result = await services.charts.directory(registration).search(
        "Patient", [*asked, ("_count", str(_MOST_FOUND))], max_entries=_MOST_FOUND, max_pages=1
    )
    return tuple(
        found_patient(identity_of(patient), services.today())
        for raw in result.resources
        if (patient := _patient(raw))
    )


def _patient(raw: bytes) -> Patient | None:
    try:
        return msgspec.json.decode(raw, type=Patient)
    except msgspec.DecodeError:
        return None
