"""Addresses, files and names of a launch file that do not fit the place where it is used."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from smartapp.checking.finding import Finding, warning
from smartapp.ehr.profile import KNOWN_VENDORS
from smartapp.smart.issuer import LOOPBACK_HOSTS
from smartapp.smart.key_files import others_may_read
from smartapp.smart.launch_config import LaunchFile
from smartapp.smart.registration import ClientAuth, Mode, Registration
from smartapp.smart.toml_source import did_you_mean
from smartapp.writing.forecast import best_case
from smartapp.writing.model import WhyNot
from smartapp.writing.plan import why_not_handout
from smartapp.writing.site import site_of

_EXAMPLES: Final = (".example", ".example.com", ".example.org", ".example.net")
_SANDBOXES: Final = frozenset({
    "fhir.epic.com", "fhir-ehr-code.cerner.com", "fhir-open.cerner.com",
    "api.preview.platform.athenahealth.com", "greenfield-prod-apis.meditech.com",
    "sandbox-fhir.elationemr.com", "launch.smarthealthit.org", "r4.smarthealthit.org", "hapi.fhir.org",
    "server.fire.ly", "gw.interop.community",
})  # fmt: skip
"""Hosts of public sandboxes, by the vendors' own pages."""


def lint_places(file: LaunchFile, base_url: str | None) -> Iterator[Finding]:
    """`base_url`: where browsers reach the app, None where nobody said it."""
    registration = file.registration
    yield from _vendor(file)
    if registration.mode is Mode.SMART:
        yield from _callback(file, base_url)
        yield from _secrets(file)
    if not registration.is_sandbox:
        yield from _production(file)
    yield from _handout(file)


def _vendor(file: LaunchFile) -> Iterator[Finding]:
    vendor = file.registration.vendor
    if vendor not in KNOWN_VENDORS:
        known = ", ".join(KNOWN_VENDORS)
        yield warning(
            file,
            "ehr",
            "vendor",
            problem=f"is {vendor!r}, of which nothing is known{did_you_mean(vendor, KNOWN_VENDORS)}",
            advice=f"Write one of {known}, or leave it: it is then taken to be as US Core says.",
        )


def _callback(file: LaunchFile, base_url: str | None) -> Iterator[Finding]:
    registration = file.registration
    uri = registration.redirect_uri
    if not file.source.has("client", "redirect_uri"):
        return  # it is made from the base URL
    if _is_example(uri):
        yield warning(
            file,
            "client",
            "redirect_uri",
            problem=f"is still the example's: {uri}",
            advice="Write your own address, as it is registered.",
        )
    elif base_url is not None and uri != f"{base_url}/callback/{registration.id}":
        yield warning(
            file,
            "client",
            "redirect_uri",
            problem=f"is {uri}, and browsers reach the app at {base_url}: they come back without its cookie",
            advice=f'Write: redirect_uri = "{base_url}/callback/{registration.id}"',
        )


def _secrets(file: LaunchFile) -> Iterator[Finding]:
    directory = Path(file.source.file).parent
    for key in ("key_file", "secret_file"):
        name = file.source.text("client", key)
        try:
            who = others_may_read(directory / name) if name else ""
        except OSError:
            continue  # the loader told it
        if who:
            yield warning(
                file,
                "client",
                key,
                problem=f"can be read by {who}",
                advice=f"Run: chmod 600 {directory / name}",
            )


def _production(file: LaunchFile) -> Iterator[Finding]:
    registration = file.registration
    if known := sorted(_hosts(registration) & _SANDBOXES):
        yield warning(
            file,
            "ehr",
            "environment",
            problem=f'is "production", and {known[0]} is a public sandbox',
            advice='Write: environment = "sandbox"',
        )
    if _is_here(registration):
        yield warning(
            file,
            "ehr",
            "iss",
            problem="is on this computer, without https, in production",
            advice="Write the EHR's https address.",
        )
    if not registration.frame_ancestors:
        yield warning(
            file,
            "ehr",
            "frame_ancestors",
            problem="is missing, so the app opens only in a tab of its own",
            advice="Name the origins of the EHR's pages that show apps; your EHR team knows them.",
        )
    if registration.mode is Mode.SMART and registration.client_auth is ClientAuth.NONE:
        yield warning(
            file,
            "client",
            "auth",
            problem='is "none": anybody who knows the client id can say that they are this app',
            advice='Register a confidential client, and write: auth = "private_key_jwt"',
        )


def _handout(file: LaunchFile) -> Iterator[Finding]:
    registration = file.registration
    if registration.handout_type and not registration.files_handout:
        yield warning(
            file,
            "handout",
            "type",
            problem="is not used: handout.file is not true",
            advice="Write: file = true",
        )
        return
    reason = why_not_handout(best_case(registration, site_of(registration)))
    if not registration.files_handout or reason is None:
        return
    if reason is WhyNot.NO_TYPE:
        yield warning(
            file,
            "handout",
            "type",
            problem=f"is missing: {registration.vendor} takes documents of known types "
            "only, so the handout is never filed",
            advice='Write a LOINC code: type = "..."',
        )
    else:
        yield warning(
            file,
            "handout",
            "file",
            problem="is true, and no scope to create DocumentReference is asked for",
            advice='Add "patient/DocumentReference.crus" to scopes.request.',
        )


def _is_example(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host.endswith(_EXAMPLES) or host in {name.lstrip(".") for name in _EXAMPLES[1:]}


def _hosts(registration: Registration) -> frozenset[str]:
    return frozenset(urlsplit(iss).hostname or "" for iss in registration.iss)


def _is_here(registration: Registration) -> bool:
    return bool(_hosts(registration) & {host.strip("[]") for host in LOOPBACK_HOSTS})
