"""What the demo EHR does wrong on request: switches that tests and the demo page flip while it runs.

Every switch is off by default. A switch acts from the next request on; `reset()` puts all of them back.
"""

from dataclasses import dataclass, field, fields
from typing import Literal

from smartapp.sandbox.looks import Around

IdTokenFault = Literal[
    "wrong_iss",
    "wrong_aud",
    "wrong_nonce",
    "expired",
    "no_signature",
    "hs256",
    "other_key",
    "missing",
    "no_kid",
]
"""`no_signature` has alg none; `hs256` is signed with the public key as if it were a shared secret;
`other_key` with an unpublished key under the published kid; `missing` leaves the id_token out.
"""

DiscoveryFault = Literal["non_json", "foreign_token_endpoint", "no_s256", "status_500", "huge"]

CallbackIssFault = Literal["absent", "wrong"]

Busy = Literal["before_commit", "after_commit"]
"""Answers `busy_status` with Retry-After, having stored nothing, or everything."""


@dataclass(slots=True)
class TokenFaults:
    """At the token endpoint, and of the tokens that it gave."""

    expire_now: bool = False
    """Every access token is refused as expired. Refreshing works, to no avail."""
    expires_in: int = 3600
    """Seconds that an access token lives, and says so."""
    no_refresh: bool = False
    """No refresh token is given."""
    refuse_refresh: bool = False
    """A refresh answers invalid_grant."""
    refresh_switches_patient: str | None = None
    """A refresh answers with this patient, and the new token opens this patient's chart."""
    no_patient: bool = False
    """The answer names no patient (the encounter, if any, stays)."""
    patient_as_reference: bool = False
    """The answer says "Patient/7" where it should say "7"."""
    non_json: bool = False
    slow_s: float = 0.0
    """Seconds that the answer waits, after the grant was spent."""
    status: int | None = None
    """Answers with this HTTP status and no grant."""
    no_access_token: bool = False
    wrong_token_type: bool = False
    drop_scopes: set[str] = field(default_factory=set)
    """Scopes, spelled as requested, that are not granted."""
    v1_scopes: bool = False
    """The answer spells the granted scopes in SMART v1."""
    wildcard_scopes: bool = False
    """The answer names wildcards instead of what was granted, and a wildcard allows no create or update."""


@dataclass(slots=True)
class IdentityFaults:
    """In who the id_token says it is from and about, and how its signature can be checked."""

    issuer_elsewhere: bool = False
    """The issuer is the sign-in server and not the FHIR base, as the SMART configuration says."""
    keys_by_issuer: bool = False
    """Where the keys are stands in the issuer's OpenID configuration only."""
    es256: bool = False
    """Signed with an elliptic curve key."""
    relative_user: bool = False
    """fhirUser is relative ("Practitioner/7")."""


@dataclass(slots=True)
class ReadFaults:
    """In searches and reads."""

    page_size: int | None = None
    """The largest page the server gives."""
    opaque_paging: bool = False
    """`next` is an opaque token on the bare base URL, without the resource type."""
    page_numbers: bool = False
    """`next` counts pages (`_page`) and not entries (`_offset`)."""
    next_link: Literal["absolute", "relative", "internal"] = "absolute"
    """How `next` is written: with our address, without one, or with the address behind the proxy."""
    no_total: bool = False
    """A searchset has no `total`."""
    caches_s: int = 0
    """So many seconds a search answers what the same one found before, unless `Cache-Control: no-cache`."""
    lacks: frozenset[str] = frozenset()
    """Search parameters that no type has here, and that the CapabilityStatement does not list."""
    unknown_finds_nothing: bool = False
    """A search with a parameter that the server does not know finds nothing, and answers 200."""
    confines_nothing: bool = False
    """A token opens every patient's chart, and a search answers with entries of all patients."""
    foreign_next_link: str | None = None
    """Every search answer carries this URL as `next`."""
    next_loop: bool = False
    """`next` leads to the page it stands on."""
    wrong_patient_in_results: bool = False
    """Every search answer holds a resource of another patient too."""
    malformed_resource: bool = False
    """Every search answer holds an entry that makes no sense."""
    huge_body: bool = False
    """Answers are padded to 16 MiB."""
    deep_json: bool = False
    """Answers are nested deeper than a parser can follow."""


