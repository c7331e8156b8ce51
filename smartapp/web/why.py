"""Why a reminder is shown in this visit or stays away: what was asked of the chart, what was found there with
values and dates, and what could not be read.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.fhir.facts import facts_of
from smartapp.i18n import gettext as _
from smartapp.sdm.because import in_words
from smartapp.sdm.checks import Check, checks
from smartapp.sdm.conditions import Evidence
from smartapp.sdm.explain import about
from smartapp.sdm.knowledge import Reminder
from smartapp.sdm.phrases import beside
from smartapp.sdm.rule_words import told as rules
from smartapp.sdm.selection import PARTS_IN_WORDS, Prompts, Silence, SilentReminder
from smartapp.sdm.translations import Labels, Speech, Told
from smartapp.web import words
from smartapp.web.desk import look
from smartapp.web.presenters.frame import Frame
from smartapp.web.presenters.frame import frame as frame_of
from smartapp.web.prompts import reminder_in
from smartapp.web.remembered import preference_of, prompts_of
from smartapp.web.sources import CitationView, citations
from smartapp.web.speaking import other_language
from smartapp.web.telling import mark, speech_of
from smartapp.web.visit import Visit, open_visit

_HIDDEN = frozenset({Silence.HIDDEN, Silence.HIDDEN_FOR_GOOD})


@dataclass(frozen=True, slots=True)
class CheckView:
    """`rule`: what was asked of the chart, and `lang` where that is not the page's. `answer`: "Found", and
    `found` what was, or why not.
    """

    rule: str
    lang: str
    answer: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Here:
    """One reminder in this visit. `state`: shown, or why it is not. `lang`: of `text` where that is not the
    page's, else "".
    """

    id: str
    text: str
    state: str
    is_shown: bool
    is_hidden: bool
    can_hide_for_good: bool
    lang: str


@dataclass(frozen=True, slots=True)
class WhyPage:
    """`mark`: that its texts are drafts, or in English; "" for neither."""

    frame: Frame
    here: Here
    wanted: tuple[CheckView, ...]
    unwanted: tuple[CheckView, ...]
    version: str
    why: str
    limits: str
    citations: tuple[CitationView, ...]
    reviewed: str
    mark: str


@dataclass(frozen=True, slots=True)
class HerePage:
    """Every reminder of the catalogue in this visit."""

    frame: Frame
    shown: tuple[Here, ...]
    hidden: tuple[Here, ...]
    silent: tuple[Here, ...]
    mark: str


async def show(request: Request) -> Response:
    """One reminder, whether or not it is shown."""
    visit = await open_visit(request)
    reminder = reminder_in(request, visit.services)
    record = await visit.record()
    prompts = await prompts_of(visit, record, (await look(visit)).draft)
    found = checks(reminder, facts_of(record, today=visit.services.today()))
    speech = speech_of(visit.services.translations)
    told = about(visit.services.catalogue, reminder.id, speech)
    page = WhyPage(
        frame=await frame_of(visit, record.patient, ""),
        here=next(each for each in _all_here(visit, prompts) if each.id == reminder.id),
        wanted=tuple(_check(each, speech) for each in found.wanted),
        unwanted=tuple(_check(each, speech) for each in found.unwanted),
        version=_("Reminder %(id)s, version %(version)s", id=reminder.id, version=reminder.version),
        why=told.why,
        limits=told.limits,
        citations=citations(told),
        reviewed=_("%(day)s, by %(who)s", day=words.day(reminder.reviewed), who=told.reviewer),
        mark=mark([told]),
    )
    return HTMLResponse(await visit.services.pages.html("why.html", page))


async def index(request: Request) -> Response:
    """All reminders: what is shown, what was hidden and can be shown again, and why all others are silent."""
    visit = await open_visit(request)
    record = await visit.record()
    all_here = _all_here(visit, await prompts_of(visit, record, (await look(visit)).draft))
    page = HerePage(
        frame=await frame_of(visit, record.patient, ""),
        shown=tuple(each for each in all_here if each.is_shown),
        hidden=tuple(each for each in all_here if each.is_hidden),
        silent=tuple(each for each in all_here if not each.is_shown and not each.is_hidden),
        mark=mark(map(speech_of(visit.services.translations).told, visit.services.catalogue.reminders)),
    )
    return HTMLResponse(await visit.services.pages.html("here.html", page))


def _all_here(visit: Visit, prompts: Prompts) -> tuple[Here, ...]:
    """In the order of the catalogue."""
    knows = preference_of(visit) is not None
    silent = {each.reminder.id: each for each in prompts.silent}
    speech = speech_of(visit.services.translations)
    return tuple(
        _here(speech.told(reminder), silent.get(reminder.id), can_hide_for_good=knows)
        for reminder in visit.services.catalogue.reminders
    )


def _here(told: Told[Reminder], silent: SilentReminder | None, *, can_hide_for_good: bool) -> Here:
    return Here(
        id=told.thing.id,
        text=told.thing.text,
        state=silent.reason if silent else _("Shown in this visit."),
        is_shown=silent is None,
        is_hidden=silent is not None and silent.silence in _HIDDEN,
        can_hide_for_good=can_hide_for_good,
        lang=other_language(told.language),
    )


def _check(check: Check, speech: Speech) -> CheckView:
    finding = check.finding
    rule = rules((check.condition,), speech.labels)[0]
    lang = other_language(rule.language)
    if finding.holds is None:
        parts = words.listed(_(PARTS_IN_WORDS[part]) for part in finding.missing)
        return CheckView(rule.text, lang, _("Not read whole: %(parts)s", parts=parts), ())
    answer = _("Found") if finding.holds else _("Not found")
    found = tuple(_evidence(each, speech.labels) for each in finding.because)
    return CheckView(rule.text, lang, answer, found)


def _evidence(evidence: Evidence, labels: Labels) -> str:
    """What it was, with value, day and entry: "oxygen saturation 91 %, 3 May 2026 (Observation/7)" """
    what = in_words(evidence, labels)
    dated = _("%(what)s, %(day)s", what=what, day=words.day(evidence.on)) if evidence.on else what
    return beside(dated, evidence.reference)
