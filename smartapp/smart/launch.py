"""The two states of a launch, as two types, and what is kept with them."""

from dataclasses import dataclass, field
from datetime import datetime

from smartapp.smart.scopes import GrantedScopes


@dataclass(frozen=True, slots=True)
class PendingLaunch:
    """Sent to the EHR's authorize page and not back yet. Used once, within ten minutes, by the browser that
    began it.

    `scope`: what was asked for. `issuer` and `jwks_uri`: of the id_token, where discovery named them.
    """

    registration_id: str
    launch: str | None = field(repr=False)
    code_verifier: str = field(repr=False)
    nonce: str = field(repr=False)
    authorization_endpoint: str
    token_endpoint: str
    issuer: str | None
    jwks_uri: str | None
    iss_parameter_supported: bool
    started_at: datetime
    fhir_base: str
    scope: str
    revocation_endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Clinician:
    """The signed-in user, from the verified id_token.

    `subject` is stable for this user at this issuer, and never shown. `reference`: relative
    ("Practitioner/7"), "" when the EHR gave none. `fhir_user` is the claim as it came; one on another server
    is kept and never fetched. Name and role are read with the chart.
    """

    subject: str
    reference: str = ""
    fhir_user: str = ""


@dataclass(frozen=True, slots=True)
class ActiveLaunch:
    """One clinician, one patient, one encounter, one EHR: fixed at the code exchange and never changed. There
    is no "current patient".

    `id` is the opaque handle in every URL. `encounter_id` may be missing. `fhir_context` holds relative
    references. `style_url` is not fetched here. `expires_at`: absolute end. `revocation_endpoint`: where the
    tokens are given back, "" where the EHR names no place.
    """

    id: str
    registration_id: str
    fhir_base: str
    patient_id: str
    encounter_id: str | None
    clinician: Clinician
    scopes: GrantedScopes
    needs_patient_banner: bool
    started_at: datetime
    expires_at: datetime
    intent: str | None = None
    style_url: str | None = None
    fhir_context: tuple[str, ...] = ()
    tenant: str | None = None
    token_endpoint: str = ""
    revocation_endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token endpoint gave; kept encrypted. `access_token` is opaque and None in an open sandbox.
    `expires_at` may be unknown. `token_endpoint`: where they came from, and the only place the refresh token
    may go. `renewing_since`: when a process set out to renew them, if one did.
    """

    access_token: str | None = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    token_endpoint: str = ""
    renewing_since: datetime | None = None
