"""A registration: who we are at one EHR, and what we may ask of it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import SecretStr


class ClientAuth(StrEnum):
    NONE = "none"
    SECRET_BASIC = "client_secret_basic"  # noqa: S105 - the method's name in the standard, no secret
    SECRET_POST = "client_secret_post"  # noqa: S105
    PRIVATE_KEY_JWT = "private_key_jwt"


class Mode(StrEnum):
    """SMART: launched with OAuth. OPEN: a FHIR server without OAuth, sandboxes only."""

    SMART = "smart"
    OPEN = "open"


class Dialect(StrEnum):
    V1 = "v1"
    V2 = "v2"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """The site's own questionnaire. `link_ids`: the kinds of statement ("goal") that it asks for, and the
    linkId of the item that takes them, in the questionnaire's order. One item may take several kinds.
    """

    canonical: str
    link_ids: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Registration:
    """One file of launch_config.

    `iss`: every spelling accepted at launch; the first is the FHIR base. `auth_hosts`: hosts besides the
    FHIR base's that the EHR's authorize, token and key endpoints may be on ("auth.example.org",
    "127.0.0.1:9000"). `redirect_uri` ends in /callback/{id}. Secrets are references resolved at start.
    """

    id: str
    label: str
    iss: tuple[str, ...]
    tenants: tuple[tuple[str, tuple[str, ...]], ...] = ()
    mode: Mode = Mode.SMART
    vendor: str = "generic"
    environment: str = "production"
    auth_hosts: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    client_id: str = ""
    client_auth: ClientAuth = ClientAuth.NONE
    client_secret: SecretStr | None = None
    key_file: Path | None = None
    alg: str = "ES384"
    redirect_uri: str = ""
    dialect: Dialect = Dialect.AUTO
    scopes: tuple[str, ...] = ()
    aud: str | None = None
    issuer: str | None = None
    """The id_token's iss where it is not the FHIR base and discovery does not say."""
    nonce_required: bool = True
    discovery_url: str | None = None
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    jwks_uri: str | None = None
    request_timeout_s: float = 6.0
    wave_timeout_s: float = 12.0
    first_paint_ms: int = 300
    max_notes: int = 20
    note_types: tuple[str, ...] = ()
    """Types of note that are read, as "LOINC:11488-4"; none means every type."""
    write_order: tuple[str, ...] = (
        "Goal", "Observation", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse", "clipboard",
    )  # fmt: skip
    """What may be written, best first. The text to copy is always there, whatever stands here."""
    provenance: bool = True
    transactions: bool = True
    """Whether several resources may go in one transaction where the server offers it."""
    us_core: str = "auto"
    """Which US Core's profiles are claimed, of those that the server lists: "auto" whichever, "6.1", "7.0",
    "8.0", "9.0", or "none"."""
    pco: bool = False
    """Whether resources also have the form of the Person-Centered Outcomes guide (PCO 1.0.0)."""
    note_type: str = "11506-3"
    """LOINC code of the type of note that is filed; progress note."""
    questionnaire: Questionnaire | None = None
    files_handout: bool = False
    """Whether the patient's handout may be filed in the chart, when the clinician presses for it."""
    handout_type: str = ""
    """LOINC code of the type of document that a handout is; "" where the site names none."""
    session_minutes: int = 480
    idle_minutes: int = 15
    languages: tuple[str, ...] = ()
    """Of the pages, the first until the clinician chooses another; () for all, as the browser asks."""
    banner: str = "auto"
    """"auto" follows need_patient_banner; "always" shows the banner whatever the EHR says."""
    style: str = "safe"
    """What of the EHR's style is taken over: "off", "safe" or "full"."""
    mediation: str = ""
    """Who helps at this site when trust is strained, in words for the clinician; "" for nobody named."""

    @property
    def fhir_base(self) -> str:
        return self.iss[0].rstrip("/")

    @property
    def is_sandbox(self) -> bool:
        return self.environment == "sandbox"
