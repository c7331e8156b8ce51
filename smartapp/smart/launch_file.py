"""One file of launch_config as a Registration: which keys there are, and what each may hold.

Schema version 1. Secrets are never in the file: it names the variable or the file that holds them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from smartapp import i18n
from smartapp.errors import ForeignOrigin
from smartapp.http import Origin
from smartapp.smart.doors import origins_of
from smartapp.smart.issuer import LOOPBACK_HOSTS, is_tenant, pattern_of
from smartapp.smart.keys import ALGORITHMS, UnusableKey, load_keys
from smartapp.smart.launch_file_write import HANDOUT_KEYS, QUESTIONNAIRE_KEYS, WRITE_KEYS, with_writing
from smartapp.smart.registration import ClientAuth, Dialect, Mode, Registration
from smartapp.smart.scopes import is_scope
from smartapp.smart.toml_source import TomlSource

KNOWN = {
    "": ("schema",),
    "ehr": (
        "id", "label", "vendor", "environment", "mode", "iss", "auth_hosts", "frame_ancestors",
        "discovery_url", "issuer_override", "aud_override", "session_minutes", "idle_minutes",
    ),
    "tenants": (),
    "client": (
        "id", "id_env", "auth", "secret_env", "secret_file", "key_file", "alg", "redirect_uri", "pkce",
        "nonce_required",
    ),
    "scopes": ("dialect", "request"),
    "read": ("timeout_s", "wave_timeout_s", "first_paint_ms", "max_notes", "note_types"),
    "write": WRITE_KEYS,
    "questionnaire": QUESTIONNAIRE_KEYS,
    "handout": HANDOUT_KEYS,
    "ui": ("languages", "banner", "style", "mediation"),
    "endpoints": ("authorize", "token", "jwks"),
}  # fmt: skip

_MAX_CONTACT = 300
_ID = re.compile(r"[a-z0-9-]{1,40}")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[::1\])(?::[1-9][0-9]{0,4})?")
_ANCESTOR = re.compile(r"https://(?:\*\.)?[a-z0-9][a-z0-9.-]{0,251}(?::[1-9][0-9]{0,4})?")
_LOOPBACK_ANCESTOR = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[1-9][0-9]{0,4})?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_CREDENTIAL = re.compile(r"[\x21-\x7e]{1,4096}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a file may refer to: variables, files beside it, and where browsers reach the app."""

    environ: Mapping[str, str]
    directory: Path
    base_url: str


def registration_of(source: TomlSource, surroundings: Surroundings) -> Registration:
    """Read a file's registration. Faults are noted in `source`; with any, the result is not to be used."""
    if source.whole("", "schema", default=0, low=0, high=10**6) != 1:
        source.fault("", "schema", "is missing or not 1, the version that this app reads")
    registration = with_writing(source, _settings(source, _ehr(source)))
    if registration.mode is Mode.OPEN:
        _check_open(source, registration)
        return registration
    if not source.has("client"):
        source.fault("client", "", "is missing: who the app is at this EHR")
        return registration
    registration = _client(source, registration, surroundings)
    registration = _endpoints(source, registration)
    dialect = Dialect(source.choice("scopes", "dialect", [d.value for d in Dialect], default=Dialect.AUTO))
    scopes = source.texts("scopes", "request", required=True)
    for word in scopes:
        if not is_scope(word):
            source.fault("scopes", "request", f"has {word!r}, which is no SMART scope")
    return replace(registration, dialect=dialect, scopes=scopes)


def _ehr(source: TomlSource) -> Registration:
    registration_id = source.text("ehr", "id", required=True)
    if registration_id and not _ID.fullmatch(registration_id):
        source.fault("ehr", "id", "is not 1 to 40 small letters, digits and hyphens")
    for name, pattern in (("auth_hosts", _HOST), ("frame_ancestors", _ANCESTOR)):
        for value in source.texts("ehr", name):
            loopback = name == "frame_ancestors" and _LOOPBACK_ANCESTOR.fullmatch(value)
            if not pattern.fullmatch(value) and not loopback:
                source.fault("ehr", name, f"has {value!r}, which is no {_EXPECTED[name]}")
    return Registration(
        id=registration_id,
        label=source.text("ehr", "label", required=True),
        iss=_iss(source),
        tenants=_tenants(source),
        mode=Mode(source.choice("ehr", "mode", [m.value for m in Mode], default=Mode.SMART)),
        vendor=source.text("ehr", "vendor") or "generic",
        environment=source.choice("ehr", "environment", ("sandbox", "production"), default="production"),
        auth_hosts=source.texts("ehr", "auth_hosts"),
        frame_ancestors=source.texts("ehr", "frame_ancestors"),
        aud=source.text("ehr", "aud_override") or None,
        issuer=source.text("ehr", "issuer_override") or None,
        session_minutes=source.whole("ehr", "session_minutes", default=480, low=5, high=720),
        idle_minutes=source.whole("ehr", "idle_minutes", default=15, low=1, high=240),
    )


