"""The handout's pages: what can go on it, the page itself, and links to general information."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel import UnknownLocaleError
from babel.dates import format_date

from smartapp.fhir.patient_record import PatientRecord
from smartapp.i18n import gettext as _
from smartapp.i18n import marked, ngettext
from smartapp.sdm import education
from smartapp.sdm.handout import Handout, Line
from smartapp.sdm.handout_texts import HandoutLanguage
from smartapp.sdm.model import Kind, SaidBy
from smartapp.sdm.wording import KIND_WORDS
from smartapp.web import words
from smartapp.web.handout_kept import Choices, Kept
from smartapp.web.presenters.filing import FilingView
from smartapp.web.presenters.frame import Frame
from smartapp.web.presenters.said import language_name, language_tag

_NAME_LIMIT: Final = 80
_MOST_LINKS: Final = 8
_ACTIVE: Final = frozenset({"", "active", "recurrence", "relapse"})
_NOT_KNOWN: Final = ""
_SAID_IN: Final = ("en", "es", "zh-Hans")
_DIED: Final = marked("The chart says that this patient has died. There is no handout here.")
_NOTHING: Final = marked("Nothing that can go on the page is on file. You can still print it.")
_FROM_EARLIER: Final = marked("What you typed at %(time)s, before this visit was opened again, is here.")
_STRENGTH: Final = marked("It goes below: Ask the patient about.")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several. `note` "" for none."""

    value: str
    label: str
    is_chosen: bool
    note: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """`about`: what it is, whose, and when."""

    id: str
    words: str
    lang: str
    is_quoted: bool
    about: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class LineGroup:
    """`is_open` False: folded, for it is long and nothing in it is chosen."""

    id: str
    heading: str
    note: str
    lines: tuple[LineView, ...]
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class LinkView:
    label: str
    url: str
    language: str


@dataclass(frozen=True, slots=True)
class FormPage:
    """`stopped`: why there is no handout here, "" as a rule; nothing else is shown then. `kept`: since when
    the text of an earlier launch is kept, "" for none.
    """

    frame: Frame
    stopped: str
    kept: str
    kept_at: str
    languages: tuple[Choice, ...]
    no_language: str
    groups: tuple[LineGroup, ...]
    nothing: str
    unsent: str
    name_label: str
    uses_name: bool
    said_in: tuple[Choice, ...]
    written_in: tuple[Choice, ...]
    choices: Choices
    links: tuple[LinkView, ...]


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """`draft`: what the clinician has to know before it is printed; `failed`: that no PDF file could be made.
    Both "" for nothing. `filing`: what becomes of it in the chart.
    """

    frame: Frame
    handout: Handout
    filing: FilingView
    draft: str
    can_make_pdf: bool
    failed: str


