"""Whose chart is open, said at the top of every page of a visit, and how such a page looks."""

from dataclasses import dataclass

from smartapp.fhir.patient_record import PatientIdentity
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.web import words
from smartapp.web.style import style_url
from smartapp.web.visit import Visit

_NAME_LIMIT = 120
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
    """Surname first, as the NHS banner has it; every part says "Not known" rather than nothing.

    `facts`: what stands beside the name at the top of a page. `is_slim`: the EHR shows a banner of its own
    around the app, so that ours is one quiet line. `mrn`: "" when it is not known.
    """

    name: str
    born: str
    facts: tuple[Fact, ...]
    mrn: str = ""
    is_slim: bool = False


@dataclass(frozen=True, slots=True)
class Looks:
    """What every page of a visit has, also one without the frame. `style_url`: the sheet with the EHR's
    style, "" for the app's own looks.
    """

    is_test_data: bool
    style_url: str


def looks(visit: Visit) -> Looks:
    return Looks(visit.session.registration.is_sandbox, style_url(visit))


def banner(patient: PatientIdentity, visit: Visit) -> Banner:
    """Whole, unless the EHR says that it shows one itself; then name and birth date stay all the same. The
    EHR may have gone on to another patient while this page was open.
    """
    is_slim = not (visit.session.launch.needs_patient_banner or visit.session.registration.banner == "always")
    born = words.birth(patient.birth_date, visit.services.today())
    mrn = words.one_line(patient.mrn, 40)
    facts = [Fact(_("Born"), born)]
    if not is_slim:
        gender = words.one_line(words.sentence(_(_GENDERS.get(patient.gender, patient.gender))), 30)
        facts += [Fact(_("Gender"), gender or _("Not known")), Fact(_("MRN"), mrn or _("Not known"))]
    if patient.deceased:
        facts.append(Fact(_("Deceased"), _("Yes")))
    return Banner(full_name(patient), born, tuple(facts), mrn, is_slim)


def full_name(patient: PatientIdentity) -> str:
    """DELGADO, Rosa (Mrs)"""
    family = words.one_line(patient.family, _NAME_LIMIT).upper()
    given = words.one_line(patient.given, _NAME_LIMIT)
    prefix = words.one_line(patient.prefix, 20)
    name = ", ".join(part for part in (family, given) if part) or _("Name not known")
    return f"{name} ({prefix})" if prefix else name
