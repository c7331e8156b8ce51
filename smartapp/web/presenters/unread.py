"""Parts of the chart that could not be read, in a clinician's words: what is missing, what follows, and
why.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from smartapp.fhir.patient_record import AnyPart, Note, PartName, PatientRecord, Reason
from smartapp.i18n import gettext as _
from smartapp.i18n import marked, ngettext
from smartapp.notes.note_text import Unreadable
from smartapp.web import words
from smartapp.web.panels import PARTS, Panel

PART_WORDS = {
    PartName.GOALS: marked("goals"),
    PartName.PREFERENCES: marked("preferences"),
    PartName.NOTES: marked("notes"),
    PartName.QUESTIONNAIRES: marked("answers to forms"),
    PartName.CARE_PLANS: marked("care plans"),
    PartName.PRIORITIES: marked("orders of importance"),
    PartName.CONSENTS: marked("consents"),
    PartName.PLANNING_DOCUMENTS: marked("planning documents"),
    PartName.RELATED_PERSONS: marked("family and friends"),
    PartName.CARE_TEAM: marked("the care team"),
    PartName.VISIT: marked("this visit"),
    PartName.CONDITIONS: marked("conditions"),
    PartName.MEDICINES: marked("medicines"),
    PartName.ALLERGIES: marked("allergies"),
    PartName.ORDERS: marked("orders"),
    PartName.VALUES: marked("laboratory and vital sign values"),
    PartName.PATIENT: marked("the patient"),
}
_WHY = {
    Reason.NOT_PERMITTED: marked("The EHR did not give this app permission."),
    Reason.NOT_OFFERED: marked("This EHR does not offer this to apps."),
    Reason.TOO_SLOW: marked("The EHR took too long to answer."),
    Reason.TOO_LARGE: marked("The EHR sent more than this app reads at once."),
    Reason.UNAVAILABLE: marked("The EHR did not answer."),
    Reason.UNREADABLE: marked("The EHR’s answer made no sense to this app."),
    Reason.SESSION_ENDED: marked("Your EHR session ended."),
    Reason.OTHER_PATIENT: marked(
        "The EHR named something of another patient. Nothing can be sent from here."
    ),
}
_MOST_NOTES = 3
_NO_TEXT = marked("It may be a scan, a picture or a file of another kind.")
_UNREADABLE = {
    Unreadable.EMPTY: marked("It is empty, as far as this app can tell."),
    Unreadable.UNKNOWN_FORMAT: _NO_TEXT,
    Unreadable.UNKNOWN_CHARSET: marked("Its letters are stored in a way that this app does not know."),
    Unreadable.NO_TEXT_LAYER: marked("It is a scan or a fax: a picture of text."),
    Unreadable.ENCRYPTED: marked("It is locked with a password."),
    Unreadable.DAMAGED: marked("The file is damaged."),
    Unreadable.TOO_LONG: marked("It is longer than this app reads."),
    Unreadable.TOO_SLOW: marked("Reading it took too long."),
}
_NOT_TRIED = frozenset({Unreadable.TOO_LONG, Unreadable.TOO_SLOW})
"""There may well be a text in it."""


@dataclass(frozen=True, slots=True)
class Unread:
    """`heading` what, `consequence` what may be missing, `why` with the code for IT. `link`: where the EHR
    shows it, "" when it does not tell; `link_name` says which note that is.
    """

    heading: str
    consequence: str
    why: str
    link: str = ""
    link_name: str = ""


def unread_said(record: PatientRecord, name: str, panel: Panel = Panel.TOLD) -> tuple[Unread, ...]:
    """Parts of this panel in which the patient may have said more. What is still being read is none."""
    return _unread(
        record,
        panel,
        _("There may be more that %(name)s has said. Look in the chart, or ask.", name=name),
    )


def unread_notes(record: PatientRecord, name: str) -> tuple[Unread, ...]:
    """Notes that are in the chart, and whose text this app does not have, or not all of it."""
    silent = [note for note in record.notes.items if note.problem]
    in_part = [note for note in record.notes.items if note.partly and not note.problem]
    notes = silent + in_part
    consequence = _("There may be more that %(name)s has said. Look in the chart.", name=name)
    found = [_unread_note(note, consequence) for note in notes[:_MOST_NOTES]]
    if len(notes) > _MOST_NOTES:
        found.append(
            Unread(_for_more(len(notes) - _MOST_NOTES), consequence, _("The newest are named here."))
        )
    return tuple(found)


def _for_more(number: int) -> str:
    return ngettext("The same holds for %(n)s more note.", "The same holds for %(n)s more notes.", number)


def _nonsense(number: int) -> str:
    return ngettext(
        "%(n)s record made no sense to this app.", "%(n)s records made no sense to this app.", number
    )


def _unread_note(note: Note, consequence: str) -> Unread:
    title = words.sentence(words.one_line(note.title, 60)) or _("A note without a title")
    day = words.day(note.written_on) if note.written_on else _("no date")
    return Unread(
        heading=f"{title}, {day}, {_held(note)}.",
        consequence=consequence,
        why=_note_why(note),
        link=note.link,
        link_name=_("Open in the EHR: %(title)s, %(day)s (new window)", title=title, day=day),
    )


def _held(note: Note) -> str:
    if note.problem is None:
        return _("was read in part")
    if note.problem is not Reason.UNREADABLE:
        return _("did not reach this app")
    return (
        _("could not be read") if note.unreadable in _NOT_TRIED else _("holds no text that this app can read")
    )


def _note_why(note: Note) -> str:
    if note.problem is None:
        return _("It goes on, or a part of it could not be read.")
    if note.problem is Reason.UNREADABLE:
        return _(_UNREADABLE[note.unreadable] if note.unreadable else _NO_TEXT)
    return _(_WHY[note.problem])


def unread_around(record: PatientRecord) -> tuple[Unread, ...]:
    """Who and what an answer could be about."""
    return _unread(
        record,
        Panel.AROUND,
        _("The boxes may offer too few people and conditions. A name can be typed there."),
    )


def unread_people(record: PatientRecord) -> tuple[Unread, ...]:
    return _unread(record, Panel.PEOPLE, _("There may be more people who matter."))


def unread_rules(record: PatientRecord) -> tuple[Unread, ...]:
    """Parts that reminders need."""
    return _unread(record, Panel.RULES, _("A reminder may be missing for that."))


def parts_read(record: PatientRecord) -> str:
    """ "Chart read" or "11 of 14 parts read"."""
    parts = _wanted(record)
    read = sum(part.was_read for part in parts)
    return (
        _("Chart read")
        if read == len(parts)
        else _("%(read)s of %(number)s parts read", read=read, number=len(parts))
    )


def _wanted(record: PatientRecord) -> list[AnyPart]:
    """Every part, without the orders of importance where they may not be read: they are in lists that this
    app wrote, and without permission it writes them into notes.
    """
    forbidden = {part.name for part in record.parts if part.problem is Reason.NOT_PERMITTED}
    unwanted = forbidden & {PartName.PRIORITIES}
    return [part for part in record.parts if part.name not in unwanted]


def _unread(record: PatientRecord, panel: Panel, consequence: str) -> tuple[Unread, ...]:
    parts = [
        part
        for part in _wanted(record)
        if part.name in PARTS[panel] and part.problem is not Reason.STILL_READING
    ]
    found = [
        Unread(
            _("%(parts)s could not be read.", parts=_listed(part.name for part in group)),
            consequence,
            _why(group[0]),
        )
        for group in _by_reason(parts)
    ]
    found += [
        Unread(
            _("%(part)s were read in part.", part=words.sentence(_(PART_WORDS[part.name]))),
            consequence,
            _partly(part),
        )
        for part in parts
        if part.was_read and (part.left_out or not part.whole)
    ]
    return tuple(found)


def _by_reason(parts: Iterable[AnyPart]) -> list[list[AnyPart]]:
    groups: dict[tuple[Reason, int | None], list[AnyPart]] = {}
    for part in parts:
        if part.problem is not None:
            groups.setdefault((part.problem, part.status), []).append(part)
    return list(groups.values())


def _listed(names: Iterable[PartName]) -> str:
    return words.sentence(words.listed(_(PART_WORDS[name]) for name in names))


def _why(part: AnyPart) -> str:
    reason = part.problem or Reason.UNREADABLE
    code = str(reason) if part.status is None else f"{reason}, {part.status}"
    return f"{_(_WHY[reason])} ({code})"


def _partly(part: AnyPart) -> str:
    reasons = []
    if part.left_out:
        reasons.append(_nonsense(part.left_out))
    if not part.whole:
        reasons.append(_("The EHR has more than this app reads at once."))
    return " ".join(reasons)
