"""The app's settings: read once from the environment, frozen, every fault reported at once."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretBytes

from smartapp.errors import ConfigurationError, Fault

_KEY_BYTES = 32
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_NAMES = frozenset(
    {
        "BASE_URL",
        "DATABASE_URL",
        "LAUNCH_CONFIG",
        "SECRET_KEYS",
        "SECRET_KEYS_FILE",
        "DATA_DIR",
        "LOG_LEVEL",
        "CONTENT_DIR",
        "DRAFT_TRANSLATIONS",
    }
)
# Launch configuration files name variables such as SMARTAPP_EPIC_CLIENT_ID for what must not stand in a file.
_SECRET_ENDINGS = ("_CLIENT_ID", "_CLIENT_SECRET", "_KEY_FILE")


@dataclass(frozen=True, slots=True)
class Settings:
    """`base_url`: where browsers reach the app, without a slash at the end. `secret_keys`: 32 bytes each; the
    first encrypts, all decrypt. `draft_translations`: whether translations that nobody qualified has reviewed
    are shown to patients, with a mark that says so.
    """

    base_url: str
    database_url: str
    launch_config: Path
    secret_keys: tuple[SecretBytes, ...]
    log_level: str = "INFO"
    content_dir: Path | None = None
    draft_translations: bool = True

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
    if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).hostname:
        faults.append("SMARTAPP_BASE_URL is missing: the https address at which browsers reach the app")
    data_dir = Path(values.get("DATA_DIR", ".data"))
    launch_config = Path(values.get("LAUNCH_CONFIG", "launch_config"))
    if not launch_config.is_dir():
        faults.append("SMARTAPP_LAUNCH_CONFIG is not a folder")
    log_level = values.get("LOG_LEVEL", "INFO").upper()
    if log_level not in _LOG_LEVELS:
        faults.append(f"SMARTAPP_LOG_LEVEL is not one of {', '.join(_LOG_LEVELS)}")
    draft_translations = _BOOLEANS.get(values.get("DRAFT_TRANSLATIONS", "true").lower())
    if draft_translations is None:
        faults.append("SMARTAPP_DRAFT_TRANSLATIONS is not one of true, false")
    keys = _secret_keys(values, faults)
    if faults:
        raise ConfigurationError(tuple(Fault("environment", None, fault) for fault in faults))
    return Settings(
        base_url=base_url,
        database_url=values.get("DATABASE_URL", f"sqlite+aiosqlite:///{data_dir / 'smartapp.sqlite3'}"),
        launch_config=launch_config,
        secret_keys=keys,
        log_level=log_level,
        content_dir=Path(values["CONTENT_DIR"]) if "CONTENT_DIR" in values else None,
        draft_translations=draft_translations is True,
    )


def _secret_keys(values: Mapping[str, str], faults: list[str]) -> tuple[SecretBytes, ...]:
    text = values.get("SECRET_KEYS", "")
    if "SECRET_KEYS_FILE" in values:
        try:
            text = Path(values["SECRET_KEYS_FILE"]).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            faults.append("SMARTAPP_SECRET_KEYS_FILE cannot be read")
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
