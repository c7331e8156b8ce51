"""The demo EHR's story patients: eight made-up people, each of whom shows one thing."""

from datetime import date
from typing import Any

from smartapp.sandbox.stories import (
    amina_yusuf,
    grace_okonkwo,
    harold_pike,
    jose_herrera,
    lina_chen,
    marcus_bell,
    rosa_delgado,
    tomasz_wojcik,
)
from smartapp.sandbox.stories.shared import Story, shared_resources

__all__ = ["STORIES", "Story", "earlier_versions", "story_resources"]

_MODULES = (
    rosa_delgado,
    jose_herrera,
    marcus_bell,
    amina_yusuf,
    harold_pike,
    lina_chen,
    tomasz_wojcik,
    grace_okonkwo,
)

STORIES: tuple[Story, ...] = tuple(module.STORY for module in _MODULES)


def story_resources(today: date) -> list[dict[str, Any]]:  # Any: FHIR JSON
    """Every resource of every story, with dates counted from `today`. Clinic and staff come first."""
    found = shared_resources()
    for module in _MODULES:
        found += module.resources(today)
    return found


def earlier_versions(today: date) -> list[dict[str, Any]]:
    """What some of these resources said before, oldest first, for a server that keeps versions."""
    return rosa_delgado.earlier(today)
