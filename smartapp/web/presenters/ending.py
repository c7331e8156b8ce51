"""The end of a visit in words: when it will come by itself, and what is left when the clinician ends it."""

from dataclasses import dataclass

from smartapp.i18n import gettext as _
from smartapp.i18n import ngettext
from smartapp.web import words
from smartapp.web.kept import Kept
from smartapp.web.presenters.banner import Banner, Looks, banner, looks
from smartapp.web.visit import Visit


@dataclass(frozen=True, slots=True)
class OpenView:
    """`is_longest`: it ends then however it is used, so that nothing can be done about it."""

    time: str
    seconds_left: int
    is_longest: bool


@dataclass(frozen=True, slots=True)
class EndingPage:
    """`unsent`: what is not known to be in the chart, as typed. `only_here`: the same in one piece where no
    later launch can be offered it, to be copied. `back`: where the clinician goes on instead. `banner`: None
    where the patient was not read yet.
    """

    heading: str
    unsent: tuple[str, ...]
    lead: str
    only_here: str
    label: str
    back: str
    action: str
    token: str
    patient_id: str
    banner: Banner | None
    looks: Looks


@dataclass(frozen=True, slots=True)
class EndedPage:
    lead: str


def open_view(visit: Visit) -> OpenView:
    """As it stands now, if nobody does anything."""
    session, services = visit.session, visit.services
    return OpenView(
        time=words.clock_time(services.local(session.open_until)),
        seconds_left=max(int((session.open_until - services.clock()).total_seconds()), 0),
        is_longest=session.open_until >= session.longest,
    )


def ending_page(visit: Visit, kept: Kept) -> EndingPage:
    patient = visit.services.charts.known_patient(visit.session)
    return EndingPage(
        heading=_("End this visit?"),
        unsent=() if kept.is_anonymous else kept.texts,
        lead=_lead(kept),
        only_here="\n\n".join(kept.texts) if kept.is_anonymous else "",
        label=_("Keep this and end the visit")
        if kept.texts and not kept.is_anonymous
        else _("End the visit"),
        back=visit.path("review" if kept.texts else ""),
        action=visit.path("end"),
        token=visit.token,
        patient_id=visit.session.launch.patient_id,
        banner=banner(patient, visit) if patient else None,
        looks=looks(visit),
    )


def ended_page(kept: Kept) -> EndedPage:
    if not kept.texts or kept.is_anonymous:
        return EndedPage(_("Nothing more is read or sent from here."))
    return EndedPage(
        ngettext(
            "%(n)s statement is kept for 12 hours, for you and this patient only.",
            "%(n)s statements are kept for 12 hours, for you and this patient only.",
            len(kept.texts),
        )
    )


def _lead(kept: Kept) -> str:
    if not kept.texts:
        return _("Nothing is waiting to be sent.")
    if kept.is_anonymous:
        return _(
            "The EHR did not say who is signed in, so these words cannot be offered to you again. "
            "Copy what you need before you end the visit."
        )
    return _(
        "This is not known to be in the chart. It is kept for 12 hours, for you and this patient only. "
        "You will be offered it when you open Common Ground again from this patient's chart."
    )
