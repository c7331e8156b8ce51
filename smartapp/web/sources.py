"""What stands behind everything that the app offers: for people as pages, for programs as JSON. Knows no
patient.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from smartapp.i18n import ENGLISH, marked, speaking
from smartapp.i18n import gettext as _
from smartapp.sdm.because import Line
from smartapp.sdm.explain import About, Intervention, about_any, about_wording
from smartapp.sdm.knowledge import Catalogue, Guide, Question, Reminder, Sheet, Tier
from smartapp.sdm.phrases import ended
from smartapp.sdm.translations import IN_ENGLISH, Speech, Told
from smartapp.web import words
from smartapp.web.services import Services, services_of
from smartapp.web.speaking import other_language
from smartapp.web.telling import mark, speech_of

_KINDS = {
    Intervention.REMINDER: marked("Reminder"),
    Intervention.QUESTION: marked("Question"),
    Intervention.GUIDE: marked("Guide"),
    Intervention.SHEET: marked("Decision sheet"),
    Intervention.WORDING: marked("Wording"),
}
_HOLDS = {Intervention.GUIDE: marked("Its steps"), Intervention.SHEET: marked("Its options, in A to Z order")}


@dataclass(frozen=True, slots=True)
class Link:
    """`lead`: the id, "" where it says nothing. `lang`: of `text` where that is not the page's, else ""."""

    lead: str
    text: str
    url: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """`mark`: that some of it is a draft, or in English; "" for neither."""

    sections: tuple[Section, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class CitationView:
    """`text`: as it was published. `lang`: of `supports` where that is not the page's, else ""."""

    text: str
    link: str
    supports: str
    grade: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """`attributes`: (number, label, value). Texts that it has none of are "". `lang` of its own texts, and
    that of each line of `rule` and `unless`: "" where it is the page's.
    """

    text: str
    version: str
    why: str
    limits: str
    rule: tuple[tuple[str, str], ...]
    unless: tuple[tuple[str, str], ...]
    holds_heading: str
    holds: tuple[str, ...]
    reads: str
    when_missing: str
    shown_with: str
    citations: tuple[CitationView, ...]
    attributes: tuple[tuple[int, str, str], ...]
    released: str
    reviewed: str
    json_url: str
    all_url: str
    lang: str
    mark: str


async def index(request: Request) -> Response:
    services = services_of(request)
    told, speech = services.catalogue, speech_of(services.translations)
    shown: tuple[Reminder | Question | Guide | Sheet, ...] = (
        *told.reminders,
        *told.questions,
        *told.guides,
        *told.sheets,
    )
    page = SourcesPage(sections(told, services.root, speech), mark(speech.told(each) for each in shown))
    return HTMLResponse(await services.pages.html("sources.html", page))


async def show(request: Request) -> Response:
    services = services_of(request)
    return await _shown(services, _asked_for(request, speech_of(services.translations)))


async def as_json(request: Request) -> Response:
    """In English, whatever the browser speaks: a program reads it."""
    with speaking(ENGLISH):
        return JSONResponse(_values(_asked_for(request, IN_ENGLISH)))


async def show_wording(request: Request) -> Response:
    services = services_of(request)
    return await _shown(services, about_wording(services.catalogue, speech_of(services.translations)))


async def wording_as_json(request: Request) -> Response:
    with speaking(ENGLISH):
        return JSONResponse(_values(about_wording(services_of(request).catalogue)))


def sections(catalogue: Catalogue, root: str, speech: Speech = IN_ENGLISH) -> tuple[Section, ...]:
    """Every intervention of the app, by what it is."""
    found = (
        Section(_("Reminders for any visit"), _reminders(catalogue, root, Tier.UNIVERSAL, speech=speech)),
        Section(
            _("Reminders when the chart holds something"),
            _reminders(catalogue, root, Tier.DECISION, speech=speech),
        ),
        Section(
            _("Questions"),
            tuple(
                _link(Intervention.QUESTION, root, told, text=told.thing.text)
                for told in map(speech.told, catalogue.questions)
            ),
        ),
        Section(
            _("Guides"),
            tuple(
                _link(Intervention.GUIDE, root, told, text=told.thing.label)
                for told in map(speech.told, catalogue.guides)
            ),
        ),
        Section(
            _("Decision sheets"),
            tuple(
                _link(Intervention.SHEET, root, told, text=told.thing.question)
                for told in map(speech.told, catalogue.sheets)
            ),
        ),
        Section(
            _("Wording"), (Link("", about_wording(catalogue).text, f"{root}/sources/{Intervention.WORDING}"),)
        ),
    )
    return tuple(section for section in found if section.links)


def citations(about: About) -> tuple[CitationView, ...]:
    """The sources, each with what it shows and how sure it is."""
    return tuple(
        CitationView(
            told.thing.citation,
            told.thing.link,
            told.thing.supports,
            ended(words.sentence(_(told.thing.grade))),
            other_language(told.language),
        )
        for told in about.sources
    )


def path_of(about: About) -> str:
    """The page's path below "/sources/"."""
    if about.kind is Intervention.WORDING:
        return about.kind
    return about.id if about.kind is Intervention.REMINDER else f"{about.kind}/{about.id}"


def _link(
    kind: Intervention, root: str, told: Told[Question] | Told[Guide] | Told[Sheet], *, text: str
) -> Link:
    return Link("", text, f"{root}/sources/{kind}/{told.thing.id}", other_language(told.language))


def _reminders(catalogue: Catalogue, root: str, tier: Tier, *, speech: Speech) -> tuple[Link, ...]:
    return tuple(
        Link(
            told.thing.id,
            told.thing.text,
            f"{root}/sources/{told.thing.id}",
            other_language(told.language),
        )
        for told in map(speech.told, catalogue.reminders)
        if told.thing.tier is tier
    )


def _asked_for(request: Request, speech: Speech) -> About:
    """Raises NotFound."""
    path, catalogue = request.path_params, services_of(request).catalogue
    return about_any(catalogue, path.get("kind", Intervention.REMINDER), path["id"], speech)


async def _shown(services: Services, about: About) -> Response:
    return HTMLResponse(await services.pages.html("source.html", _page(about, services.root)))


def _values(about: About) -> dict[str, object]:
    return {
        "kind": about.kind,
        "id": about.id,
        "text": about.text,
        "version": about.version or None,
        "released": about.released.isoformat() if about.released else None,
        "reviewed": about.reviewed.isoformat() if about.reviewed else None,
        "reviewer": about.reviewer,
        "why": about.why,
        "limits": about.limits,
        "rule": [line.text for line in about.rule],
        "unless": [line.text for line in about.unless],
        "holds": list(about.holds),
        "reads": list(about.reads),
        "when_missing": about.when_missing,
        "sources": [
            {"citation": one.citation, "supports": one.supports, "grade": one.grade, "link": one.link}
            for one in (told.thing for told in about.sources)
        ],
        "source_attributes": [
            {"number": number, "label": label, "value": value}
            for number, (label, value) in enumerate(about.attributes, start=1)
        ],
    }


def _page(about: About, root: str) -> SourcePage:
    url = f"{root}/sources/{path_of(about)}"
    return SourcePage(
        text=about.text,
        version=_version(about),
        why=about.why,
        limits=about.limits,
        rule=_lines(about.rule),
        unless=_lines(about.unless),
        holds_heading=_(_HOLDS.get(about.kind, "")),
        holds=about.holds,
        reads=words.sentence(words.listed(about.reads)) or _("Nothing in the chart"),
        when_missing=about.when_missing,
        shown_with=about.shown_with,
        citations=citations(about),
        attributes=tuple((number, *pair) for number, pair in enumerate(about.attributes, start=1)),
        released=words.day(about.released) if about.released else "",
        reviewed=_("%(day)s, by %(who)s", day=words.day(about.reviewed), who=about.reviewer)
        if about.reviewed
        else _("By %(who)s", who=about.reviewer),
        json_url=f"{url}.json",
        all_url=f"{root}/sources",
        lang=other_language(about.language),
        mark=mark([about]),
    )


def _lines(lines: Iterable[Line]) -> tuple[tuple[str, str], ...]:
    return tuple((line.text, other_language(line.language)) for line in lines)


def _version(about: About) -> str:
    kind = _(_KINDS[about.kind])
    if about.kind is Intervention.REMINDER:
        return _("%(kind)s %(id)s, version %(version)s", kind=kind, id=about.id, version=about.version)
    return _("%(kind)s, version %(version)s", kind=kind, version=about.version) if about.version else kind
