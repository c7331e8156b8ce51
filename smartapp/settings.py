"""The app's settings: read once from the environment, frozen, every fault reported at once."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretBytes

from smartapp.errors import ConfigurationError, Fault

_KEY_BYTES = 32
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LAUNCHES_PER_MINUTE = 1200
"""Twenty a second: more than a hospital of five thousand clinicians behind one address."""
_TRACES_TO = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_NAMES = frozenset(
    {
        "BASE_URL",
        "DATABASE_URL",
        "DATABASE_URL_FILE",
        "LAUNCH_CONFIG",
        "SECRET_KEYS",
        "SECRET_KEYS_FILE",
        "DATA_DIR",
        "LOG_LEVEL",
        "AUDIT_PATIENT",
        "CONTENT_DIR",
        "DRAFT_TRANSLATIONS",
        "LAUNCHES_PER_MINUTE",
        "METRICS",
        "TRACES",
    }
)
# Launch configuration files name variables such as SMARTAPP_EPIC_CLIENT_ID for what must not stand in a file.
_SECRET_ENDINGS = ("_CLIENT_ID", "_CLIENT_SECRET", "_KEY_FILE")


@dataclass(frozen=True, slots=True)
class Settings:
    """`base_url`: where browsers reach the app, without a slash at the end. `secret_keys`: 32 bytes each; the
    first encrypts, all decrypt. `draft_translations`: whether translations that nobody qualified has reviewed
    are shown to patients, with a mark that says so. `metrics`, `traces`: whether the app counts for
    Prometheus, and sends traces to where OTEL_EXPORTER_OTLP_ENDPOINT says. `launches_per_minute`: how often
    one network may open the app for one EHR; 0 for any number. `audit_names_patients`: whether the audit
    trail holds patients' ids, or pseudonyms that only the key can make.
    """

    base_url: str
    database_url: str
    launch_config: Path
    secret_keys: tuple[SecretBytes, ...]
    log_level: str = "INFO"
    content_dir: Path | None = None
    draft_translations: bool = True
    metrics: bool = False
    traces: bool = False
    launches_per_minute: int = LAUNCHES_PER_MINUTE
    audit_names_patients: bool = False

    @property
    def app_origin(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read SMARTAPP_*. Raises ConfigurationError with every fault."""
    faults: list[str] = []
    values = {
        name.removeprefix("SMARTAPP_"): value
        for name, value in environ.items()
        if name.startswith("SMARTAPP_")
    }
    unknown = sorted(name for name in values.keys() - _NAMES if not name.endswith(_SECRET_ENDINGS))
    faults += [f"SMARTAPP_{name} is not a setting" for name in unknown]
    base_url = values.get("BASE_URL", "").rstrip("/")
    if not _is_web_address(base_url):
        faults.append("SMARTAPP_BASE_URL is missing: the https address at which browsers reach the app")
    data_dir = Path(values.get("DATA_DIR", ".data"))
    launch_config = Path(values.get("LAUNCH_CONFIG", "launch_config"))
    if not _is_folder(launch_config):
        faults.append("SMARTAPP_LAUNCH_CONFIG is not a folder")
    log_level = values.get("LOG_LEVEL", "INFO").upper()
    if log_level not in _LOG_LEVELS:
        faults.append(f"SMARTAPP_LOG_LEVEL is not one of {', '.join(_LOG_LEVELS)}")
    draft_translations = _boolean(values, "DRAFT_TRANSLATIONS", faults, default="true")
    metrics = _boolean(values, "METRICS", faults, default="false")
    traces = _boolean(values, "TRACES", faults, default="false")
    if traces and not any(environ.get(name) for name in _TRACES_TO):
        faults.append("SMARTAPP_TRACES is true, and OTEL_EXPORTER_OTLP_ENDPOINT does not say where they go")
    launches_per_minute = values.get("LAUNCHES_PER_MINUTE", str(LAUNCHES_PER_MINUTE))
    if not re.fullmatch(r"[0-9]{1,6}", launches_per_minute):
        faults.append("SMARTAPP_LAUNCHES_PER_MINUTE is not a number, or 0 for no limit")
    audit_patient = values.get("AUDIT_PATIENT", "pseudonym")
    if audit_patient not in {"id", "pseudonym"}:
        faults.append("SMARTAPP_AUDIT_PATIENT is not one of id, pseudonym")
    database_url = f"sqlite+aiosqlite:///{data_dir / 'smartapp.sqlite3'}"
    if {"DATABASE_URL", "DATABASE_URL_FILE"} & values.keys():
        database_url = _value_or_file(values, "DATABASE_URL", faults).strip()
    keys = _secret_keys(values, faults)
    if faults:
        raise ConfigurationError(tuple(Fault("environment", None, fault) for fault in faults))
    return Settings(
        base_url=base_url,
        database_url=database_url,
        launch_config=launch_config,
        secret_keys=keys,
        log_level=log_level,
        content_dir=Path(values["CONTENT_DIR"]) if "CONTENT_DIR" in values else None,
        draft_translations=draft_translations,
        metrics=metrics,
        traces=traces,
        launches_per_minute=int(launches_per_minute),
        audit_names_patients=audit_patient == "id",
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, or a folder that nobody may look into
        return False


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _boolean(values: Mapping[str, str], name: str, faults: list[str], *, default: str) -> bool:
    value = _BOOLEANS.get(values.get(name, default).lower())
    if value is None:
        faults.append(f"SMARTAPP_{name} is not one of true, false")
    return value is True


def _value_or_file(values: Mapping[str, str], name: str, faults: list[str]) -> str:
    """What the variable says, or what stands in the file that `{name}_FILE` names; the file counts."""
    if f"{name}_FILE" not in values:
        return values.get(name, "")
    try:
        return Path(values[f"{name}_FILE"]).read_text(encoding="ascii")
    except (OSError, ValueError):  # ValueError: not ASCII, or a path that cannot be one
        faults.append(f"SMARTAPP_{name}_FILE cannot be read")
        return ""


def _secret_keys(values: Mapping[str, str], faults: list[str]) -> tuple[SecretBytes, ...]:
    text = _value_or_file(values, "SECRET_KEYS", faults)
    keys = []
    for number, part in enumerate(text.replace(",", " ").split(), start=1):
        try:
            key = base64.b64decode(part, altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            key = b""
        if len(key) != _KEY_BYTES:
            faults.append(f"SMARTAPP_SECRET_KEYS: key {number} is not 32 bytes in base64")
        keys.append(SecretBytes(key))
    if not keys:
        faults.append("SMARTAPP_SECRET_KEYS is missing: make one with `smartapp keys secret`")
    return tuple(keys)
