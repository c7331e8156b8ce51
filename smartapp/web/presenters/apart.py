"""A chart's statements told apart: what was said, goals and plans that nobody known said, and papers on
file.
"""

from dataclasses import dataclass

from smartapp.fhir.patient_record import PatientIdentity
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.model import Kind, SaidBy, Statement
from smartapp.web import words

_NOT_RECORDED = marked("Who said them is not recorded.")
_BY_CLINICIANS = marked("In a clinician’s words.")
_MIXED = marked("In a clinician’s words, or who said them is not recorded.")


@dataclass(frozen=True, slots=True)
class Apart:
    """Each newest first. `on_file`: planning documents and the people they name. `code_status`: whoever said
    it, for it has a place of its own in the EHR.
    """

    said: tuple[Statement, ...]
    in_chart: tuple[Statement, ...]
    on_file: tuple[Statement, ...]
    code_status: tuple[Statement, ...]


def apart(statements: tuple[Statement, ...]) -> Apart:
    on_file = tuple(s for s in statements if s.kind is Kind.PLANNING_DOCUMENT or s.about_person)
    code_status = tuple(s for s in statements if s.kind is Kind.CODE_STATUS and not s.about_person)
    elsewhere = (*on_file, *code_status)
    others = [statement for statement in statements if statement not in elsewhere]
    return Apart(
        said=tuple(statement for statement in others if statement.was_said),
        in_chart=tuple(statement for statement in others if not statement.was_said),
        on_file=on_file,
        code_status=code_status,
    )


def told_heading(patient: PatientIdentity, name: str) -> str:
    return (
        _("What %(name)s told us", name=name)
        if patient.deceased
        else _("What %(name)s has told us", name=name)
    )


def told_over_time(patient: PatientIdentity, name: str) -> str:
    return (
        _("What %(name)s told us, over time", name=name)
        if patient.deceased
        else _("What %(name)s has told us, over time", name=name)
    )


def nothing_said(patient: PatientIdentity, name: str, *, all_was_read: bool) -> str:
    """The line for a chart in which nobody's words were found. Not found is not the same as not there."""
    if patient.deceased:
        return _("Nothing is on file.") if all_was_read else _("Nothing was found.")
    found = _("Nothing is on file yet.") if all_was_read else _("Nothing was found.")
    return f"{found} " + _("What %(name)s says today starts the list.", name=name)


def in_chart_heading(in_chart: tuple[Statement, ...]) -> str:
    """ "Goals in the chart", "Goals and plans in the chart" """
    kinds = {statement.kind for statement in in_chart}
    named = [
        _("goals") if Kind.GOAL in kinds else "",
        _("preferences") if kinds - {Kind.GOAL, Kind.DECISION} else "",
        _("plans") if Kind.DECISION in kinds else "",
    ]
    return _("%(things)s in the chart", things=words.sentence(words.listed(filter(None, named))))


def in_chart_note(in_chart: tuple[Statement, ...]) -> str:
    """Whose words they are, as far as the chart tells."""
    speakers = {statement.said_by for statement in in_chart}
    if speakers == {SaidBy.CLINICIAN}:
        return _(_BY_CLINICIANS)
    return _(_MIXED) if SaidBy.CLINICIAN in speakers else _(_NOT_RECORDED)


def share_one_origin(in_chart: tuple[Statement, ...]) -> bool:
    """Whether the note above says it for each of them."""
    return len({statement.said_by for statement in in_chart}) == 1
