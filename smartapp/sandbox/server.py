"""The demo EHR: a SMART authorization server, a FHIR R4 server and their faults, as one ASGI app."""

import secrets
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NewType
from urllib.parse import urlencode

from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import BaseRoute

from smartapp.clock import Clock, now
from smartapp.sandbox.access import OPEN_ACCESS, Access
from smartapp.sandbox.authorization import Authorization
from smartapp.sandbox.client_auth import ClientAuthentication
from smartapp.sandbox.clients import DEFAULT_CLIENTS, DemoClient
from smartapp.sandbox.discovery import Endpoints, discovery_routes
from smartapp.sandbox.faults import Faults
from smartapp.sandbox.fhir_api import FhirApi
from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.id_token import SigningKey
from smartapp.sandbox.interactions import Interactions
from smartapp.sandbox.launches import LaunchContext, Launches, NewSecret
from smartapp.sandbox.manner import Manner
from smartapp.sandbox.outcome import FhirProblem
from smartapp.sandbox.pages import Pages
from smartapp.sandbox.questionnaire import demo_questionnaire
from smartapp.sandbox.request_log import LoggedRequest, RequestLog, new_requests
from smartapp.sandbox.resource import Resource, reference_to
from smartapp.sandbox.token_endpoint import TokenEndpoint
from smartapp.sandbox.tokens import TokenVault
from smartapp.sandbox.vendors import FULL

LaunchUrl = NewType("LaunchUrl", str)
"""The app's launch address with iss and launch: what the EHR opens."""

_DEMO_CLINICIAN: Resource = {
    "resourceType": "Practitioner",
    "id": "demo-clinician",
    "name": [{"text": "Dr Robin Demo", "family": "Demo", "given": ["Robin"], "prefix": ["Dr"]}],
}


@dataclass(frozen=True, slots=True)
class DemoEhr:
    """`app`: the ASGI app. `clinician`: reference of the user who is signed in unless a launch says
    otherwise.
    """

    app: Starlette
    store: FhirStore
    faults: Faults
    endpoints: Endpoints
    requests: "deque[LoggedRequest]"
    clinician: str
    app_launch_url: str
    launches: Launches
    vault: TokenVault
    manner: Manner

    @property
    def fhir_base(self) -> str:
        return self.endpoints.fhir_base

    @property
    def open_fhir_base(self) -> str:
        return self.endpoints.open_fhir_base

    def new_launch(
        self,
        patient_id: str,
        *,
        encounter_id: str | None = None,
        user: str | None = None,
        intent: str | None = None,
        need_patient_banner: bool | None = None,
        fhir_context: tuple[Resource, ...] = (),
        tenant: str | None = None,
    ) -> LaunchUrl:
        """The clinician opens the app from this patient's chart: the URL to go to. Good for one launch.

        `need_patient_banner`: None for what the EHR's own page shows around the app.
        """
        if need_patient_banner is None:
            need_patient_banner = not self.faults.around.has_banner
        context = LaunchContext(
            patient_id,
            user or self.clinician,
            encounter_id=encounter_id,
            intent=intent,
            need_patient_banner=need_patient_banner,
            fhir_context=fhir_context,
            tenant=tenant,
        )
        query = urlencode({"iss": self.fhir_base, "launch": self.launches.add(context)})
        return LaunchUrl(f"{self.app_launch_url}?{query}")

    def expire_tokens(self) -> None:
        """Every access token given so far is over now; refresh tokens live."""
        self.vault.expire_all()

    def created(self, resource_type: str) -> list[Resource]:
        """What clients created or updated, in its newest state, in the order of the first write."""
        return self.store.written(resource_type)


