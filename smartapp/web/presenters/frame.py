"""What stands around every page of a visit: the patient's banner, the steps, the test-data line, the
form's hidden fields.
"""

import asyncio
from dataclasses import dataclass

from smartapp.fhir.patient_record import PartName, PatientIdentity
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.phrases import sentences
from smartapp.web import words
from smartapp.web.kept import what_is_kept
from smartapp.web.presenters.banner import Banner, banner, looks
from smartapp.web.presenters.ending import OpenView, open_view
from smartapp.web.presenters.visit import visit_name
from smartapp.web.soon import soon
from smartapp.web.visit import Visit

_LINE_WAIT_S = 0.3
_STEPS = (
    ("before", "", marked("Before"), marked(" you walk in")),
    ("room", "room", marked("In the room"), ""),
    ("review", "review", marked("Review"), marked(" and send")),
    ("done", "done", marked("Done"), ""),
)


@dataclass(frozen=True, slots=True)
class Step:
    """`is_button`: the step leaves a page with typed text, so it is a button that keeps the text first."""

    name: str
    url: str
    short: str
    rest: str
    is_current: bool
    is_button: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """`token` and `patient_id` go into every form; `base` is the launch's path, with a slash at its end.
    `open`: when the visit will close by itself; `open_line` says so. `visit_name`: "" when it is not known;
    `visit_line` has it too. `has_unsent`: something is kept that is not known to be in the chart.
    """

    banner: Banner
    call_name: str
    steps: tuple[Step, ...]
    visit_line: str
    is_test_data: bool
    token: str
    patient_id: str
    base: str
    open: OpenView
    open_line: str
    style_url: str = ""
    visit_name: str = ""
    has_unsent: bool = False


def call_name(patient: PatientIdentity) -> str:
    """How the app speaks of the patient in its text."""
    return words.one_line(patient.call_name or patient.given or patient.family, 60) or _("the patient")


async def frame(visit: Visit, patient: PatientIdentity, step: str, *, buttons: bool = False) -> Frame:
    """`step`: which of the four is current, "" for none. `buttons`: steps are buttons of the page's form.

    The clinician's name and the visit are read with the chart; a page does not wait long for them.
    """
    launch = visit.session.launch
    today = words.weekday(visit.services.today())
    reading = visit.services.charts.of(visit.session)
    details, encounter = await asyncio.gather(
        soon(reading.clinician(), _LINE_WAIT_S), soon(reading.part(PartName.VISIT), _LINE_WAIT_S)
    )
    clinician = words.one_line(details.name, 60) if details else ""
    named = visit_name(encounter, visit.services.local)
    around = looks(visit)
    return Frame(
        banner=banner(patient, visit),
        call_name=call_name(patient),
        steps=tuple(
            Step(name, visit.path(path), _(short), _(rest), is_current=name == step, is_button=buttons)
            for name, path, short, rest in _STEPS
        ),
        visit_line=sentences((words.details([named or today]), clinician)) if clinician else named or today,
        is_test_data=around.is_test_data,
        token=visit.token,
        patient_id=launch.patient_id,
        base=visit.path(),
        open=(shown := open_view(visit)),
        open_line=_("Open until %(time)s", time=shown.time),
        style_url=around.style_url,
        visit_name=named,
        has_unsent=bool((await what_is_kept(visit)).texts),
    )
