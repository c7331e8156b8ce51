"""What stands around every page of a visit: the patient's banner, the steps, the test-data line, the
form's hidden fields.
"""

from dataclasses import dataclass

from smartapp.fhir.patient_record import PatientIdentity
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.phrases import sentences
from smartapp.web import words
from smartapp.web.presenters_ending import OpenView, open_view
from smartapp.web.soon import soon
from smartapp.web.visit import Visit

_NAME_LIMIT = 120
_CLINICIAN_WAIT_S = 0.3
_STEPS = (
    ("before", "", marked("Before"), marked(" you walk in")),
    ("room", "room", marked("In the room"), ""),
    ("review", "review", marked("Review"), marked(" and send")),
    ("done", "done", marked("Done"), ""),
)


_GENDERS = {
    "female": marked("female"),
    "male": marked("male"),
    "other": marked("other"),
    "unknown": marked("unknown"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Banner:
    """Surname first, as the NHS banner has it; every part says "Not known" rather than nothing."""

    name: str
    born: str
    facts: tuple[Fact, ...]


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
    `open`: when the visit will close by itself; `open_line` says so.
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


def banner(patient: PatientIdentity, visit: Visit) -> Banner:
    born = words.birth(patient.birth_date, visit.services.today())
    facts = [
        Fact(_("Born"), born),
        Fact(
            _("Gender"),
            words.one_line(words.sentence(_(_GENDERS.get(patient.gender, patient.gender))), 30)
            or _("Not known"),
        ),
        Fact(_("MRN"), words.one_line(patient.mrn, 40) or _("Not known")),
    ]
    if patient.deceased:
        facts.append(Fact(_("Deceased"), _("Yes")))
    return Banner(full_name(patient), born, tuple(facts))


def call_name(patient: PatientIdentity) -> str:
    """How the app speaks of the patient in its text."""
    return words.one_line(patient.call_name or patient.given or patient.family, 60) or _("the patient")


async def frame(visit: Visit, patient: PatientIdentity, step: str, *, buttons: bool = False) -> Frame:
    """`step`: which of the four is current, "" for none. `buttons`: steps are buttons of the page's form.

    The clinician's name is read with the chart; a page does not wait long for it.
    """
    launch = visit.session.launch
    today = words.weekday(visit.services.today())
    reading = visit.services.charts.of(visit.session)
    details = await soon(reading.clinician(), _CLINICIAN_WAIT_S)
    clinician = words.one_line(details.name, 60) if details else ""
    return Frame(
        banner=banner(patient, visit),
        call_name=call_name(patient),
        steps=tuple(
            Step(name, visit.path(path), _(short), _(rest), is_current=name == step, is_button=buttons)
            for name, path, short, rest in _STEPS
        ),
        visit_line=sentences((words.details([today]), clinician)) if clinician else today,
        is_test_data=visit.session.registration.is_sandbox,
        token=visit.token,
        patient_id=launch.patient_id,
        base=visit.path(),
        open=(shown := open_view(visit)),
        open_line=_("Open until %(time)s", time=shown.time),
    )


def full_name(patient: PatientIdentity) -> str:
    """DELGADO, Rosa (Mrs)"""
    family = words.one_line(patient.family, _NAME_LIMIT).upper()
    given = words.one_line(patient.given, _NAME_LIMIT)
    prefix = words.one_line(patient.prefix, 20)
    name = ", ".join(part for part in (family, given) if part) or _("Name not known")
    return f"{name} ({prefix})" if prefix else name