def create_demo_ehr(
    *,
    base_url: str,
    app_launch_url: str,
    resources: Iterable[Resource],
    earlier: Iterable[Resource] = (),
    clients: tuple[DemoClient, ...] = DEFAULT_CLIENTS,
    clock: Clock = now,
    routes: Sequence[BaseRoute] = (),
    signing_key: RSAKey | None = None,
    new_secret: NewSecret = secrets.token_urlsafe,
    manner: Manner = FULL,
) -> DemoEhr:
    """Build a demo EHR of its own: nothing is shared with another one.

    `base_url`: scheme, host and port under which it is reached, without a slash at the end. `routes` come
    first, so that a start page can be mounted. `signing_key` saves the time to make one. `manner`: which
    vendor's server it behaves like. `earlier`: versions of `resources` before those, oldest first.
    """
    endpoints, faults = Endpoints(base_url.rstrip("/")), Faults()
    store = FhirStore((*earlier, *resources), clock=clock)
    if manner.has_form:
        store.load(demo_questionnaire())
    clinician = _clinician_of(store)
    vault, launches = TokenVault(clock=clock, new_secret=new_secret), Launches(new_secret)
    authentication = ClientAuthentication(clients, token_endpoint=endpoints.token, clock=clock)
    key = SigningKey(signing_key)
    bearer = _Bearer(vault, faults)
    requests = new_requests()
    authorization = Authorization(
        authentication, launches, vault, store, faults, endpoints, clinician, new_secret, manner
    )
    token_endpoint = TokenEndpoint(vault, authentication, endpoints, faults, key, clock, manner)
    bases = (endpoints.fhir_base, endpoints.open_fhir_base)
    interactions = Interactions(store, faults, clock, bases, manner)
    app = Starlette(
        routes=[
            *routes,
            *discovery_routes(endpoints, faults, key=key, manner=manner),
            *authorization.routes(),
            *token_endpoint.routes(),
            *_secured_api(interactions, endpoints, bearer).routes(),
            *_open_api(interactions, endpoints).routes(),
        ],
        middleware=[Middleware(RequestLog, requests=requests, clock=clock, patient_of=bearer.patient_of)],
    )
    return DemoEhr(
        app, store, faults, endpoints, requests, clinician, app_launch_url, launches, vault, manner
    )


def _clinician_of(store: FhirStore) -> str:
    """The first Practitioner of the data, or one of our own, so that the user can always be read."""
    practitioners = store.of_type("Practitioner")
    if not practitioners:
        store.load(_DEMO_CLINICIAN)
    return reference_to(practitioners[0] if practitioners else _DEMO_CLINICIAN)


def _secured_api(interactions: Interactions, endpoints: Endpoints, bearer: "_Bearer") -> FhirApi:
    base = endpoints.fhir_base
    uris = {"authorize": endpoints.authorize, "token": endpoints.token, "revoke": endpoints.revoke}
    pages = Pages(interactions.faults, fhir_base=base)
    return FhirApi(
        interactions, pages, fhir_base=base, prefix="/fhir", access_of=bearer.access_of, oauth_uris=uris
    )


def _open_api(interactions: Interactions, endpoints: Endpoints) -> FhirApi:
    base = endpoints.open_fhir_base
    pages = Pages(interactions.faults, fhir_base=base)
    return FhirApi(
        interactions,
        pages,
        fhir_base=base,
        prefix="/open/fhir",
        access_of=lambda _: OPEN_ACCESS,
        oauth_uris=None,
    )


@dataclass(frozen=True, slots=True)
class _Bearer:
    """Reads the bearer token of a request. RFC 6750."""

    vault: TokenVault
    faults: Faults

    def access_of(self, request: Request) -> Access:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise FhirProblem(
                401, "login", "a bearer token is required", headers={"WWW-Authenticate": "Bearer"}
            )
        grant = self.vault.grant_of(token)
        if grant is None or self.faults.token.expire_now:
            headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            raise FhirProblem(401, "expired", "the token is unknown, revoked or has expired", headers=headers)
        access = Access.of_token(grant.scopes, patient=grant.context.patient_id, user=grant.context.user)
        return replace(
            access,
            confines=not self.faults.read.confines_nothing,
            wildcards_write=not self.faults.token.wildcard_scopes,
        )

    def patient_of(self, authorization: str) -> str | None:
        """The patient in the context of a living token, for the request log."""
        grant = self.vault.grant_of(authorization.partition(" ")[2])
        return grant.context.patient_id if grant else None
