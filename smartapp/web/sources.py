"""What stands behind the reminders: for people as a page, for programs as JSON. Knows no patient."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from smartapp.sdm.explain import About, about
from smartapp.sdm.knowledge import Tier
from smartapp.web import words
from smartapp.web.services import services_of


@dataclass(frozen=True, slots=True)
class ReminderLink:
    id: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class SourcesPage:
    universal: tuple[ReminderLink, ...]
    decisions: tuple[ReminderLink, ...]


@dataclass(frozen=True, slots=True)
class CitationView:
    text: str
    link: str
    supports: str
    grade: str


@dataclass(frozen=True, slots=True)
class SourcePage:
    """`attributes`: (number, label, value)."""

    id: str
    text: str
    version: str
    why: str
    limits: str
    rule: tuple[str, ...]
    unless: tuple[str, ...]
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

    def links(tier: Tier) -> tuple[ReminderLink, ...]:
        return tuple(
            ReminderLink(reminder.id, reminder.text, f"{services.root}/sources/{reminder.id}")
            for reminder in services.catalogue.reminders
            if reminder.tier is tier
        )

    page = SourcesPage(links(Tier.UNIVERSAL), links(Tier.DECISION))
    return HTMLResponse(await services.pages.html("sources.html", page))


async def show(request: Request) -> Response:
    services = services_of(request)
    found = about(services.catalogue, request.path_params["reminder_id"])
    return HTMLResponse(await services.pages.html("source.html", _page(found, services.root)))


async def as_json(request: Request) -> Response:
    found = about(services_of(request).catalogue, request.path_params["reminder_id"])
    reminder = found.reminder
    return JSONResponse(
        {
            "id": reminder.id,
            "text": reminder.text,
            "version": reminder.version,
            "released": reminder.released.isoformat(),
            "reviewed": reminder.reviewed.isoformat(),
            "reviewer": " ".join(reminder.reviewer.split()),
            "why": reminder.why,
            "limits": reminder.limits,
            "rule": list(found.rule),
            "unless": list(found.unless),
            "reads": list(found.reads),
            "when_missing": found.when_missing,
            "sources": [
                {
                    "citation": source.citation,
                    "supports": source.supports,
                    "grade": source.grade,
                    "link": source.link,
                }
                for source in found.sources
            ],
            "source_attributes": [
                {"number": number, "label": label, "value": value}
                for number, (label, value) in enumerate(found.attributes, start=1)
            ],
        }
    )


def _page(found: About, root: str) -> SourcePage:
    reminder = found.reminder
    return SourcePage(
        id=reminder.id,
        text=reminder.text,
        version=f"Reminder {reminder.id}, version {reminder.version}",
        why=reminder.why,
        limits=reminder.limits,
        rule=found.rule,
        unless=found.unless,
        reads=words.sentence(", ".join(found.reads)) or "Nothing in the chart",
        when_missing=found.when_missing,
        shown_with=found.shown_with,
        citations=tuple(
            CitationView(s.citation, s.link, s.supports, words.sentence(s.grade)) for s in found.sources
        ),
        attributes=tuple((number, *pair) for number, pair in enumerate(found.attributes, start=1)),
        released=words.day(reminder.released),
        reviewed=f"{words.day(reminder.reviewed)}, by {' '.join(reminder.reviewer.split())}",
        json_url=f"{root}/sources/{reminder.id}.json",
        all_url=f"{root}/sources",
    )
