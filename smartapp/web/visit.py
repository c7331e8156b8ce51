"""One request inside one launch: who is asking, for which patient, and the checks that come before
anything else.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse

from smartapp.errors import AppError, WrongPatient
from smartapp.fhir.patient_record import PartName, PatientIdentity, PatientRecord
from smartapp.i18n import Language
from smartapp.sdm.model import Statement
from smartapp.smart.sessions import Session
from smartapp.store.set_aside import WhoseChart
from smartapp.web import cookies, csrf, draft_form
from smartapp.web.limits import form_of
from smartapp.web.not_right import Mark, marking, set_aside_in, without
from smartapp.web.services import Services, services_of
from smartapp.web.speaking import speak_as_site


@dataclass(frozen=True, slots=True)
class Visit:
    """A live launch and the browser it belongs to. `languages`: those that the app speaks, by tag."""

    services: Services
    session: Session
    token: str
    languages: Mapping[str, Language] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.session.launch.id

    def path(self, page: str = "") -> str:
        return f"{self.services.root}/visits/{self.id}/{page}"

    def check(self, token: str, patient_id: str) -> None:
        """Raises ForgedForm, or WrongPatient when the form was made for another patient than this
        launch's.
        """
        csrf.check_token(self.token, token)
        if patient_id != self.session.launch.patient_id:
            raise WrongPatient("form")

    @property
    def whose(self) -> WhoseChart:
        """Which patient's chart, at which site."""
        launch = self.session.launch
        return WhoseChart(launch.registration_id, launch.fhir_base, launch.patient_id)

    @property
    def mark(self) -> Mark:
        return marking(self.services.set_aside, self.whose)

    @property
    def first_paint_s(self) -> float:
        """How long a page may wait for a chart that is nearly read."""
        return self.session.registration.first_paint_ms / 1000

    async def set_aside(self, names: Collection[PartName] | None = None) -> tuple[Statement, ...]:
        """What was set aside and still stands in the chart: to be shown again, and for nothing else.
        `names`: only these parts are waited for.
        """
        marks = await self.services.set_aside.marks(self.whose)
        if not marks:
            return ()
        charts = self.services.charts
        record = await (self.whole_record() if names is None else charts.so_far(self.session, names))
        return set_aside_in(record, marks, self.mark)

    async def whole_record(self) -> PatientRecord:
        """The chart with what was set aside: not for a page."""
        return await self.services.charts.record(self.session)

    async def record(self) -> PatientRecord:
        """The chart, when every part is in, without what was set aside as not right. Raises what reading the
        patient raised.
        """
        marks = await self.services.set_aside.marks(self.whose)
        return without(await self.whole_record(), marks, self.mark)

    async def so_far(self, names: Collection[PartName]) -> PatientRecord:
        """The same once these parts are in; the others may say that they are still being read."""
        marks = await self.services.set_aside.marks(self.whose)
        return without(await self.services.charts.so_far(self.session, names), marks, self.mark)

    async def patient(self) -> PatientIdentity:
        """Who the patient is. Raises when the patient cannot be read; the next page then reads anew."""
        try:
            return await self.services.charts.of(self.session).patient()
        except AppError:
            self.services.charts.forget(self.id)
            raise


async def open_visit(request: Request) -> Visit:
    """The launch in the request's path, for the browser that holds its cookie.

    Raises NotFound, LaunchNotYours or SessionEnded.
    """
    services = services_of(request)
    launch_id, browser = _launch_and_browser(request)
    session = await services.sessions.find(launch_id, browser=browser, request=request.state.reference)
    return _visit(request, services, session=session, browser=browser)


async def open_even_ended(request: Request) -> Visit:
    """As `open_visit`, also for a launch that is over: to keep typed text, and for nothing else."""
    services = services_of(request)
    launch_id, browser = _launch_and_browser(request)
    session = await services.sessions.find_even_ended(
        launch_id, browser=browser, request=request.state.reference
    )
    return _visit(request, services, session=session, browser=browser)


async def read_posted(request: Request) -> FormData:
    """The posted fields, from a page of ours. Raises ForgedForm or TooLarge."""
    csrf.check_origin(request, services_of(request).settings.app_origin)
    return await form_of(request)


async def open_posted(request: Request) -> tuple[Visit, FormData]:
    """A live launch and a form that was made for it and its patient."""
    form = await read_posted(request)
    visit = await open_visit(request)
    visit.check(draft_form.text(form, "token"), draft_form.text(form, "patient"))
    return visit, form


def see(path: str) -> RedirectResponse:
    """Answer a press with the address of the next page, so that reload and back repeat nothing."""
    return RedirectResponse(path, status_code=303)


def _launch_and_browser(request: Request) -> tuple[str, str | None]:
    launch_id: str = request.path_params["launch_id"]
    return launch_id, cookies.read(request, cookies.launch_name(launch_id))


def _visit(request: Request, services: Services, *, session: Session, browser: str | None) -> Visit:
    request.state.frame_ancestors = session.registration.frame_ancestors
    request.state.audited = session.audited
    speak_as_site(request, session.registration)
    return Visit(
        services,
        session,
        csrf.token(services.vault, session.launch.id, browser=browser or ""),
        request.state.languages,
    )
