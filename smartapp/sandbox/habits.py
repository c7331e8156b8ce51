"""Habits that real FHIR servers have and the demo EHR can take on: each has a name and the switches it sets.

A habit is no fault of a broken server: it is what servers in use do, within FHIR and SMART or a little beside
them. docs/interop.md tells which.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Final

from smartapp.sandbox.faults import Faults

Value = bool | int | str | frozenset[str]


@dataclass(frozen=True, slots=True)
class Habit:
    """`line` says it in plain words. `switches`: values, by their place in Faults ("write.no_location")."""

    name: str
    line: str
    switches: Mapping[str, Value]

    def agrees_with(self, other: "Habit") -> bool:
        """Whether one server can have both: no switch is set to two values."""
        return all(
            self.switches[path] == other.switches[path] for path in self.switches.keys() & other.switches
        )


_FEW_SEARCHES: Final = frozenset({"identifier", "target"})


def _habit(name: str, line: str, **switches: Value) -> Habit:
    """Keywords are paths with "__" for the dot."""
    return Habit(
        name, line, MappingProxyType({path.replace("__", "."): value for path, value in switches.items()})
    )


_ALL: Final = (
    _habit(
        "searches-ignored",
        "does not know our identifiers as a search parameter and answers as if it had not been there",
        read__lacks=_FEW_SEARCHES,
    ),
    _habit(
        "searches-empty",
        "does not know our identifiers as a search parameter and answers that there is nothing",
        read__lacks=_FEW_SEARCHES,
        read__unknown_finds_nothing=True,
    ),
    _habit(
        "searches-refused",
        "does not know our identifiers as a search parameter and answers 400",
        read__lacks=_FEW_SEARCHES,
        strict_search=True,
    ),
    _habit(
        "searches-cached",
        "answers a search for a minute with what the same one found before, unless told not to",
        read__caches_s=60,
    ),
    _habit("no-total", "leaves out how many entries a search found", read__no_total=True),
    _habit("pages-by-offset", "gives three entries a page, the next by _offset", read__page_size=3),
    _habit(
        "pages-by-number",
        "gives three entries a page, the next by _page",
        read__page_size=3,
        read__page_numbers=True,
    ),
    _habit(
        "pages-by-token",
        "gives three entries a page, the next by _getpages on the bare base",
        read__page_size=3,
        read__opaque_paging=True,
    ),
    _habit(
        "next-relative",
        "writes where the next page is without a host",
        read__page_size=3,
        read__next_link="relative",
    ),
    _habit(
        "next-internal",
        "writes where the next page is with a host that only it can reach",
        read__page_size=3,
        read__next_link="internal",
    ),
    _habit(
        "location-without-version",
        "names a new entry without its version",
        write__location_without_version=True,
    ),
    _habit(
        "location-internal",
        "names a new entry with a host that only it can reach",
        write__location_internal_host=True,
    ),
    _habit("location-relative", "names a new entry without a host", write__location_relative=True),
    _habit("location-missing", "does not say where a new entry is", write__no_location=True),
    _habit("created-empty", "answers a create with an empty body", write__empty_create_body=True),
    _habit("created-with-200", "answers a create with 200", write__created_status=200),
    _habit(
        "keeps-the-good-half",
        "keeps what it likes of a transaction that fails, and answers 200",
        write__keeps_good_half=True,
    ),
    _habit("id-token-without-kid", "does not say which key signed the id_token", id_token="no_kid"),  # noqa: S106
    _habit("id-token-es256", "signs the id_token with an elliptic curve key", identity__es256=True),
    _habit(
        "issuer-elsewhere",
        "has a sign-in server of its own, which the id_token names",
        identity__issuer_elsewhere=True,
    ),
    _habit(
        "keys-by-issuer",
        "says in its OpenID configuration only where its keys are",
        identity__keys_by_issuer=True,
    ),
    _habit("user-relative", "names who is signed in without a host", identity__relative_user=True),
    _habit(
        "visit-without-patient", "names the visit of a launch, and not the patient", token__no_patient=True
    ),
    _habit(
        "patient-as-reference",
        "names the patient of a launch with its type in front",
        token__patient_as_reference=True,
    ),
    _habit(
        "wildcard-scopes",
        "tells granted scopes as wildcards, and takes nothing new by a wildcard",
        token__wildcard_scopes=True,
    ),
    _habit(
        "confines-nothing",
        "answers every search with entries of all patients, and opens every chart",
        read__confines_nothing=True,
    ),
    _habit("errors-as-text", "tells what went wrong as plain text", text_errors=True),
    _habit("errors-as-html", "tells what went wrong as a web page", html_errors=True),
)

HABITS: Final[Mapping[str, Habit]] = MappingProxyType({habit.name: habit for habit in _ALL})


class HabitsDisagree(ValueError):
    """No server can have both of these habits."""


def put_on(faults: Faults, names: Iterable[str]) -> None:
    """Make the EHR behave so from the next request on. Raises HabitsDisagree, and KeyError for no habit."""
    habits = [HABITS[name] for name in names]
    for one, other in combinations(habits, 2):
        if not one.agrees_with(other):
            raise HabitsDisagree(f"{one.name} and {other.name} are not of one server")
    for habit in habits:
        for path, value in habit.switches.items():
            _set(faults, path, value)


def worn(faults: Faults) -> tuple[str, ...]:
    """The habits that the EHR has now."""
    return tuple(
        habit.name
        for habit in _ALL
        if all(_get(faults, path) == value for path, value in habit.switches.items())
    )


def take_off(faults: Faults) -> None:
    """Put every switch that a habit sets back to how a sound server behaves."""
    sound = Faults()
    for habit in _ALL:
        for path in habit.switches:
            _set(faults, path, _get(sound, path))


def _get(faults: Faults, path: str) -> object:
    group, _, name = path.rpartition(".")
    return getattr(getattr(faults, group) if group else faults, name)


def _set(faults: Faults, path: str, value: object) -> None:
    group, _, name = path.rpartition(".")
    setattr(getattr(faults, group) if group else faults, name, value)
