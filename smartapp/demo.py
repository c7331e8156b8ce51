"""The app and its pretend EHR in one process on loopback: no internet, nothing left behind."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretBytes
from starlette.applications import Starlette

from smartapp.app import create_app
from smartapp.clock import Clock, now
from smartapp.i18n import Language
from smartapp.sandbox import questionnaire
from smartapp.sandbox.bundles import load_bundles
from smartapp.sandbox.clients import demo_clients
from smartapp.sandbox.habits import put_on
from smartapp.sandbox.manner import Manner
from smartapp.sandbox.page import start_page_routes
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.sandbox.stories import earlier_versions, story_resources
from smartapp.sandbox.vendors import MANNERS
from smartapp.serving import Listener, bind, serve
from smartapp.settings import Settings
from smartapp.smart.registration import Mode, Questionnaire, Registration
from smartapp.smart.registrations import Registrations

HOST = "127.0.0.1"
SCOPES = (
    "launch", "openid", "fhirUser", "online_access",
    "patient/Patient.r", "patient/Encounter.rs", "patient/Condition.rs", "patient/MedicationRequest.rs",
    "patient/AllergyIntolerance.rs", "patient/Goal.crus", "patient/Observation.crus",
    "patient/CarePlan.crus", "patient/List.crus", "patient/CareTeam.rs", "patient/RelatedPerson.rs",
    "patient/Consent.rs", "patient/QuestionnaireResponse.crus", "patient/ServiceRequest.rs",
    "patient/DocumentReference.crus", "patient/Binary.r", "patient/DiagnosticReport.rs",
    "patient/Composition.rs", "patient/ClinicalImpression.rs", "patient/Provenance.crs",
    "user/Practitioner.r", "user/PractitionerRole.r",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Demo:
    """Both apps and the sockets they will answer on. `folder` holds the app's database, and is deleted with
    the demo. `url` is where a person begins.
    """

    ehr: DemoEhr
    app: Starlette
    listeners: tuple[Listener, Listener]
    folder: "TemporaryDirectory[str]"
    url: str


def build_demo(
    *,
    app_port: int = 8000,
    ehr_port: int = 9000,
    bundles: Sequence[Path] = (),
    clock: Clock = now,
    ehr: str = "full",
    habits: Sequence[str] = (),
    languages: Mapping[str, Language] | None = None,
) -> Demo:
    """Bind both ports (0: any free one) and build what will answer there. `ehr`: whose server the pretend
    EHR behaves like, a name of MANNERS. `habits`: names of HABITS that it has besides. `languages` as in
    `create_app`.

    Raises ConfigurationError when a port is taken, BundleError when a file cannot be loaded, HabitsDisagree.
    """
    loaded = load_bundles(bundles)
    app_socket, ehr_socket = bind(HOST, app_port), bind(HOST, ehr_port)
    app_url = f"http://{HOST}:{app_socket.getsockname()[1]}"
    ehr_url = f"http://{HOST}:{ehr_socket.getsockname()[1]}"
    pretend = demo_ehr(ehr_url, app_url, resources=loaded, clock=clock, manner=MANNERS[ehr])
    put_on(pretend.faults, habits)
    folder = TemporaryDirectory(prefix="common-ground-demo-")
    settings = demo_settings(app_url, Path(folder.name))
    app = create_app(
        settings, demo_registrations(pretend, app_url, ehr_url), clock=clock, languages=languages
    )
    listeners = (Listener(app, app_socket), Listener(pretend.app, ehr_socket))
    return Demo(pretend, app, listeners, folder, url=f"{ehr_url}/")


async def run_demo(demo: Demo, *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    """Serve both until `stop`, then delete what was kept."""
    with demo.folder:
        await serve(demo.listeners, ready=ready, stop=stop)


def demo_ehr(
    ehr_url: str, app_url: str, *, resources: Sequence[dict[str, object]], clock: Clock, manner: Manner
) -> DemoEhr:
    """The pretend EHR with its stories, its start page, and whatever was loaded beside them."""
    made: list[DemoEhr] = []
    today = clock().astimezone().date()
    ehr = create_demo_ehr(
        base_url=ehr_url,
        app_launch_url=f"{app_url}/launch",
        resources=[*story_resources(today), *resources],
        earlier=earlier_versions(today),
        clients=demo_clients(f"{app_url}/callback"),
        clock=clock,
        routes=start_page_routes(lambda: made[0], clock=clock),
        manner=manner,
    )
    made.append(ehr)
    return ehr


def demo_settings(app_url: str, folder: Path) -> Settings:
    """A database in a temporary folder, sealed with a key that nobody has."""
    return Settings(
        base_url=app_url,
        database_url=f"sqlite+aiosqlite:///{folder / 'demo.sqlite3'}",
        launch_config=Path(),
        secret_keys=(SecretBytes(os.urandom(32)),),
    )


def demo_registrations(ehr: DemoEhr, app_url: str, ehr_url: str) -> Registrations:
    """The demo EHR with SMART, and the same data as an open server without it."""
    smart = Registration(
        id="demo",
        label="Demo EHR",
        iss=(ehr.fhir_base,),
        environment="sandbox",
        frame_ancestors=(ehr_url,),
        client_id="demo-public",
        redirect_uri=f"{app_url}/callback/demo",
        scopes=SCOPES,
        files_handout=True,
    )
    without_oauth = Registration(
        id="demo-open",
        label="Demo FHIR server without sign-in",
        iss=(ehr.open_fhir_base,),
        mode=Mode.OPEN,
        environment="sandbox",
        frame_ancestors=(ehr_url,),
        files_handout=True,
    )
    return Registrations((as_registered(smart, ehr.manner), as_registered(without_oauth, ehr.manner)))


def as_registered(registration: Registration, manner: Manner) -> Registration:
    """The registration with what a site whose server has this manner would configure."""
    form = Questionnaire(questionnaire.CANONICAL, questionnaire.LINK_IDS) if manner.has_form else None
    return replace(registration, vendor=manner.vendor, questionnaire=form)
