"""Builds the app: the only place where its parts are made and joined."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from starlette.applications import Starlette

from smartapp import logs
from smartapp.clock import Clock, now
from smartapp.errors import ConfigurationError, StoreUnavailable
from smartapp.fhir import guard
from smartapp.fhir.capability import Capabilities
from smartapp.http import AsyncBaseTransport, open_transport
from smartapp.i18n import LANGUAGES, Language, load_languages
from smartapp.notes.reader import note_reader
from smartapp.observability.chosen import Observed, observed
from smartapp.observability.watch import Watch
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.handout_content import load_handouts
from smartapp.sdm.handout_texts import Handouts
from smartapp.sdm.knowledge import Catalogue
from smartapp.sdm.measured import asked
from smartapp.sdm.translations import Translations, load_translations
from smartapp.settings import Settings
from smartapp.smart.authorization import Authorization
from smartapp.smart.doors import Doors
from smartapp.smart.registrations import Registrations
from smartapp.smart.sessions import Sessions
from smartapp.smart.styles import Styles
from smartapp.store.audit import Audit
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.engines import database_kind
from smartapp.store.feedback import FeedbackBox
from smartapp.store.hidden import Hidden
from smartapp.store.keyring import open_store
from smartapp.store.launches import Launches, PendingLaunches
from smartapp.store.ledger import Ledger
from smartapp.store.retention import Retention
from smartapp.store.set_aside import SetAside
from smartapp.store.shown import Shown
from smartapp.store.vault import Vault
from smartapp.web.charts import Charts
from smartapp.web.errors import exception_handlers
from smartapp.web.middleware import middleware
from smartapp.web.pdf import pdf_printer
from smartapp.web.rate_limit import RateLimit
from smartapp.web.rendering import HANDOUT_CSS, Pages
from smartapp.web.routes import routes
from smartapp.web.services import Services
from smartapp.writing.changing import Changer
from smartapp.writing.filing import Filer
from smartapp.writing.sender import Sender

CONTENT = Path(__file__).parent / "content"
_CLEAN_UP_EVERY_S = 600


def create_app(
    settings: Settings,
    registrations: Registrations,
    *,
    transport: AsyncBaseTransport | None = None,
    clock: Clock = now,
    languages: Mapping[str, Language] | None = None,
    watched: Observed | None = None,
) -> Starlette:
    """The ASGI app. `transport` is how it reaches EHRs: the network by default, a fake wire in tests.
    `languages` of its pages, by tag: those it comes with by default. `watched`: what is counted and traced;
    what the settings say by default.

    Faults of content and of the database's URL are raised here, before anything is served; the database is
    opened when the app starts.
    """
    database_kind(settings.database_url)
    catalogue = load_catalogue(CONTENT, settings.content_dir)
    handouts = load_handouts(CONTENT, settings.content_dir)
    translations = load_translations(
        CONTENT, LANGUAGES[1:], extra=settings.content_dir, drafts=settings.draft_translations
    )
    outbound = transport or open_transport()
    seen = watched or observed(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        database, vault = await _opened(settings)
        parts = _Parts(
            settings, registrations, catalogue, handouts, translations, database, vault, outbound, clock, seen
        )
        app.state.services = joined = services(parts)
        guard.warm()
        note_reader()
        await _tell_head(joined.audit)
        cleaning = asyncio.create_task(_clean_up(Retention(database, clock), joined))
        try:
            yield
        finally:
            cleaning.cancel()
            await asyncio.gather(cleaning, return_exceptions=True)
            await joined.charts.finish()
            await joined.styles.finish()
            await _tell_head(joined.audit)
            await database.close()
            if transport is None:
                await outbound.aclose()
            await asyncio.to_thread(seen.traces.close)

    app = Starlette(
        routes=routes(),
        middleware=middleware(languages or load_languages(), metrics=seen.metrics, traces=seen.traces),
        exception_handlers=exception_handlers(),
        lifespan=lifespan,
    )
    # Starlette would mend a missing slash with a redirect to whatever the Host header says (threat T11).
    app.router.redirect_slashes = False
    return app


async def _opened(settings: Settings) -> tuple[Database, Vault]:
    """The database and what seals it. Why they cannot be opened is told in the log, for the server says only
    that it stops.
    """
    try:
        return await open_store(settings.database_url, settings.secret_keys)
    except (StoreUnavailable, ConfigurationError) as error:
        logs.event("database-not-opened", level=logging.ERROR, detail=error.detail)
        raise


async def _clean_up(retention: Retention, joined: Services) -> None:
    """End what nobody uses and delete what is too old, now and every ten minutes."""
    while True:
        joined.charts.sweep()
        try:
            await joined.sessions.end_lapsed()
            await retention.purge()
        except StoreUnavailable as error:
            logs.event("purge-failed", level=logging.WARNING, detail=error.detail)
        await asyncio.sleep(_CLEAN_UP_EVERY_S)
        await _tell_head(joined.audit)


async def _tell_head(audit: Audit) -> None:
    """Note in the log, which is kept elsewhere, how far the audit trail goes: rows that are cut off at its
    end are missed by nothing else.
    """
    try:
        logs.event("audit-head", detail=str(await audit.head()))
    except StoreUnavailable as error:
        logs.event("audit-head-unknown", level=logging.WARNING, detail=error.detail)


@dataclass(frozen=True)
class _Parts:
    """What everything else is made from."""

    settings: Settings
    registrations: Registrations
    catalogue: Catalogue
    handouts: Handouts
    translations: Translations
    database: Database
    vault: Vault
    transport: AsyncBaseTransport
    clock: Clock
    seen: Observed


def services(parts: _Parts) -> Services:
    """Every part of the app, joined."""
    database, vault, clock, registrations = parts.database, parts.vault, parts.clock, parts.registrations
    metrics = parts.seen.metrics
    drafts = Drafts(database, vault, clock, metrics)
    launches = Launches(database, vault, clock)
    doors = Doors(parts.transport, registrations, watch=Watch(metrics, parts.seen.traces, clock))
    pending = PendingLaunches(database, vault, clock)
    audit = Audit(database, vault, clock, names_patients=parts.settings.audit_names_patients)
    ledger = Ledger(database, vault, clock, audit=audit)
    sender = Sender(ledger, drafts, clock, lambda: uuid4().hex, metrics=metrics)
    return Services(
        settings=parts.settings,
        clock=clock,
        database=database,
        vault=vault,
        audit=audit,
        registrations=registrations,
        authorization=Authorization(
            registrations, doors, pending=pending, launches=launches, drafts=drafts, clock=clock
        ),
        sessions=Sessions(registrations, doors, launches=launches, clock=clock, audit=audit, metrics=metrics),
        styles=Styles(doors, clock),
        drafts=drafts,
        set_aside=SetAside(database, vault, clock),
        shown=Shown(database, vault, clock),
        hidden=Hidden(database, vault, clock),
        feedback=FeedbackBox(database, vault, clock),
        sender=sender,
        changer=Changer(sender, ledger, clock),
        filer=Filer(sender, ledger, clock),
        capabilities=Capabilities(clock),
        charts=Charts(doors, clock, values=asked(parts.catalogue.conditions), audit=audit),
        catalogue=parts.catalogue,
        translations=parts.translations,
        handouts=parts.handouts,
        launch_limit=RateLimit(clock, per_minute=parts.settings.launches_per_minute),
        metrics_page=parts.seen.metrics_page,
        pdf=pdf_printer(HANDOUT_CSS),
        pages=Pages(urlsplit(parts.settings.base_url).path.rstrip("/")),
    )
