"""Everything that was found at one EHR, section by section."""

from collections.abc import Iterator

from smartapp.checking.online import Seen
from smartapp.checking.telling import Line, Section, fault, note, ok, warn
from smartapp.checking.told_reading import reading_lines
from smartapp.checking.told_sign_in import scope_lines, sign_in_lines
from smartapp.checking.told_writing import afterwards_lines, ladder_lines
from smartapp.smart.registration import Registration


def report(seen: Seen) -> tuple[Section, ...]:
    """Nothing in it is of a patient or a secret: all of it anybody can ask the EHR."""
    return (
        Section("The server", tuple(_server_lines(seen))),
        Section("Signing in", tuple(sign_in_lines(seen))),
        Section("What is asked for", tuple(scope_lines(seen))),
        Section("What is read, and what will be missing", tuple(reading_lines(seen))),
        Section("What is written, and where", text=ladder_lines(seen)),
        Section("Once it is sent", tuple(afterwards_lines(seen))),
    )


def _server_lines(seen: Seen) -> Iterator[Line]:
    statement, server = seen.statement, seen.server
    if statement.content is None:
        text = f"{statement.url}: {statement.problem}."
        if statement.wants_sign_in:
            yield note(f"{text} In a visit the app asks with its token; nothing below is known before.")
        else:
            yield fault(text, statement.advice)
        return
    if server is None:
        yield fault(
            f"{statement.url}: the answer is JSON, and no CapabilityStatement.",
            "Compare the address: it must be the FHIR base, without a resource behind it.",
        )
        return
    yield ok(f"{statement.url}: {server.software or 'a server that does not name itself'}")
    yield _version(server.fhir_version, server.is_r4)
    yield from _frames(seen.registration)


def _version(version: str, is_r4: bool) -> Line:
    if is_r4:
        return ok(f"It speaks FHIR {version} (R4).")
    named = f"FHIR {version}" if version else "no FHIR version that it names"
    return fault(
        f"It speaks {named}; the app reads and writes R4 (4.0.1) only.",
        "Ask for the R4 address: it often has /r4 or /R4 in it.",
    )


def _frames(registration: Registration) -> Iterator[Line]:
    if not registration.frame_ancestors:
        yield warn(
            "The file names no page that may show the app in a frame: it opens in a tab of its own.",
            "Where the EHR shows apps in a frame, write the origins as frame_ancestors.",
        )