@dataclass(frozen=True, slots=True)
class PaperPage:
    """The page and nothing around it."""

    handout: Handout
    is_test_data: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form is made from. `ticked`: ids. `unsent`: how many statements are typed and not sent.
    `links`: whether links to general information are offered here.
    """

    record: PatientRecord
    lines: tuple[Line, ...]
    ticked: frozenset[str]
    choices: Choices
    kept: Kept | None
    languages: Mapping[str, HandoutLanguage]
    unsent: int
    links: bool
    today: date


def form_page(frame: Frame, shown: Shown) -> FormPage:
    record, choices, kept = shown.record, shown.choices, shown.kept
    return FormPage(
        frame=frame,
        stopped=_(_DIED) if record.patient.deceased else "",
        kept=_(_FROM_EARLIER, time=words.clock_time(kept.at)) if kept and kept.is_earlier else "",
        kept_at=_("Kept %(time)s", time=words.clock_time(kept.at)) if kept else "",
        languages=tuple(_language(each, choices) for each in shown.languages.values()),
        no_language=_no_language(record.patient.language, shown.languages),
        groups=tuple(_groups(shown)),
        nothing="" if shown.lines else _(_NOTHING),
        unsent=_unsent(shown.unsent),
        name_label=_("Write the first name on it: %(name)s", name=frame.call_name),
        uses_name=choices.uses_name,
        said_in=_tags(choices.said_in, _SAID_IN),
        written_in=_tags(choices.written_in, _SAID_IN),
        choices=choices,
        links=_links(record, choices.language) if shown.links else (),
    )


def printed_page(
    frame: Frame, handout: Handout, *, filing: FilingView, can_make_pdf: bool, has_failed: bool
) -> PrintedPage:
    return PrintedPage(
        frame=frame,
        handout=handout,
        filing=filing,
        draft=_("Draft translation. It needs a qualified translator.") if handout.draft else "",
        can_make_pdf=can_make_pdf,
        failed=_("The PDF file could not be made. Print the page with the browser.") if has_failed else "",
    )


def day_in(tag: str, day: date) -> str:
    """The day as the language writes it: "June 9, 2026", "9 de junio de 2026"."""
    try:
        return format_date(day, format="long", locale=tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return day.isoformat()


def _language(language: HandoutLanguage, choices: Choices) -> Choice:
    return Choice(
        language.tag,
        language.name,
        language.tag == choices.language,
        _("Draft translation. It needs a qualified translator.") if language.is_draft else "",
        lang=language.tag,
    )


def _no_language(tag: str, languages: Mapping[str, HandoutLanguage]) -> str:
    """For a patient in whose language there is no page."""
    base = tag.partition("-")[0].casefold()
    if not base or any(each.partition("-")[0] == base for each in languages):
        return ""
    return _("There is no handout in %(language)s. Offer an interpreter.", language=language_name(tag))


def _groups(shown: Shown) -> Iterable[LineGroup]:
    def views(lines: Iterable[Line]) -> tuple[LineView, ...]:
        return tuple(_line(line, is_ticked=line.id in shown.ticked) for line in lines)

    today = views(line for line in shown.lines if line.is_today and line.kind is not Kind.DECISION)
    decided = views(line for line in shown.lines if line.is_today and line.kind is Kind.DECISION)
    before = views(line for line in shown.lines if not line.is_today)
    if today:
        yield LineGroup("today", _("Said in this visit"), "", today)
    if decided:
        yield LineGroup("decided", _("Decided in this visit"), "", decided)
    if before:
        note = _("Tick what is still true, after you asked.")
        is_open = any(view.is_ticked for view in before) or not (today or decided)
        yield LineGroup("before", _("In the chart"), note, before, is_open=is_open)


def _line(line: Line, *, is_ticked: bool) -> LineView:
    speaker = words.one_line(line.speaker, _NAME_LIMIT) or _("someone close")
    parts = [
        _(KIND_WORDS[line.kind]),
        words.day(line.said_on) if line.said_on else "",
        _("said by %(who)s", who=speaker) if line.said_by is SaidBy.RELATED_PERSON else "",
        _("in the clinician’s words") if line.is_summary else "",
        _("chosen: %(option)s", option=_(line.chosen)) if line.chosen else "",
    ]
    about = words.details(parts)
    if line.kind is Kind.STRENGTH:
        about = f"{about} {_(_STRENGTH)}"
    return LineView(line.id, line.words, language_tag(line.lang), line.is_quoted, about, is_ticked)


def _unsent(number: int) -> str:
    if not number:
        return ""
    return ngettext(
        "%(n)s statement is typed and not sent yet. It can go on the page when it is sent.",
        "%(n)s statements are typed and not sent yet. They can go on the page when they are sent.",
        number,
    )


def _tags(chosen: str, tags: Iterable[str]) -> tuple[Choice, ...]:
    """Languages to choose from, with "not known", or another one, at the end."""
    known = tuple(Choice(tag, language_name(tag), tag == chosen) for tag in tags)
    return (*known, Choice(_NOT_KNOWN, _("Another, or not known"), all(not one.is_chosen for one in known)))


def _links(record: PatientRecord, tag: str) -> tuple[LinkView, ...]:
    """One for each active condition of the chart with a code that the source knows."""
    found: dict[str, LinkView] = {}
    for item in record.conditions.items:
        link = education.link(item.codes, tag) if item.status in _ACTIVE else None
        label = words.one_line(item.text, _NAME_LIMIT)
        if link is not None and label and link.url not in found:
            found[link.url] = LinkView(label, link.url, language_name(link.language))
    return tuple(found.values())[:_MOST_LINKS]
