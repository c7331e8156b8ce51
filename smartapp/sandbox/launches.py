"""What the EHR knows when it opens the app: patient, encounter, user and how the app is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NewSecret = Callable[[], str]
"""Returns a string that nobody can guess and that never came before."""


@dataclass(frozen=True, slots=True)
class LaunchContext:
    """`patient_id` None: nobody was chosen. `user`: "Practitioner/7". `fhir_context` as SMART 2.2 has it in
    the token answer.
    """

    patient_id: str | None
    user: str
    encounter_id: str | None = None
    intent: str | None = None
    need_patient_banner: bool = True
    fhir_context: tuple[
        dict[str, Any], ...
    ] = ()  # SMART: reference, canonical or identifier, with type and role
    tenant: str | None = None


class Launches:
    """EHR launches on their way: each handle is good once."""

    def __init__(self, new_secret: NewSecret) -> None:
        self._new_secret = new_secret
        self._waiting: dict[str, LaunchContext] = {}

    def add(self, context: LaunchContext) -> str:
        handle = self._new_secret()
        self._waiting[handle] = context
        return handle

    def take(self, handle: str) -> LaunchContext | None:
        """The context of a launch, once; None when the handle is unknown or was used."""
        return self._waiting.pop(handle, None)