_EXPECTED = {"auth_hosts": "host or host:port", "frame_ancestors": "https origin"}


def _iss(source: TomlSource) -> tuple[str, ...]:
    iss = source.texts("ehr", "iss", required=True)
    for one in iss:
        pattern = pattern_of(one)
        if pattern is None:
            source.fault("ehr", "iss", f"has {one!r}, which is no plain https address in small letters")
        elif not pattern.is_protected:
            source.fault("ehr", "iss", f"has {one!r}: http is for this machine only, use https")
        else:
            for name in pattern.placeholders:
                if not source.has("tenants", name):
                    source.fault("ehr", "iss", f"has {{{name}}}, which [tenants] does not name")
    return tuple(one for one in iss if pattern_of(one) is not None)


def _tenants(source: TomlSource) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The values of each placeholder; `["*"]` for any single path segment."""
    used = {name for iss in source.texts("ehr", "iss") for name in _placeholders(iss)}
    tenants = []
    for name in source.keys("tenants"):
        values = source.texts("tenants", name, required=True)
        if name not in used:
            source.fault("tenants", name, "is no placeholder of ehr.iss")
        for value in values:
            if values != ("*",) and not is_tenant(value):
                source.fault("tenants", name, f"has {value!r}, which is no plain path segment")
        tenants.append((name, () if values == ("*",) else values))
    return tuple(tenants)


def _placeholders(iss: str) -> tuple[str, ...]:
    pattern = pattern_of(iss)
    return () if pattern is None else pattern.placeholders


def _settings(source: TomlSource, registration: Registration) -> Registration:
    languages = source.texts("ui", "languages", default=registration.languages)
    for language in languages:
        if not _LANGUAGE.fullmatch(language):
            source.fault("ui", "languages", f"has {language!r}, which is no language tag")
        elif i18n.match([language], dict.fromkeys(i18n.LANGUAGES)) is None:
            known = ", ".join(i18n.LANGUAGES)
            source.fault("ui", "languages", f"has {language!r}; this app speaks {known}")
    return replace(
        registration,
        request_timeout_s=source.number("read", "timeout_s", default=6.0, low=0.5, high=60),
        wave_timeout_s=source.number("read", "wave_timeout_s", default=12.0, low=0.5, high=120),
        first_paint_ms=source.whole("read", "first_paint_ms", default=300, low=0, high=10_000),
        max_notes=source.whole("read", "max_notes", default=20, low=0, high=200),
        note_types=source.texts("read", "note_types"),
        languages=languages,
        banner=source.choice("ui", "banner", ("auto", "always"), default="auto"),
        style=source.choice("ui", "style", ("off", "safe", "full"), default="safe"),
        mediation=source.text("ui", "mediation")[:_MAX_CONTACT],
    )


def _check_open(source: TomlSource, registration: Registration) -> None:
    if not registration.is_sandbox:
        source.fault("ehr", "mode", 'open is for environment = "sandbox" only: nobody signs in there')
    if any(_placeholders(iss) for iss in registration.iss):
        source.fault("ehr", "iss", "has a placeholder, which an open sandbox cannot have")
    for section in ("client", "scopes", "endpoints"):
        if source.has(section):
            source.fault(section, "", "does not belong to an open sandbox, which has no OAuth")


def _client(source: TomlSource, registration: Registration, surroundings: Surroundings) -> Registration:
    auth = ClientAuth(source.choice("client", "auth", [a.value for a in ClientAuth], default=ClientAuth.NONE))
    wants_secret = auth in {ClientAuth.SECRET_BASIC, ClientAuth.SECRET_POST}
    wants_key = auth is ClientAuth.PRIVATE_KEY_JWT
    for key in ("secret_env", "secret_file"):
        if source.has("client", key) and not wants_secret:
            source.fault("client", key, f'does not belong to auth = "{auth.value}"')
    if source.has("client", "key_file") and not wants_key:
        source.fault("client", "key_file", f'does not belong to auth = "{auth.value}"')
    # Both words mean the same here: S256 is sent always, whatever the server lists (RFC 9700 section 2.1.1).
    source.choice("client", "pkce", ("required", "if-offered"), default="required")
    alg = source.choice("client", "alg", ALGORITHMS, default=ALGORITHMS[0])
    return replace(
        registration,
        client_id=_client_id(source, surroundings),
        client_auth=auth,
        client_secret=_secret(source, surroundings) if wants_secret else None,
        key_file=_key_file(source, surroundings, alg) if wants_key else None,
        alg=alg,
        redirect_uri=_redirect_uri(source, registration, surroundings),
        nonce_required=source.flag("client", "nonce_required", default=True),
    )


def _client_id(source: TomlSource, surroundings: Surroundings) -> str:
    if source.has("client", "id") == source.has("client", "id_env"):
        source.fault("client", "id", "or id_env must be given, and only one of them")
        return ""
    value = source.text("client", "id") or _variable(source, "id_env", surroundings)
    if value and not _CREDENTIAL.fullmatch(value):
        source.fault("client", "id", "holds a space or a character that is not ASCII")
    return value


def _secret(source: TomlSource, surroundings: Surroundings) -> SecretStr | None:
    if source.has("client", "secret_env") == source.has("client", "secret_file"):
        source.fault("client", "secret_env", "or secret_file must be given, and only one of them")
        return None
    value = _variable(source, "secret_env", surroundings)
    if source.has("client", "secret_file"):
        try:
            value = (surroundings.directory / source.text("client", "secret_file")).read_text("utf-8").strip()
        except (OSError, ValueError):
            source.fault("client", "secret_file", "cannot be read")
            return None
    if value and not _CREDENTIAL.fullmatch(value):
        source.fault("client", "auth", "needs a secret without spaces, in ASCII")
    return SecretStr(value)


def _variable(source: TomlSource, key: str, surroundings: Surroundings) -> str:
    name = source.text("client", key)
    value = surroundings.environ.get(name, "").strip() if name else ""
    if name and not value:
        # Some write the secret itself there, so it is not repeated.
        what = "a variable that" if key == "secret_env" else f"{name}, which"
        source.fault("client", key, f"names {what} is not set in the environment")
    return value


def _key_file(source: TomlSource, surroundings: Surroundings, alg: str) -> Path | None:
    name = source.text("client", "key_file", required=True)
    if not name:
        return None
    path = surroundings.directory / name
    try:
        load_keys(path, alg)
    except UnusableKey as error:
        source.fault("client", "key_file", f"cannot be used: {error}")
    return path


def _redirect_uri(source: TomlSource, registration: Registration, surroundings: Surroundings) -> str:
    ending = f"/callback/{registration.id}"
    uri = source.text("client", "redirect_uri") or f"{surroundings.base_url}{ending}"
    # One address for each EHR tells their answers apart (threat T6).
    if not uri.endswith(ending) or urlsplit(uri).query or urlsplit(uri).fragment:
        source.fault("client", "redirect_uri", f"does not end in {ending}")
    if not _is_protected(uri):
        source.fault("client", "redirect_uri", f"is {uri}: use https, http is for this machine only")
    return uri


def _endpoints(source: TomlSource, registration: Registration) -> Registration:
    values = {
        ("ehr", "discovery_url"): source.text("ehr", "discovery_url"),
        ("endpoints", "authorize"): source.text("endpoints", "authorize"),
        ("endpoints", "token"): source.text("endpoints", "token"),
        ("endpoints", "jwks"): source.text("endpoints", "jwks"),
    }
    for (section, key), url in values.items():
        if url and not _is_protected(url):
            source.fault(section, key, "is not an https address")
        elif url and not _leads_to(registration, url):
            source.fault(section, key, "is on a host that is neither in ehr.iss nor in ehr.auth_hosts")
    return replace(
        registration,
        discovery_url=values["ehr", "discovery_url"] or None,
        authorization_endpoint=values["endpoints", "authorize"] or None,
        token_endpoint=values["endpoints", "token"] or None,
        jwks_uri=values["endpoints", "jwks"] or None,
    )


def _is_protected(url: str) -> bool:
    try:
        origin = Origin.of(url)
    except ForeignOrigin:
        return False
    return origin.scheme == "https" or origin.host in LOOPBACK_HOSTS or origin.host == "::1"


def _leads_to(registration: Registration, url: str) -> bool:
    try:
        return Origin.of(url) in origins_of(registration)
    except ForeignOrigin:
        return False
