"""Every key of a launch file: what it may hold, what it is without it, what it means, and how it is written.

The reference page docs/launch-config.md and the advice of `smartapp check` say what stands here.
"""
# ruff: noqa: E501 - a table

from dataclasses import dataclass
from typing import Final

from smartapp.smart.launch_file_write import QUESTION_KINDS

REQUIRED: Final = "(required)"


@dataclass(frozen=True, slots=True)
class LaunchKey:
    """`setting`: the field of Registration that it fills; "" for a key that is only checked. `default` and
    `example` as TOML, `default` REQUIRED or "" where nothing stands in its place.
    """

    section: str
    name: str
    setting: str
    kind: str
    default: str
    meaning: str
    example: str

    @property
    def path(self) -> str:
        return f"{self.section}.{self.name}".strip(".")


_K = LaunchKey
_TEXT, _TEXTS, _ADDRESS, _CHOICE = "text", "list of texts", "https address", "one of the words"

KEYS: Final[tuple[LaunchKey, ...]] = (
    _K("", "schema", "", "whole number", REQUIRED, "Version of this format; this app reads 1.", "1"),
    _K("ehr", "id", "id", "1 to 40 of a-z, 0-9, -", REQUIRED,
       "Names this file. Part of the callback address, so it cannot be changed without registering again.", '"epic"'),
    _K("ehr", "label", "label", _TEXT, REQUIRED, "What people call this EHR; shown on screen.", '"Epic (sandbox)"'),
    _K("ehr", "vendor", "vendor", _TEXT, '"generic"',
       "Which known behaviours of a vendor to expect. A name that is not known means as US Core says.", '"epic"'),
    _K("ehr", "environment", "environment", "`sandbox` or `production`", '"production"',
       '`sandbox` marks every page "Test data".', '"sandbox"'),
    _K("ehr", "mode", "mode", "`smart` or `open`", '"smart"',
       "`smart`: launched with OAuth. `open`: a FHIR server without sign-in, sandboxes only; then `client`, "
       "`scopes` and `endpoints` must be missing.", '"smart"'),
    _K("ehr", "iss", "iss", _TEXTS + ": addresses", REQUIRED,
       "The FHIR base URL, exactly as the EHR sends it as `iss`; more than one where it has several spellings. "
       "Any other is refused before anything is fetched. A whole path segment may be a `{placeholder}` of "
       "`[tenants]`.", '["https://fhir.hospital.example/api/FHIR/R4"]'),
    _K("ehr", "auth_hosts", "auth_hosts", _TEXTS + ": host or host:port", "",
       "Hosts besides those in `iss` where sign-in, tokens and keys are. Nothing else is ever asked.",
       '["signin.hospital.example"]'),
    _K("ehr", "frame_ancestors", "frame_ancestors", _TEXTS + ": https origins", "",
       "Pages that may show the app in a frame. Without any, it opens only in a tab of its own.",
       '["https://*.hospital.example"]'),
    _K("ehr", "discovery_url", "discovery_url", _ADDRESS, "",
       "Where smart-configuration is, if not below the FHIR base.",
       '"https://fhir.hospital.example/.well-known/smart-configuration"'),
    _K("ehr", "issuer_override", "issuer", _TEXT, "",
       "The issuer of the id_token, if discovery does not say or says another one.",
       '"https://signin.hospital.example"'),
    _K("ehr", "aud_override", "aud", _TEXT, "", "The `aud` to send, if not the FHIR base.",
       '"https://fhir.hospital.example/api/FHIR/R4"'),
    _K("ehr", "session_minutes", "session_minutes", "5 to 720", "480", "A launch ends after this long at the latest.",
       "480"),
    _K("ehr", "idle_minutes", "idle_minutes", "1 to 240", "15", "A launch ends after this long without a click.", "15"),
    _K("client", "id", "client_id", _TEXT, "", "The client id. It or `id_env` is required; it is no secret.",
       '"common-ground"'),
    _K("client", "id_env", "client_id", "name of a variable", "", "The variable that holds the client id.",
       '"SMARTAPP_EPIC_CLIENT_ID"'),
    _K("client", "auth", "client_auth",
       "`none`, `client_secret_basic`, `client_secret_post` or `private_key_jwt`", '"none"',
       "How the app proves who it is at the token endpoint.", '"private_key_jwt"'),
    _K("client", "secret_env", "client_secret", "name of a variable", "",
       "For the two client_secret ways: the variable with the secret. It or `secret_file` is required then.",
       '"SMARTAPP_EPIC_CLIENT_SECRET"'),
    _K("client", "secret_file", "client_secret", "path", "",
       "The file with the secret, relative to this one. Nobody but the app's user should be able to read it.",
       '"/run/secrets/epic_secret"'),
    _K("client", "key_file", "key_file", "path", "",
       "For private_key_jwt, required then: a JWK, a JWK set or a PEM, as `smartapp keys new --out FILE` makes it. "
       "Nobody but the app's user should be able to read it.", '"/run/secrets/epic_es384.jwk"'),
    _K("client", "alg", "alg", "`ES384` or `RS384`", '"ES384"', "What the key signs with.", '"ES384"'),
    _K("client", "redirect_uri", "redirect_uri", _ADDRESS, "`SMARTAPP_BASE_URL` + `/callback/` + `ehr.id`",
       "Where the EHR sends people back to, as registered letter by letter. Ends in `/callback/` and the id.",
       '"https://prefs.hospital.example/callback/epic"'),
    _K("client", "pkce", "", "`required` or `if-offered`", '"required"',
       "Both mean the same: S256 is sent always.", '"required"'),
    _K("client", "nonce_required", "nonce_required", "`true` or `false`", "true",
       "`false` only for a server that drops the nonce from the id_token.", "true"),
    _K("scopes", "dialect", "dialect", "`v2`, `v1` or `auto`", '"auto"',
       "In which dialect of SMART scopes to ask. `auto`: v2 where the server lists `permission-v2`.", '"auto"'),
    _K("scopes", "request", "scopes", _TEXTS + ": SMART scopes", REQUIRED,
       "What is asked for, written in v2. Only what is granted counts.",
       '["launch", "openid", "fhirUser", "online_access", "patient/Patient.r"]'),
    _K("read", "timeout_s", "request_timeout_s", "0.5 to 60", "6", "Seconds for one request.", "6"),
    _K("read", "wave_timeout_s", "wave_timeout_s", "0.5 to 120", "12",
       'Seconds for the chart as a whole; what is late is shown as "could not be read".', "12"),
    _K("read", "first_paint_ms", "first_paint_ms", "0 to 10000", "300",
       "The page begins after so many milliseconds, with or without data.", "300"),
    _K("read", "max_notes", "max_notes", "0 to 200", "20",
       "How many notes are fetched, besides those that come with the search.", "20"),
    _K("read", "note_types", "note_types", _TEXTS + ": `LOINC:` and a code", "",
       "Only notes of these types are read; of every type without it.", '["LOINC:11488-4", "LOINC:34117-2"]'),
    _K("write", "order", "write_order",
       "of `Goal`, `Observation`, `CarePlan`, `List`, `DocumentReference`, `QuestionnaireResponse`, `clipboard`",
       "all, in this order",
       "What may be written, best first. `clipboard`, the text to copy, is always there and stands last.",
       '["Goal", "DocumentReference", "clipboard"]'),
    _K("write", "confirm", "", "`always`", '"always"',
       "The clinician sees the exact text before anything is sent; there is no other value.", '"always"'),
    _K("write", "provenance", "provenance", "`if-supported` or `never`", '"if-supported"',
       "Who said and who recorded each statement.", '"if-supported"'),
    _K("write", "us_core", "us_core", "`auto`, `6.1`, `7.0`, `8.0`, `9.0` or `none`", '"auto"',
       "Which US Core's profiles are claimed, of those that the EHR lists.", '"auto"'),
    _K("write", "pco", "pco", "`true` or `false`", "false",
       "`true`: also in the form of the Person-Centered Outcomes guide.", "false"),
    _K("write", "note_type", "note_type", "LOINC code", '"11506-3"',
       "Type of the note that is filed; progress note. Its last digit is checked.", '"11506-3"'),
    _K("write", "transaction", "transactions", "`if-supported` or `never`", '"if-supported"',
       "Several resources in one request, at most eight.", '"if-supported"'),
    _K("questionnaire", "canonical", "questionnaire", "URL or `urn:`, with `\\|version` or without", "",
       "Your own questionnaire; required in this section.",
       '"https://prefs.hospital.example/Questionnaire/what-matters|1.0"'),
    *(
        _K("questionnaire", kind, "questionnaire", "linkId", "",
           f"The item that takes statements of the kind {kind.replace('_', ' ')}; left out, none does.",
           f'"{number}"')
        for number, kind in enumerate(QUESTION_KINDS, start=1)
    ),
    _K("handout", "file", "files_handout", "`true` or `false`", "false",
       "`true`: the clinician can file the patient's handout in the chart.", "true"),
    _K("handout", "type", "handout_type", "LOINC code", "",
       "Type of a handout, of your choice; needed at Epic and Oracle Health. Its last digit is checked.",
       '"34117-2"'),
    _K("ui", "languages", "languages", _TEXTS + ": language tags", "all",
       "Of the pages: the first until the clinician chooses another. Without it, as the browser asks.",
       '["en", "es"]'),
    _K("ui", "banner", "banner", "`auto` or `always`", '"auto"',
       "`auto`: a quiet line with name and birth date where the EHR says that it shows its own banner, else the whole banner. `always`: the whole banner.", '"auto"'),
    _K("ui", "style", "style", "`off`, `safe` or `full`", '"safe"',
       "What is taken over of the EHR's own style, within limits. `safe`: colors and sizes; `full`: typefaces too; `off`: nothing.", '"safe"'),
    _K("ui", "mediation", "mediation", _TEXT, "",
       "Who helps at this site when trust is strained; shown in that guide.", '"Patient relations, ext. 4410"'),
    _K("endpoints", "authorize", "authorization_endpoint", _ADDRESS, "",
       "By hand, where discovery cannot be read; together with `token`.", '"https://signin.hospital.example/authorize"'),
    _K("endpoints", "token", "token_endpoint", _ADDRESS, "", "As above.", '"https://signin.hospital.example/token"'),
    _K("endpoints", "jwks", "jwks_uri", _ADDRESS, "", "Where the EHR's public keys are.",
       '"https://signin.hospital.example/jwks"'),
)  # fmt: skip

TENANTS: Final = LaunchKey(
    "tenants", "{name}", "tenants", _TEXTS, "",
    "For each `{name}` in `ehr.iss`: the values that it may have, or `[\"*\"]` for any one path segment of letters, "
    "digits, `_` and `-`.", '["main", "clinic"]',
)  # fmt: skip
"""The section [tenants], whose keys are the site's own."""

_BY_PATH: Final = {key.path: key for key in KEYS}


def how_to_write(path: str) -> str:
    """The line of TOML that sets a key ("client.alg"); "" for a key that there is not."""
    key = _BY_PATH.get(path)
    return f"{key.name} = {key.example}" if key is not None else ""
