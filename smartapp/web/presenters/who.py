"""Who matters: each person once, with every role the chart gives them, papers on file, language and
strengths.
"""

from dataclasses import dataclass, field
from datetime import date

from smartapp.fhir.patient_record import PatientIdentity, PatientRecord, RelatedPerson
from smartapp.i18n import gettext as _
from smartapp.i18n import ngettext
from smartapp.sdm.model import Kind, Statement
from smartapp.sdm.phrases import in_parts
from smartapp.web import words
from smartapp.web.panels import Panel
from smartapp.web.presenters.said import Said, language_name, said
from smartapp.web.presenters.unread import Unread, unread_people

_MOST_STRENGTHS = 3
_MOST_OF_TEAM = 8
_NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Who:
    """`retry`: what can be asked for again, None where nothing failed."""

    people: tuple[Person, ...]
    nobody: str
    unread: tuple[Unread, ...]
    retry: Panel | None


@dataclass(slots=True)
class _Entry:
    """One person, while what the chart says of them in several places is brought together."""

    name: str
    roles: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def add(self, roles: str, detail: str = "") -> None:
        have = {role.casefold() for role in self.roles}
        self.roles += [role for role in roles.split(", ") if role and role.casefold() not in have]
        self.details += [detail] if detail and detail not in self.details else []


def who(record: PatientRecord, on_file: tuple[Statement, ...]) -> Who:
    close = _close(record, on_file)
    documents = [statement for statement in on_file if not statement.about_person]
    people = [_person(entry) for entry in close]
    people += [Person(words.one_line(each.words, 160), _on_file(each)) for each in documents]
    people += _team(record, {entry.name for entry in close})
    nobody_known = not people and record.related_persons.was_read
    not_known = _or_ask(record.patient, _("Not known."), _("Ask who should be there."))
    return Who(
        people=tuple(people),
        nobody=not_known if nobody_known else "",
        unread=(unread := unread_people(record)),
        retry=Panel.PEOPLE if unread else None,
    )


def strengths(said_before: tuple[Statement, ...], today: date) -> tuple[Said, ...]:
    """What can be named as going well: the newest."""
    return tuple(said(s, today) for s in said_before if s.kind is Kind.STRENGTH)[:_MOST_STRENGTHS]


def language_line(patient: PatientIdentity) -> str:
    """ "Spanish, from registration. An interpreter is needed." """
    if not patient.language:
        spoken = _or_ask(patient, _("Not recorded."), _("Ask."))
    else:
        spoken = words.sentence(
            _("%(language)s, from registration.", language=language_name(patient.language))
        )
    needs = {True: " " + _("An interpreter is needed."), False: " " + _("No interpreter needed."), None: ""}
    return spoken if patient.deceased else spoken + needs[patient.interpreter_needed]


def _close(record: PatientRecord, on_file: tuple[Statement, ...]) -> list[_Entry]:
    """Family, friends and agents. The same name is the same person; somebody without a name is nobody
    else.
    """
    entries: list[_Entry] = []
    for person in record.related_persons.items:
        _entry(entries, person.name).add(person.relationship, _speaks(person, record.patient))
    for statement in on_file:
        if statement.about_person:
            role = statement.words.removeprefix(f"{statement.about_person}, ")
            _entry(entries, statement.about_person).add(role, _on_file(statement))
    for member in record.care_team.items:
        for entry in entries:
            if member.name and entry.name == member.name:
                entry.add(member.relationship)
    return entries


def _entry(entries: list[_Entry], name: str) -> _Entry:
    known = next((entry for entry in entries if name and entry.name == name), None)
    if known is None:
        known = _Entry(name)
        entries.append(known)
    return known


def _team(record: PatientRecord, close: set[str]) -> list[Person]:
    entries: list[_Entry] = []
    for member in record.care_team.items:
        if member.name not in close:
            _entry(entries, member.name).add(member.relationship)
    if not entries:
        return []
    named = [_with_roles(entry) for entry in entries[:_MOST_OF_TEAM]]
    more = len(entries) - len(named)
    return [
        Person(
            _("Care team"),
            in_parts([*named, ngettext("and %(n)s more", "and %(n)s more", more)] if more else named),
        )
    ]


def _person(entry: _Entry) -> Person:
    return Person(_with_roles(entry), " ".join(entry.details))


def _with_roles(entry: _Entry) -> str:
    parts = (words.one_line(part, _NAME_LIMIT) for part in (entry.name, words.in_a_row(entry.roles)))
    return words.in_a_row(filter(None, parts)) or _("Name not known")


def _speaks(person: RelatedPerson, patient: PatientIdentity) -> str:
    """The language, only where it is another than the patient's."""
    spoken = language_name(person.language)
    return (
        _("Speaks %(language)s.", language=spoken)
        if spoken and spoken != language_name(patient.language)
        else ""
    )


def _on_file(statement: Statement) -> str:
    day = words.known_day(statement.said_on, statement.known_to) if statement.said_on else _("no date")
    return _("On file, %(day)s.", day=day)


def _or_ask(patient: PatientIdentity, known: str, ask: str) -> str:
    return known if patient.deceased else f"{known} {ask}"
