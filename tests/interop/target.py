"""Which servers the lane goes to, read from the environment: nothing here knows one server from another."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_CLIENT_ID = "common-ground"
_ENCODED = re.compile(r"\{base64url:([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Target:
    """`smart_iss`: FHIR base of an EHR with SMART, "" for none. `fhir_base`: of a server that asks for no
    sign-in, also the place where test patients are made; "" for none. `launch_url`: an address that starts a
    launch, with {app}, {iss}, {patient}, {encounter} and {practitioner} to be filled in, and with the text
    between {base64url: and } encoded so. `patient`: id of one that is there, "" to make one. `app_port`:
    where the app is served, 0 for any.
    """

    smart_iss: str = ""
    fhir_base: str = ""
    launch_url: str = ""
    client_id: str = _CLIENT_ID
    client_secret: str = ""
    key_file: Path | None = None
    auth_hosts: tuple[str, ...] = ()
    patient: str = ""
    practitioner: str = ""
    app_port: int = 0

    def launch(self, *, app: str, patient: str, practitioner: str, encounter: str) -> str:
        """The address that starts a launch. Without `launch_url`, a launch from outside the EHR."""
        pattern = self.launch_url or "{app}/launch?iss={iss}"
        for name, value in {
            "app": app, "iss": self.smart_iss, "patient": patient, "practitioner": practitioner,
            "encounter": encounter,
        }.items():  # fmt: skip
            pattern = pattern.replace(f"{{{name}}}", value)
        return _ENCODED.sub(lambda found: _encoded(found[1]), pattern)


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def target_of(environ: Mapping[str, str]) -> Target | None:
    """The target that INTEROP_* names; None where it names none."""
    smart_iss, fhir_base = environ.get("INTEROP_SMART_ISS", ""), environ.get("INTEROP_FHIR_BASE", "")
    if not smart_iss and not fhir_base:
        return None
    key_file = environ.get("INTEROP_KEY_FILE", "")
    return Target(
        smart_iss=smart_iss.rstrip("/"),
        fhir_base=fhir_base.rstrip("/"),
        launch_url=environ.get("INTEROP_LAUNCH_URL", ""),
        client_id=environ.get("INTEROP_CLIENT_ID", _CLIENT_ID),
        client_secret=environ.get("INTEROP_CLIENT_SECRET", ""),
        key_file=Path(key_file) if key_file else None,
        auth_hosts=tuple(environ.get("INTEROP_AUTH_HOSTS", "").split()),
        patient=environ.get("INTEROP_PATIENT", ""),
        practitioner=environ.get("INTEROP_PRACTITIONER", ""),
        app_port=int(environ.get("INTEROP_APP_PORT", "0")),
    )
