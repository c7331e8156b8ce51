"""What of a chart can be read at an EHR by what it states, and what a clinician will miss."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from smartapp.checking.lint_scopes import asked_of
from smartapp.checking.online import Seen
from smartapp.checking.server import Server
from smartapp.checking.telling import Line, note, ok, warn
from smartapp.ehr.profile import profile_for
from smartapp.fhir.patient_record import PartName
from smartapp.fhir.searches import Search, searches_for, value_searches
from smartapp.sdm.measured import Asked
from smartapp.smart.scopes import GrantedScopes

_MISSED: Final[Mapping[PartName, tuple[str, str]]] = {
    PartName.PATIENT: ("who the patient is", "the app cannot open a chart"),
    PartName.VISIT: ("the visit", "the page does not say what the visit is for"),
    PartName.GOALS: ("goals", "goals that stand in the chart are asked for again"),
    PartName.PREFERENCES: ("preferences", "preferences that stand in the chart as data are not shown"),
    PartName.NOTES: ("notes", "nothing that the patient said in earlier notes is found"),
    PartName.QUESTIONNAIRES: ("answers to forms", "what the patient answered in forms is not shown"),
    PartName.CARE_PLANS: ("care plans", "decisions in care plans are not shown"),
    PartName.PRIORITIES: ("orders of importance", "an order of what matters most is not shown again"),
    PartName.CONSENTS: ("consents", "consents and advance directives that stand as such are not shown"),
    PartName.PLANNING_DOCUMENTS: ("planning documents", "advance care planning documents are not named"),
    PartName.RELATED_PERSONS: ("family and friends", "nobody close to the patient is named"),
    PartName.CARE_TEAM: ("the care team", "who else cares for the patient is not named"),
    PartName.CONDITIONS: ("conditions", "reminders about a condition stay away"),
    PartName.MEDICINES: ("medicines", "reminders about a medicine stay away"),
    PartName.ALLERGIES: ("allergies", "they are not shown"),
    PartName.ORDERS: ("orders", "reminders about an order stay away"),
    PartName.VALUES: ("laboratory and vital sign values", "reminders about values stay away"),
}
_BY_ID: Final = ((PartName.PATIENT, "Patient"), (PartName.VISIT, "Encounter"))
_ANY_VALUE: Final = Asked(codes=("2160-0",), within_days=90)
"""Any line will do: what is looked at is which parameters the search has."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Of one search or read. `line` None where it works as asked."""

    part: PartName
    resource_type: str
    line: Line | None = None


def reading_lines(seen: Seen) -> Iterator[Line]:
    """First what can be read, in one line; then one line for each part, or half of one, that is missing."""
    if seen.server is None:
        yield note("Not known: the EHR did not say. In a visit each part is tried, and what fails is named.")
        return
    asked, profile = asked_of(seen.registration), profile_for(seen.registration.vendor)
    outcomes = [_by_id(part, name, seen.server, asked) for part, name in _BY_ID]
    searches = dict(searches_for("", profile))
    searches[PartName.VALUES] = value_searches("", profile, asked=(_ANY_VALUE,), today=date(2000, 1, 2))
    for part, each in searches.items():
        outcomes += _searched(part, each, seen.server, asked)
    readable = dict.fromkeys(
        f"{_MISSED[each.part][0]} ({each.resource_type})" for each in outcomes if each.line is None
    )
    if readable:
        yield ok(f"Can be read: {', '.join(readable)}.")
    yield from dict.fromkeys(each.line for each in outcomes if each.line is not None)
    if asked.allows("Binary", "r") and not _offers(seen.server, "Binary", "read"):
        yield note("The EHR lists no reading of Binary: notes whose text is kept as one may stay unread.")


def _by_id(part: PartName, name: str, server: Server, asked: GrantedScopes) -> _Outcome:
    what, missed = _MISSED[part]
    if not _offers(server, name, "read"):
        line = warn if part is PartName.PATIENT else note
        return _Outcome(part, name, line(f"{what}: the EHR lists no reading of {name}; {missed}."))
    if not asked.allows(name, "r"):
        return _Outcome(part, name, _not_asked(what, missed, f"patient/{name}.r"))
    return _Outcome(part, name)


def _searched(
    part: PartName, searches: Sequence[Search], server: Server, asked: GrantedScopes
) -> Iterator[_Outcome]:
    what, missed = _MISSED[part]
    for search in searches:
        name = search.resource_type
        may, offered = asked.allows_some(name, "s"), _offers(server, name, "search-type")
        if (search.is_optional and not may) or (search.is_extra and not offered):
            continue  # nobody misses it
        if not offered:
            yield _Outcome(part, name, note(f"{what}: the EHR lists no search of {name}; {missed}."))
        elif not may:
            yield _Outcome(part, name, _not_asked(what, missed, f"patient/{name}.rs"))
        elif unlisted := _unlisted(search, server):
            params = " and ".join(unlisted)
            yield _Outcome(
                part, name,
                note(f"{what}: a search of {name} by {params} is not listed. If it is refused, {missed}."),
            )  # fmt: skip
        else:
            yield _Outcome(part, name)


def _not_asked(what: str, missed: str, scope: str) -> Line:
    return warn(
        f"{what}: no scope for it is asked for; {missed}.",
        f'Add "{scope}", where your registration has it.',
    )


def _unlisted(search: Search, server: Server) -> list[str]:
    """Parameters that the server does not list; none where it lists no parameter at all."""
    listed = server.types[search.resource_type].params
    names = dict.fromkeys(name for name, _ in search.params if not name.startswith("_"))
    return [name for name in names if listed and name not in listed]


def _offers(server: Server, name: str, interaction: str) -> bool:
    return name in server.types and interaction in server.types[name].interactions