@dataclass(slots=True)
class WriteFaults:
    """When a client creates, updates or sends a Bundle. Those up to `hang_s` decide what becomes of the
    request; `remaining` says for how many more.
    """

    commit_then_drop: bool = False
    """Stores, then answers 502."""
    drop_before_commit: bool = False
    """Answers 502; nothing was stored."""
    commit_then_hang: bool = False
    """Stores, then waits `hang_s` seconds before it answers."""
    busy: Busy | None = None
    reset_mid_answer: bool = False
    """Stores, sends the headers and half of the body, and breaks off."""
    drip_s: float | None = None
    """Stores, and sends the answer byte by byte, with so many seconds before each."""
    hang_s: float = 600.0
    remaining: int | None = None
    """How many more writes those above act on; None: all."""
    busy_status: Literal[429, 503] = 503
    retry_after: str = "1"
    """Retry-After as it is sent: seconds, or whatever a server may put there."""
    retry_after_date_s: float | None = None
    """Retry-After is the HTTP date so many seconds after the answer's Date, and not `retry_after`."""
    ignore_if_none_exist: bool = False
    race_ms: int = 0
    """If-None-Exist does not see what was stored within so many milliseconds, so that two equal creates at
    once both succeed.
    """
    keeps_good_half: bool = False
    """A transaction stores the entries that it can, and answers 200 with the status of the others inside."""
    index_lag_s: float = 0.0
    """Seconds during which what was just written is not found by searches and conditional creates (a read
    by id finds it).
    """
    no_versions: bool = False
    """No ETag and no meta.versionId, and If-Match is neither asked for nor heeded."""
    empty_create_body: bool = False
    location_without_version: bool = False
    location_internal_host: bool = False
    location_relative: bool = False
    no_location: bool = False
    created_status: Literal[200, 201] = 201
    stored_words_changed: bool = False
    """Stores other words than were sent, and answers with those that were sent: only a read shows it."""

    def strikes(self) -> bool:
        """Whether this write is one that comes to grief; counts it."""
        told = (
            self.commit_then_drop,
            self.drop_before_commit,
            self.commit_then_hang,
            self.busy is not None,
            self.reset_mid_answer,
            self.drip_s is not None,
        )
        if not any(told) or self.remaining == 0:
            return False
        if self.remaining is not None:
            self.remaining -= 1
        return True


@dataclass(slots=True)
class Faults:
    """All switches. Sets and dicts are keyed by resource type ("Goal")."""

    refuse_create: set[str] = field(default_factory=set)
    """Create is neither offered in the CapabilityStatement nor done; answers `refusal_status`."""
    refusal_status: Literal[400, 403, 405, 422] = 403
    refuse_late: set[str] = field(default_factory=set)
    """Create is offered, yet answers 422."""
    refuse_update: set[str] = field(default_factory=set)
    """Update is neither offered nor done; answers 405."""
    text_errors: bool = False
    """What went wrong is told as text/plain, without an OperationOutcome."""
    html_errors: bool = False
    """What went wrong is told as a web page, as a proxy in front of the server does."""
    refuse_all_writes: bool = False
    delay_s: float = 0.0
    """Seconds before each FHIR answer."""
    delays: dict[str, float] = field(default_factory=dict)
    """Further seconds, by type."""
    fail_types: dict[str, int] = field(default_factory=dict)
    """HTTP status that reads and searches of a type answer with."""
    strict_search: bool = False
    """A search parameter that the server does not know is refused with 400; otherwise it is ignored."""
    authorize_error: str | None = None
    """The authorize endpoint sends the browser back with this OAuth error."""
    callback_iss: CallbackIssFault | None = None
    """The `iss` that comes back with the code (RFC 9207) is absent or another server's."""
    id_token: IdTokenFault | None = None
    discovery: DiscoveryFault | None = None
    identity: IdentityFaults = field(default_factory=IdentityFaults)
    around: Around = field(default_factory=Around)
    token: TokenFaults = field(default_factory=TokenFaults)
    read: ReadFaults = field(default_factory=ReadFaults)
    write: WriteFaults = field(default_factory=WriteFaults)

    def reset(self) -> None:
        """Put every switch back to how a sound server behaves."""
        sound = Faults()
        for switch in fields(self):
            setattr(self, switch.name, getattr(sound, switch.name))
