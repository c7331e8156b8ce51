"""Where one statement comes from, whole: what, when, who wrote it down, where in the chart, what stands
around it, what else came from there, and how to find it in the EHR.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from smartapp.fhir.patient_record import Note
from smartapp.i18n import gettext as _
from smartapp.i18n import marked, ngettext
from smartapp.sdm.goal_track import GoalTrack
from smartapp.sdm.model import Kind, SaidBy, Statement
from smartapp.sdm.wording import KIND_WORDS
from smartapp.web import words
from smartapp.web.goal_status import way_of
from smartapp.web.presenters.said import also_on, anchor

_LIMIT: Final = 80
_MOST_OTHERS: Final = 8
_TYPES: Final = {
    "Goal": marked("Goal in the chart"),
    "Observation": marked("Observation in the chart"),
    "QuestionnaireResponse": marked("Answers to a form"),
    "CarePlan": marked("Care plan"),
    "List": marked("List in the chart"),
    "Consent": marked("Consent in the chart"),
    "DocumentReference": marked("Note or document"),
    "DiagnosticReport": marked("Report"),
    "Composition": marked("Document"),
    "ClinicalImpression": marked("Clinical impression"),
}
_PLACES: Final = {
    "Goal": marked("Open the patient’s goals and look for these words."),
    "Observation": marked("Open the observations of this day and look for these words."),
    "QuestionnaireResponse": marked("Open the patient’s forms and look for the one of this day."),
    "CarePlan": marked("Open the patient’s care plans and look for the one of this day."),
    "List": marked("Open the patient’s lists and look for the one of this day."),
    "Consent": marked("Open the consents and advance care documents."),
}
_NOTE_PLACE: Final = marked("Open the notes and documents and look for the one of this day.")
_NOT_RECORDED: Final = marked("Not recorded")


@dataclass(frozen=True, slots=True)
class FactView:
    """`is_code`: a reference, in which every letter counts."""

    label: str
    value: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class OtherView:
    """Another statement of the same source."""

    anchor: str
    words: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """`around`: what stands around the words, "" where there is no more than they. `history`: of a goal, day
    and what became of it. `place`: how to find it in the EHR; `link` opens it there, "" where the EHR does
    not tell. `name`: of the link that opens this, for whoever hears it.
    """

    name: str
    facts: tuple[FactView, ...]
    around: str
    history: tuple[tuple[str, str], ...]
    history_note: str
    others: tuple[OtherView, ...]
    more: str
    place: str
    link: str


def sources_of(
    statements: Sequence[Statement],
    notes: Sequence[Note],
    tracks: Mapping[str, GoalTrack],
    *,
    read: Container[str],
) -> dict[str, SourceView]:
    """By place on the page. `tracks` by place, too. `read`: references of goals whose earlier changes were
    read.
    """
    links = {note.reference: note.link for note in notes}
    by_source: dict[str, list[Statement]] = {}
    for one in statements:
        by_source.setdefault(one.source.reference, []).append(one)
    return {
        (place := anchor(one)): _source(
            one,
            by_source[one.source.reference],
            tracks.get(place),
            link=links.get(one.source.reference, ""),
            is_whole=one.source.reference in read,
        )
        for one in statements
    }


def _source(
    statement: Statement,
    of_source: Sequence[Statement],
    track: GoalTrack | None,
    *,
    link: str,
    is_whole: bool,
) -> SourceView:
    resource_type = statement.source.reference.partition("/")[0]
    others = [one for one in of_source[: _MOST_OTHERS + 1] if one is not statement][:_MOST_OTHERS]
    left = len(of_source) - 1 - len(others)
    return SourceView(
        name=_("Source: %(words)s", words=words.one_line(statement.words, _LIMIT)),
        facts=tuple(fact for fact in _facts(statement, resource_type) if fact.value),
        around=statement.source.excerpt if statement.source.excerpt != statement.words else "",
        history=way_of(track) if track else (),
        history_note=_("Earlier changes were not read.") if track and not is_whole else "",
        others=tuple(OtherView(anchor(one), words.one_line(one.words, _LIMIT)) for one in others),
        more=ngettext("%(n)s more", "%(n)s more", left) if left > 0 else "",
        place=_(_PLACES.get(resource_type, _NOTE_PLACE)),
        link=link,
    )


def _facts(statement: Statement, resource_type: str) -> list[FactView]:
    said_on = statement.said_on
    day = words.known_day(said_on, statement.known_to) if said_on else _("No date")
    recorder = words.one_line(statement.recorder, _LIMIT)
    return [
        FactView(_("What it is"), _(KIND_WORDS[statement.kind])),
        FactView(_("Whose words"), _whose(statement)),
        FactView(_("When"), words.in_a_row(filter(None, (day, also_on(statement))))),
        FactView(_("Written down by"), recorder or _(_NOT_RECORDED)),
        FactView(_("Asked"), words.one_line(statement.question, 2 * _LIMIT)),
        FactView(_("Why this status"), words.one_line(statement.status_reason, 2 * _LIMIT)),
        FactView(_("Where it stands"), _(_TYPES.get(resource_type, resource_type))),
        FactView(_("Title"), words.one_line(statement.source.title, _LIMIT)),
        FactView(_("Reference"), words.one_line(statement.source.reference, _LIMIT), is_code=True),
    ]


def _whose(statement: Statement) -> str:
    if statement.kind is Kind.PLANNING_DOCUMENT or statement.about_person:
        return _("Nobody’s: it says that there is a document or a person.")
    speaker = words.one_line(statement.speaker, _LIMIT)
    match statement.said_by:
        case SaidBy.PATIENT:
            return _("The patient’s own") if statement.verbatim else _("The patient’s, as somebody put it")
        case SaidBy.RELATED_PERSON:
            return speaker or _("Someone close")
        case SaidBy.REPORTED:
            return (
                _("The patient’s, as %(speaker)s told it", speaker=speaker)
                if speaker
                else _("The patient’s, as the note has it")
            )
        case SaidBy.CLINICIAN:
            return _("A clinician’s")
        case SaidBy.UNKNOWN:
            return _(_NOT_RECORDED)
