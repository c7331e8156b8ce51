"""Who made this and who pays for it, what it never does, what becomes of data, and how it is meant to stand
under the law. Knows no patient.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp import __version__
from smartapp.i18n import gettext as _
from smartapp.sdm.explain import DEVELOPER, FUNDING
from smartapp.web.services import services_of


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """`lines` above the list of `points`, `after` below it."""

    heading: str
    lines: tuple[str, ...]
    points: tuple[str, ...] = ()
    after: str = ""


@dataclass(frozen=True, slots=True)
class AboutPage:
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]


async def show(request: Request) -> Response:
    page = AboutPage(_facts(), (_never(), _data(), _law(), _review()))
    return HTMLResponse(await services_of(request).pages.html("about.html", page))


def _facts() -> tuple[Fact, ...]:
    return (
        Fact(_("Made by"), DEVELOPER),
        Fact(_("Funding"), _(FUNDING)),
        Fact(_("Version"), __version__),
        Fact(_("License"), _("Apache 2.0. Anyone can read, change and share the code.")),
    )


def _never() -> Section:
    return Section(
        _("What it never does"),
        (),
        (
            _("No rule reads race, ethnicity, religion, sexual orientation, gender identity or sex."),
            _("It scores nobody, ranks nobody, and reports no clinician to anyone."),
            _("It guesses nothing about a patient: not trust, not honesty, not risk."),
            _("It gives no patient a label, and no tips by culture."),
            _("It stops nobody, and asks nobody for a reason."),
            _("It writes nothing to the chart before you press a button."),
            _("It changes no patient’s words, and nobody else’s notes."),
            _("It does not say who wrote a word that may color the picture."),
            _("It makes no claim to lower bias or to change outcomes. Nobody has tested that."),
        ),
    )


def _data() -> Section:
    return Section(
        _("What becomes of data"),
        (
            _("It reads the chart of the patient whose visit is open, and asks nobody but the EHR."),
            _("What you type is kept sealed until it is sent, for 12 hours after the last change."),
            _(
                "For longer it keeps marks that cannot be read (what was set aside, hidden or shown before), "
                "and what was not useful, without names."
            ),
        ),
    )


def _law() -> Section:
    return Section(
        _("Why it is meant to be no medical device"),
        (
            _(
                "The reminders and sheets are meant to meet the four criteria of section 520(o)(1)(E) of the "
                "US Federal Food, Drug, and Cosmetic Act:"
            ),
        ),
        (
            _("It takes in no image, no signal and no pattern: only entries of the chart and single values."),
            _("It shows and prints medical information, such as what was said and what a source found."),
            _("It supports a clinician with options and lists. It gives no risk score and no urgent order."),
            _("The clinician can review the basis of each line: rule, findings, sources and limits."),
        ),
        _(
            "A handout is for the patient and stands outside these criteria: it holds the patient’s own "
            "words, what was agreed, and general education. This is our aim and no legal advice, and no "
            "authority has reviewed it."
        ),
    )


def _review() -> Section:
    return Section(
        _("Who has reviewed the content"),
        (
            _("The project team, against the sources."),
            _(
                "No practicing clinician and no patient partner outside the project has reviewed it yet. "
                "Sites have their own people read it first."
            ),
        ),
    )
