"""What of a visit gets into the chart at an EHR by what it states: on which step, and what can be undone."""

from collections.abc import Iterator
from typing import Final

from smartapp.checking.lint_scopes import asked_of
from smartapp.checking.online import Seen
from smartapp.checking.server import Server
from smartapp.checking.telling import Line, note, ok, warn
from smartapp.smart.registration import Registration
from smartapp.writing.forecast import forecast
from smartapp.writing.model import RESOURCE_TYPES
from smartapp.writing.site import site_of

_BY_HAND: Final = "what was sent is changed or marked as an error in the EHR itself, and the page says so"


def ladder_lines(seen: Seen) -> tuple[str, ...]:
    """The ladders in words; by the file alone where the EHR did not say what it takes."""
    return forecast(seen.registration, None if seen.server is None else seen.server.capability)


def afterwards_lines(seen: Seen) -> Iterator[Line]:
    """What is possible once something is in the chart, and how it gets there."""
    server, registration = seen.server, seen.registration
    if server is None:
        yield note("Not known: the EHR did not say.")
        return
    written = [name for name in RESOURCE_TYPES.values() if _is_written(name, server, registration)]
    if not written:
        yield note(
            "Nothing is sent to this EHR; statements are text to copy, and are marked as pasted by hand."
        )
        return
    for name in written:
        yield _undo(name, server, registration)
    yield from _form(server, registration, written)


def _is_written(name: str, server: Server, registration: Registration) -> bool:
    site = site_of(registration)
    is_wanted = name in registration.write_order or (
        name == "DocumentReference" and registration.files_handout
    )
    is_asked = name != "QuestionnaireResponse" or registration.questionnaire is not None
    return (
        is_wanted
        and is_asked
        and name not in site.creates_of_other_kinds
        and server.capability.offers(name, "create")
        and asked_of(registration).allows_some(name, "c")
    )


def _undo(name: str, server: Server, registration: Registration) -> Line:
    asked, stated = asked_of(registration), server.types[name]
    if not server.capability.offers(name, "update"):
        return note(f"{name} cannot be taken back from the app: the EHR lists no update; {_BY_HAND}.")
    if not stated.has_versions:
        return note(f"{name} cannot be taken back from the app: the EHR keeps no versions; {_BY_HAND}.")
    if not (asked.allows_some(name, "u") and asked.allows_some(name, "r")):
        return warn(
            f"{name} cannot be taken back from the app: the EHR lists updates, and no scope has a u.",
            f'Write "patient/{name}.crus".',
        )
    unsure = (
        "" if stated.versioning else " It does not say whether it gives versions, without which it cannot."
    )
    return ok(f"{name} can be changed and taken back from the app, while nobody else changed it.{unsure}")


def _form(server: Server, registration: Registration, written: list[str]) -> Iterator[Line]:
    capability, asked = server.capability, asked_of(registration)
    unread = [
        name for name in written if not asked.allows_some(name, "r") or not capability.offers(name, "read")
    ]
    if unread:
        yield warn(
            f"{', '.join(unread)} cannot be read back, so the page cannot say that it is in the chart.",
            "Ask for r and s as well, where the EHR lists them.",
        )
    else:
        yield ok("What is sent can be read back, and the page says that it is in the chart only then.")
    if any(capability.conditional_create(name) for name in written):
        yield ok("The EHR itself refuses to store a statement twice (If-None-Exist).")
    else:
        yield note("The EHR does not refuse duplicates by itself; the app searches before it sends again.")
    if len(written) > 1 and registration.transactions:
        yield note(
            "Several entries go together, all or none."
            if capability.transaction
            else "Entries go one by one: the EHR lists no transaction."
        )
    takes_provenance = asked.allows("Provenance", "c") and capability.offers("Provenance", "create")
    if not (takes_provenance and site_of(registration).provenance):
        yield note("Who said and who recorded a statement stands in its own text, not as Provenance.")
