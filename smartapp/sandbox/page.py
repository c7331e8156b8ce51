"""The start page: pick a patient, open the app, see what it wrote. Works by links and forms alone."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from smartapp.clock import Clock, now
from smartapp.sandbox import habits, page_switches
from smartapp.sandbox.page_chart import ChartNow, chart_of
from smartapp.sandbox.page_model import WIDTHS, Opening, opening_for, start_page
from smartapp.sandbox.page_switches import Switches
from smartapp.sandbox.resource import Resource
from smartapp.sandbox.server import DemoEhr
from smartapp.sandbox.stories import STORIES

_HERE = Path(__file__).parent
_SEE_OTHER = 303


def start_page_routes(ehr: Callable[[], DemoEhr], *, clock: Clock = now) -> list[BaseRoute]:
    """Routes of the page. `ehr` is asked at each request, since the EHR is made with its routes."""
    page = _Page(ehr, clock)
    return [
        Route("/", page.show),
        Route("/demo/chart", page.chart),
        Route("/demo/switches", page.switch, methods=["POST"]),
        Route("/demo/habits", page.choose_habits, methods=["POST"]),
        Route("/demo/expire", page.expire, methods=["POST"]),
        Mount("/demo/static", StaticFiles(directory=_HERE / "static")),
    ]


class _Page:
    def __init__(self, ehr: Callable[[], DemoEhr], clock: Clock) -> None:
        self._ehr = ehr
        self._clock = clock
        loader = FileSystemLoader(_HERE / "templates")
        self._templates = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )

    async def show(self, request: Request) -> Response:
        """The whole page. With open=1 the app is opened, each time with a launch of its own."""
        patient = self._picked(request)
        if patient is None:
            return _no_such_patient()
        ehr = self._ehr()
        opening = opening_for(ehr.store, patient["id"], clinician=ehr.clinician)
        launch_url = _open(ehr, opening) if request.query_params.get("open") == "1" else ""
        width = request.query_params.get("width", "")
        page = start_page(
            ehr.store,
            patient,
            opening=opening,
            today=self._clock().astimezone().date(),
            switches=page_switches.read(ehr.faults),
            width=width if width in WIDTHS else "full",
            launch_url=launch_url,
            chart=self._chart(patient),
            manner=ehr.manner,
            worn=habits.worn(ehr.faults),
        )
        html = self._templates.get_template("start.html").render(page=page)
        return HTMLResponse(html, headers=_headers(page.frame_origin))

    async def chart(self, request: Request) -> Response:
        """What is in the chart now, as a piece of the page."""
        patient = self._picked(request)
        if patient is None:
            return _no_such_patient()
        html = self._templates.get_template("chart.html").render(chart=self._chart(patient))
        return HTMLResponse(html, headers=_headers(""))

    async def switch(self, request: Request) -> Response:
        form = await request.form()
        switches = Switches(
            _text(form, "accepts"),
            _text(form, "slow") == "1",
            _text(form, "failing"),
            look=_text(form, "look"),
            has_banner=_text(form, "banner") == "1",
        )
        page_switches.apply(switches, self._ehr().faults)
        return _back(form)

    async def choose_habits(self, request: Request) -> Response:
        """Take on exactly these habits of other servers."""
        form = await request.form()
        names = [name for name in form.getlist("habit") if isinstance(name, str) and name in habits.HABITS]
        faults = self._ehr().faults
        before = habits.worn(faults)
        habits.take_off(faults)
        try:
            habits.put_on(faults, names)
        except habits.HabitsDisagree as error:
            habits.put_on(faults, before)
            return PlainTextResponse(f"No server does both: {error}.", status_code=400)
        return _back(form)

    async def expire(self, request: Request) -> Response:
        """End the session of every open app: no token works, and none can be had by refreshing."""
        ehr = self._ehr()
        ehr.expire_tokens()
        ehr.faults.token.refuse_refresh = True
        return _back(await request.form())

    def _picked(self, request: Request) -> Resource | None:
        patient_id = request.query_params.get("patient", STORIES[0].patient_id)
        return self._ehr().store.get("Patient", patient_id)

    def _chart(self, patient: Resource) -> ChartNow:
        ehr = self._ehr()
        return chart_of(ehr.store, patient["id"], requests=ehr.requests)


def _open(ehr: DemoEhr, opening: Opening) -> str:
    """The URL that opens the app, once. A new session can be refreshed, whatever became of the last."""
    ehr.faults.token.refuse_refresh = False
    return ehr.new_launch(
        opening.patient_id,
        encounter_id=opening.encounter_id or None,
        user=opening.user,
    )


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _back(form: FormData) -> Response:
    """To the page again, with the patient, the width and the open app as they were."""
    kept = {name: text for name in ("patient", "width", "open") if (text := _text(form, name))}
    return RedirectResponse(f"/?{urlencode(kept)}#use", status_code=_SEE_OTHER)


def _no_such_patient() -> Response:
    return PlainTextResponse("There is no such patient in this EHR.", status_code=404)


def _headers(frame_origin: str) -> dict[str, str]:
    """Nothing inline, nothing from elsewhere; only the app and this EHR's own sign-in pages in the frame.

    no-store: going back must open the app anew, since a launch works once.
    """
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self' {frame_origin}"
    )
    return {
        "Content-Security-Policy": policy.strip(),
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
