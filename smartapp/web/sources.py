"""What stands behind everything that the app offers: for people as pages, for programs as JSON. Knows no
patient.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.explain import About, Intervention, about_any, about_wording
from smartapp.sdm.knowledge import Catalogue, Tier
from smartapp.web import words
from smartapp.web.services import Services, services_of

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
    """`lead`: the id, "" where it says nothing to a reader."""

    lead: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class SourcesPage:
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class CitationView:
    text: str
    link: str
    supports: str
    grade: str


@dataclass(frozen=True, slots=True)
class SourcePage:
    """`attributes`: (number, label, value). Texts that it has none of are ""."""

    text: str
    version: str
    why: str
    limits: str
    rule: tuple[str, ...]
    unless: tuple[str, ...]
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


async def index(request: Request) -> Response:
    services = services_of(request)
    page = SourcesPage(sections(services.catalogue, services.root))
    return HTMLResponse(await services.pages.html("sources.html", page))


async def show(request: Request) -> Response:
    services = services_of(request)
    return await _shown(services, _asked_for(request))


async def as_json(request: Request) -> Response:
    return JSONResponse(_values(_asked_for(request)))


async def show_wording(request: Request) -> Response:
    services = services_of(request)
    return await _shown(services, about_wording(services.catalogue))


async def wording_as_json(request: Request) -> Response:
    return JSONResponse(_values(about_wording(services_of(request).catalogue)))


def sections(catalogue: Catalogue, root: str) -> tuple[Section, ...]:
    """Every intervention of the app, by what it is."""
    found = (
        Section(_("Reminders for any visit"), _reminders(catalogue, root, Tier.UNIVERSAL)),
        Section(_("Reminders when the chart holds something"), _reminders(catalogue, root, Tier.DECISION)),
        _section(_("Questions"), Intervention.QUESTION, root, ((q.id, q.text) for q in catalogue.questions)),
        _section(_("Guides"), Intervention.GUIDE, root, ((g.id, g.label) for g in catalogue.guides)),
        _section(
            _("Decision sheets"), Intervention.SHEET, root, ((s.id, s.question) for s in catalogue.sheets)
        ),
        Section(
            _("Wording"), (Link("", about_wording(catalogue).text, f"{root}/sources/{Intervention.WORDING}"),)
        ),
    )
    return tuple(section for section in found if section.links)


def citations(about: About) -> tuple[CitationView, ...]:
    """The sources, each with what it shows and how sure it is."""
    return tuple(
        CitationView(one.citation, one.link, one.supports, words.sentence(one.grade)) for one in about.sources
    )


def path_of(about: About) -> str:
    """The page's path below "/sources/"."""
    if about.kind is Intervention.WORDING:
        return about.kind
    return about.id if about.kind is Intervention.REMINDER else f"{about.kind}/{about.id}"


def _section(heading: str, kind: Intervention, root: str, each: Iterable[tuple[str, str]]) -> Section:
    return Section(heading, tuple(Link("", text, f"{root}/sources/{kind}/{id_}") for id_, text in each))


def _reminders(catalogue: Catalogue, root: str, tier: Tier) -> tuple[Link, ...]:
    return tuple(
        Link(reminder.id, reminder.text, f"{root}/sources/{reminder.id}")
        for reminder in catalogue.reminders
        if reminder.tier is tier
    )


def _asked_for(request: Request) -> About:
    """Raises NotFound."""
    path = request.path_params
    return about_any(services_of(request).catalogue, path.get("kind", Intervention.REMINDER), path["id"])


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
        "rule": list(about.rule),
        "unless": list(about.unless),
        "holds": list(about.holds),
        "reads": list(about.reads),
        "when_missing": about.when_missing,
        "sources": [
            {"citation": one.citation, "supports": one.supports, "grade": one.grade, "link": one.link}
            for one in about.sources
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
        rule=about.rule,
        unless=about.unless,
        holds_heading=_(_HOLDS.get(about.kind, "")),
        holds=about.holds,
        reads=words.sentence(", ".join(about.reads)) or _("Nothing in the chart"),
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
    )


def _version(about: About) -> str:
    kind = _(_KINDS[about.kind])
    if about.kind is Intervention.REMINDER:
        return _("%(kind)s %(id)s, version %(version)s", kind=kind, id=about.id, version=about.version)
    return _("%(kind)s, version %(version)s", kind=kind, version=about.version) if about.version else kind
