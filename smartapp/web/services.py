"""What the pages work with, made once by `create_app` and handed to every request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import cast
from urllib.parse import urlsplit

from starlette.requests import Request

from smartapp.clock import Clock
from smartapp.fhir.capability import Capabilities
from smartapp.sdm.handout_texts import Handouts
from smartapp.sdm.knowledge import Catalogue
from smartapp.sdm.translations import Translations
from smartapp.settings import Settings
from smartapp.smart.authorization import Authorization
from smartapp.smart.registrations import Registrations
from smartapp.smart.sessions import Sessions
from smartapp.smart.styles import Styles
from smartapp.store.audit import Audit
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.feedback import FeedbackBox
from smartapp.store.hidden import Hidden
from smartapp.store.set_aside import SetAside
from smartapp.store.shown import Shown
from smartapp.store.vault import Vault
from smartapp.web.charts import Charts
from smartapp.web.pdf import PdfPrinter
from smartapp.web.rate_limit import RateLimit
from smartapp.web.rendering import Pages
from smartapp.writing.changing import Changer
from smartapp.writing.filing import Filer
from smartapp.writing.sender import Sender


@dataclass(frozen=True, slots=True)
class Services:
    """`metrics_page`: what was counted, None while nothing is. `pdf` None: no PDF file can be made here.
    `zone`: the clinic's time zone for times on screen; None is the machine's own.
    """

    settings: Settings
    clock: Clock
    database: Database
    vault: Vault
    audit: Audit
    registrations: Registrations
    authorization: Authorization
    sessions: Sessions
    styles: Styles
    drafts: Drafts
    set_aside: SetAside
    shown: Shown
    hidden: Hidden
    feedback: FeedbackBox
    sender: Sender
    changer: Changer
    filer: Filer
    capabilities: Capabilities
    charts: Charts
    catalogue: Catalogue
    translations: Translations
    pages: Pages
    handouts: Handouts
    launch_limit: RateLimit
    metrics_page: Callable[[], tuple[bytes, str]] | None = None
    pdf: PdfPrinter | None = None
    zone: tzinfo | None = None

    @property
    def root(self) -> str:
        """The path of the base URL, "" for most: put before every address of ours."""
        return urlsplit(self.settings.base_url).path.rstrip("/")

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def today(self) -> date:
        return self.local(self.clock()).date()


def services_of(request: Request) -> Services:
    return cast(Services, request.app.state.services)
