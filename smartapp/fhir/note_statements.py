"""What notes say: statements, each with where its words stand, and words that may color the picture."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from smartapp.fhir.patient_record import Note, NoteWording, PatientIdentity
from smartapp.notes.finding import Experiencer, Finding, Label, Status, Task
from smartapp.notes.own_handout import without_handouts
from smartapp.notes.own_note import NotedStatement, OwnNote, own_notes
from smartapp.sdm.choices import option
from smartapp.sdm.model import Kind, SaidBy, Source, Statement, Time
from smartapp.sdm.word_forms import same_words

ReadText = Callable[[str], tuple[Finding, ...]]

MAX_CHARACTERS: Final = 200_000
"""Of one note; what follows is not looked through."""

_WORDING_MONTHS: Final = 24
_KINDS: Final = MappingProxyType(
    {
        Label.GOAL: Kind.GOAL,
        Label.WORRY: Kind.WORRY,
        Label.VALUE: Kind.MATTERS,
        Label.TREATMENT_PREFERENCE: Kind.TREATMENT_PREFERENCE,
        Label.CARE_EXPERIENCE: Kind.CARE_EXPERIENCE,
        Label.DECISION_ROLE: Kind.DECISION_ROLE,
        Label.CODE_STATUS: Kind.CODE_STATUS,
    }
)
_TIMES: Final = MappingProxyType(
    {
        Status.CURRENT: Time.CURRENT,
        Status.HISTORICAL: Time.HISTORICAL,
        Status.HYPOTHETICAL: Time.HYPOTHETICAL,
    }
)


@dataclass(frozen=True, slots=True)
class NotesSay:
    """`wording` names no author."""

    statements: tuple[Statement, ...]
    wording: tuple[NoteWording, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """One note with what was found in it, and with the text that the offsets are of."""

    note: Note
    text: str
    findings: tuple[Finding, ...]

    def around(self, finding: Finding) -> str:
        return self.text[finding.around_start : finding.around_end] or finding.text


def what_notes_say(
    notes: Iterable[Note], patient: PatientIdentity, *, read: ReadText, today: date
) -> NotesSay:
    """What the notes say that was said: confirmed in a note that this app filed, else not; and wording of
    others' notes of the last two years. `read`: as NoteReader.read.
    """
    own: list[Statement] = []
    found: list[_Read] = []
    for note in sorted(notes, key=lambda one: one.written_on or date.max):
        noted, text = _own_statements(note, patient)
        text = text[:MAX_CHARACTERS]
        own += noted
        found.append(_Read(note, text, read(text) if text.strip() else ()))
    return NotesSay((*own, *_statements(found)), _wording(found, today))


def _statements(read: Sequence[_Read]) -> list[Statement]:
    """A sentence that was copied forward counts where it stood first, with the later days.

    Not so where another code status stood in between: then it was decided anew.
    """
    first: dict[tuple[str, ...], int] = {}
    found: list[Statement] = []
    for one in read:
        for finding in one.findings:
            if not finding.is_statement:
                continue
            statement = _statement(finding, one)
            key = _copied(statement)
            at = first.get(key)
            if at is not None:
                found[at] = _also_on(found[at], one.note.written_on)
                continue
            if statement.kind is Kind.CODE_STATUS:
                first = {known: at for known, at in first.items() if known[0] != Kind.CODE_STATUS}
            first[key] = len(found)
            found.append(statement)
    return found


def _copied(statement: Statement) -> tuple[str, ...]:
    words, around = same_words(statement.words), same_words(statement.source.excerpt)
    return statement.kind, str(statement.negated), statement.time, words, around


def _also_on(statement: Statement, day: date | None) -> Statement:
    if day is None or day == statement.said_on or day in statement.also_on:
        return statement
    return replace(statement, also_on=(day, *statement.also_on))


def _statement(finding: Finding, read: _Read) -> Statement:
    note, kind = read.note, finding.kind or _KINDS[finding.label]
    around = read.around(finding)
    start, end = _place(read, finding, around)
    return Statement(
        kind=kind,
        words=finding.text,
        said_by=_said_by(finding, kind),
        source=Source(
            note.reference,
            title=note.title,
            excerpt=around,
            start=start,
            end=end,
            rule=finding.rule,
        ),
        said_on=note.written_on,
        speaker=finding.speaker,
        recorder=note.author,
        language=note.language or finding.language,
        confirmed=False,
        verbatim=finding.is_quoted,
        time=_TIMES[finding.status],
        negated=finding.is_negated,
    )


def _said_by(finding: Finding, kind: Kind) -> SaidBy:
    if kind is Kind.CODE_STATUS:
        return SaidBy.REPORTED if finding.is_confirmed else SaidBy.UNKNOWN
    if finding.experiencer is Experiencer.FAMILY:
        return SaidBy.RELATED_PERSON
    is_patients = finding.experiencer is Experiencer.PATIENT and finding.is_quoted
    return SaidBy.PATIENT if is_patients else SaidBy.REPORTED


def _place(read: _Read, finding: Finding, around: str) -> tuple[int, int]:
    """From where to where the words stand in the note; what was read is shorter where the note holds one of
    the app's own. Nowhere is 0, 0.
    """
    if read.note.text.startswith(read.text):
        return finding.start, finding.end
    at = read.note.text.find(around)
    start = at + finding.start - finding.around_start
    return (start, start + finding.end - finding.start) if at >= 0 else (0, 0)


def _wording(read: Sequence[_Read], today: date) -> tuple[NoteWording, ...]:
    """Newest first; a sentence that was copied forward once, where it stands last."""
    since = _months_before(today, _WORDING_MONTHS)
    once: dict[tuple[str, str, str], NoteWording] = {}
    for one in reversed(read):
        written_on = one.note.written_on
        if one.note.is_ours or written_on is None or written_on < since:
            continue
        for finding in one.findings:
            if finding.task is Task.WORDING:
                wording = _worded(finding, one)
                key = wording.label, same_words(wording.words), same_words(wording.excerpt)
                once.setdefault(key, wording)
    return tuple(once.values())


def _worded(finding: Finding, read: _Read) -> NoteWording:
    return NoteWording(
        reference=read.note.reference,
        title=read.note.title,
        written_on=read.note.written_on,
        words=finding.text,
        excerpt=read.around(finding),
        label=finding.label,
        severity=finding.severity,
        instead=finding.instead,
        rule=finding.rule,
    )


def _months_before(today: date, months: int) -> date:
    years, month = divmod(today.month - 1 - months, 12)
    return date(today.year + years, month + 1, min(today.day, 28))


def _own_statements(note: Note, patient: PatientIdentity) -> tuple[list[Statement], str]:
    """The statements in this app's words, and the rest of the text.

    Text that was copied by hand could be from another chart: it counts when it names this patient, and as
    unconfirmed. Where it does not, nobody reads it.
    """
    notes, rest = own_notes(without_handouts(note.text))
    if not all(note.is_ours or _names(one.patient_name, patient) for one in notes):
        return [], rest
    return [_noted(statement, one, note) for one in notes for statement in one.statements], rest


def _names(name: str, patient: PatientIdentity) -> bool:
    parts = [patient.family, *patient.given.split()[:1]]
    is_full = any(parts) and all(part.casefold() in name.casefold() for part in parts)
    return is_full or name in {patient.call_name, patient.given, patient.family}


def _noted(found: NotedStatement, own: OwnNote, note: Note) -> Statement:
    is_summary = found.said_by is SaidBy.PATIENT and not found.verbatim
    return Statement(
        kind=found.kind,
        words=found.words,
        said_by=SaidBy.REPORTED if is_summary else found.said_by,
        source=Source(note.reference, title=note.title),
        said_on=own.on,
        speaker=found.speaker,
        recorder=own.recorder or note.author,
        language=note.language,
        due=found.due,
        confirmed=note.is_ours,
        coded=found.words == option(found.kind, found.choice),
        choice=found.choice,
        verbatim=found.verbatim,
    )
