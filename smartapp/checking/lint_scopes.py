"""Scopes that a launch file lacks for what it switches on, and scopes that are asked for and never used."""

from collections.abc import Iterator, Mapping
from typing import Final

from smartapp.checking.finding import Finding, warning
from smartapp.ehr.profile import profile_for
from smartapp.fhir.searches import searches_for
from smartapp.smart.launch_config import LaunchFile
from smartapp.smart.registration import Mode, Registration
from smartapp.smart.scopes import GrantedScopes, parse
from smartapp.writing.model import RESOURCE_TYPES, Rung

ANSWERS: Final = RESOURCE_TYPES[Rung.QUESTIONNAIRE]
NOTES: Final = RESOURCE_TYPES[Rung.NOTE]
_BY_ID: Final = {
    "Patient": "rs",
    "Encounter": "r",
    "Practitioner": "r",
    "PractitionerRole": "r",
    "Binary": "r",
}
_UNUSED: Final = {
    "offline_access": "a token that outlives the visit, where online_access is enough",
    "profile": "the app does not use it, fhirUser is enough",
}
_V1_WORDS: Final = (".read", ".write", ".*")


def asked_of(registration: Registration) -> GrantedScopes:
    """What would be granted at best; an open sandbox has no scopes."""
    if registration.mode is Mode.OPEN:
        return GrantedScopes(everything=True)
    return parse(" ".join(registration.scopes))


def lint_scopes(file: LaunchFile) -> Iterator[Finding]:
    """What is missing first, what is too much last."""
    registration = file.registration
    if registration.mode is Mode.OPEN:
        return
    asked = asked_of(registration)
    yield from _to_open(file, asked)
    yield from _to_write(file, asked)
    yield from _never_used(file)


def used_actions(registration: Registration) -> Mapping[str, str]:
    """For each resource type that the app knows, the letters of "cruds" that it may make use of."""
    used = dict(_BY_ID)
    searches = searches_for("", profile_for(registration.vendor)).values()
    for search in (each for part in searches for each in part):
        used[search.resource_type] = "rs"
    for name in {*RESOURCE_TYPES.values(), "Provenance"}:
        is_written = name in registration.write_order or (name == "Provenance" and registration.provenance)
        is_filed = name == NOTES and registration.files_handout
        used[name] = ("cu" if is_written or is_filed else "") + "rs"
    return used


def _to_open(file: LaunchFile, asked: GrantedScopes) -> Iterator[Finding]:
    def missing(word: str, consequence: str) -> Finding:
        return _scope(file, problem=f"has no {word}: {consequence}", advice=f'Add "{word}".')

    if not asked.allows("Patient", "r"):
        yield missing("patient/Patient.r", "the app cannot open any chart")
    if not asked.allows("Encounter", "r"):
        yield missing("patient/Encounter.r", "the visit stays unknown, and some EHRs take no note without it")
    for word in ("openid", "fhirUser"):
        if not asked.names(word):
            yield missing(word, "the app does not learn who is signed in")
    if not asked.names("online_access"):
        yield missing("online_access", "a long visit ends when its first token does, and is launched again")
    if asked.allows_some(NOTES, "s") and not asked.allows("Binary", "r"):
        yield missing("patient/Binary.r", "notes whose text is a Binary stay unread")


def _to_write(file: LaunchFile, asked: GrantedScopes) -> Iterator[Finding]:
    registration = file.registration
    stated = profile_for(registration.vendor).stated
    others = profile_for(registration.vendor).creates_of_other_kinds
    for name in RESOURCE_TYPES.values():
        creates, is_ordered = asked.allows_some(name, "c"), name in registration.write_order
        # Where a vendor is known not to take it, or a section of its own is missing, nobody misses the scope.
        may_work = (stated is None or name in stated.creates - others) and (
            name != ANSWERS or registration.questionnaire is not None
        )
        if is_ordered and may_work and not creates:
            yield _scope(
                file,
                problem=f"has no scope to create {name}, which write.order names",
                advice=f'Add "patient/{name}.crus", or take {name} out of write.order.',
            )
        if creates and not (asked.allows_some(name, "r") and asked.allows_some(name, "s")):
            yield _scope(
                file,
                problem=f"may create {name} and not read it back, so nothing can be shown to be in the chart",
                advice=f'Write "patient/{name}.crs", with u to take back as well.',
            )
    if registration.questionnaire is not None and ANSWERS not in registration.write_order:
        yield warning(
            file,
            "questionnaire",
            "",
            problem=f"is not used: write.order has no {ANSWERS}",
            advice=f'Add "{ANSWERS}" to write.order.',
        )


def _never_used(file: LaunchFile) -> Iterator[Finding]:
    used = used_actions(file.registration)
    for word in file.registration.scopes:
        if word in _UNUSED:
            yield _scope(file, problem=f"has {word}: {_UNUSED[word]}", advice=f'Take "{word}" out.')
        for scope in parse(word).resources:
            if scope.context == "system":
                yield _scope(
                    file,
                    problem=f"has {word}: the app never acts without a person",
                    advice=f'Take "{word}" out.',
                )
            elif scope.resource_type == "*":
                yield _scope(
                    file,
                    problem=f"has {word}, which asks for everything there is",
                    advice="Name the types that the app reads: docs/fhir.md lists them.",
                )
            elif scope.resource_type not in used:
                yield _scope(
                    file,
                    problem=f"has {word}, and the app uses no {scope.resource_type}",
                    advice=f'Take "{word}" out.',
                )
            elif not word.partition("?")[0].endswith(_V1_WORDS):
                yield from _too_many_letters(file, word, scope.actions, used[scope.resource_type])


def _too_many_letters(file: LaunchFile, word: str, actions: str, used: str) -> Iterator[Finding]:
    unused = "".join(letter for letter in actions if letter not in used)
    if unused:
        start, _, rest = word.partition(".")
        letters, mark, query = rest.partition("?")
        kept = "".join(letter for letter in letters if letter not in unused)
        narrower = f'Write "{start}.{kept}{mark}{query}".' if kept else f'Take "{word}" out.'
        yield _scope(file, problem=f'has {word}, and the app does not use its "{unused}"', advice=narrower)


def _scope(file: LaunchFile, *, problem: str, advice: str) -> Finding:
    return warning(file, "scopes", "request", problem=problem, advice=advice)
