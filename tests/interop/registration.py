"""The files of launch_config by which the app knows the lane's target, as a site would write them."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from smartapp.demo import SCOPES
from tests.interop.target import Target

SMART, OPEN = "interop", "interop-open"


def write_launch_config(target: Target, folder: Path) -> None:
    """One file for each of the target's addresses."""
    if target.smart_iss:
        (folder / f"{SMART}.toml").write_text(_smart(target))
    if target.fhir_base:
        (folder / f"{OPEN}.toml").write_text(_open(target))


def _smart(target: Target) -> str:
    lines = [
        "schema = 1",
        "[ehr]",
        f"id = {_text(SMART)}",
        'label = "Interoperability lane"',
        'environment = "sandbox"',
        f"iss = [{_text(target.smart_iss)}]",
        f"frame_ancestors = {json.dumps(sorted(_origins(target)))}",
        *([f"auth_hosts = {json.dumps(target.auth_hosts)}"] if target.auth_hosts else []),
        "[client]",
        f"id = {_text(target.client_id)}",
        *_authentication(target),
        "[scopes]",
        f"request = {json.dumps(SCOPES)}",
    ]
    return "\n".join(lines) + "\n"


def _origins(target: Target) -> set[str]:
    """Where the app may be shown in a frame: at the EHR, and where its launches begin."""
    parts = [urlsplit(url) for url in (target.smart_iss, target.launch_url) if url.startswith("http")]
    return {f"{one.scheme}://{one.netloc}" for one in parts}


def _authentication(target: Target) -> list[str]:
    if target.key_file is not None:
        return ['auth = "private_key_jwt"', f"key_file = {_text(str(target.key_file.resolve()))}"]
    if target.client_secret:
        return ['auth = "client_secret_basic"', 'secret_env = "INTEROP_CLIENT_SECRET"']
    return ['auth = "none"']


def _open(target: Target) -> str:
    lines = [
        "schema = 1",
        "[ehr]",
        f"id = {_text(OPEN)}",
        'label = "Interoperability lane, without sign-in"',
        'environment = "sandbox"',
        'mode = "open"',
        f"iss = [{_text(target.fhir_base)}]",
    ]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A TOML basic string; JSON's is one."""
    return json.dumps(value)
