"""Before you walk in: one question to open with, what the patient has told us, and who matters."""

from dataclasses import dataclass
from datetime import date

from smartapp.fhir.patient_record import PatientIdentity, PatientRecord, RelatedPerson
from smartapp.sdm.model import Kind, SaidBy, Statement
from smartapp.sdm.selection import Prompts, ShownReminder
from smartapp.web import words
from smartapp.web.presenters_said import Said, is_own_words, language_name, said
from smartapp.web.presenters_unread import Unread, unread_people, unread_rules, unread_said

MOST_TOLD = 3
_NOT_FOR_TOP = frozenset({Kind.PLANNING_DOCUMENT, Kind.STRENGTH})
OVER = frozenset({"completed", "cancelled", "rejected", "entered-in-error"})
_NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class SourceLine:
    citation: str
    grade: str
    link: str


@dataclass(frozen=True, slots=True)
class ReminderView:
    id: str
    text: str
    because: str
    why: str
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """`shown`: the first is shown large. `all_line` links to every statement; "" when these are all."""

    shown: tuple[Said, ...]
    nothing: str
    all_line: str
    unread: tuple[Unread, ...]


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Who:
    people: tuple[Person, ...]
    nobody: str
    language: str
    strengths: tuple[Said, ...]
    unread: tuple[Unread, ...]


@dataclass(frozen=True, slots=True)
class ChartView:
    """Everything that waits for the chart."""

    reminders: tuple[ReminderView, ...]
    told: Told
    who: Who
    read_line: str


def chart_view(
    record: PatientRecord,
    statements: tuple[Statement, ...],
    prompts: Prompts,
    *,
    today: date,
    name: str,
    read_line: str,
) -> ChartView:
    return ChartView(
        reminders=tuple(_reminder(shown) for shown in prompts.reminders),
        told=_told(record, statements, today=today, name=name),
        who=_who(record, statements, today=today),
        read_line=read_line,
    )


def most_telling(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """At most three: own words before what others wrote of them, then each kind once, then the newest.

    Nothing that is over. `statements` come newest first.
    """
    open_ones = [s for s in statements if s.kind not in _NOT_FOR_TOP and s.status not in OVER]
    open_ones.sort(key=lambda statement: (not is_own_words(statement), not statement.confirmed))
    kinds = [statement.kind for statement in open_ones]
    first_of_kind = [s for place, s in enumerate(open_ones) if kinds.index(s.kind) == place]
    others = [statement for statement in open_ones if statement not in first_of_kind]
    return tuple((first_of_kind + others)[:MOST_TOLD])


def _on_file(record: PatientRecord) -> tuple[Statement, ...]:
    """Health care agents and planning documents: about who matters, and nobody's words."""
    return record.consents.items + record.planning_documents.items


def _told(record: PatientRecord, statements: tuple[Statement, ...], *, today: date, name: str) -> Told:
    on_file = _on_file(record)
    spoken = tuple(s for s in statements if s not in on_file and s.said_by is not SaidBy.CLINICIAN)
    top = [said(statement, today) for statement in most_telling(spoken)]
    unread = unread_said(record, name) + unread_rules(record)
    nothing = "" if top else f"Nothing is on file yet. What {name} says today starts the list."
    if not top and unread:
        nothing = f"Nothing was found. What {name} says today starts the list."
    more = len(statements) > len(top)
    return Told(
        shown=tuple(top),
        nothing=nothing,
        all_line=f"All {words.count(len(statements), 'statement', 'statements')}, newest first"
        if more
        else "",
        unread=unread,
    )


def _who(record: PatientRecord, statements: tuple[Statement, ...], *, today: date) -> Who:
    people = [_person(person, record.patient) for person in record.related_persons.items]
    people += [
        Person(words.one_line(statement.words, 160), f"On file, {said(statement, today).day}")
        for statement in _on_file(record)
    ]
    close = {person.name for person in record.related_persons.items}
    team = [_with_role(person) for person in record.care_team.items if person.name not in close]
    if team:
        people.append(Person("Care team", "; ".join(team)))
    nobody_known = not people and record.related_persons.was_read
    return Who(
        people=tuple(people),
        nobody="Not known. Ask who should be there." if nobody_known else "",
        language=_language(record.patient),
        strengths=tuple(said(s, today) for s in statements if s.kind is Kind.STRENGTH)[:MOST_TOLD],
        unread=unread_people(record),
    )


def _person(person: RelatedPerson, patient: PatientIdentity) -> Person:
    """With the language only where it is another than the patient's."""
    spoken = language_name(person.language)
    differs = spoken and spoken != language_name(patient.language)
    return Person(_with_role(person), f"Speaks {spoken}." if differs else "")


def _with_role(person: RelatedPerson) -> str:
    name, role = words.one_line(person.name, _NAME_LIMIT), words.one_line(person.relationship, _NAME_LIMIT)
    return ", ".join(part for part in (name, role) if part) or "Name not known"


def _language(patient: PatientIdentity) -> str:
    if not patient.language:
        spoken = "Not recorded. Ask."
    else:
        spoken = f"{language_name(patient.language)}, from registration."
    needs = {True: " An interpreter is needed.", False: " No interpreter needed.", None: ""}
    return spoken + needs[patient.interpreter_needed]


def _reminder(shown: ShownReminder) -> ReminderView:
    reminder = shown.reminder
    return ReminderView(
        id=reminder.id,
        text=reminder.text,
        because=shown.because,
        why=reminder.why,
        sources=tuple(SourceLine(s.citation, words.sentence(s.grade), s.link) for s in reminder.sources),
    )
