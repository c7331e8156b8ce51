"""What notes add when they come after the rest of what was said."""

from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.i18n import gettext as _
from smartapp.sdm.contrast import contrasts
from smartapp.sdm.model import Statement
from smartapp.sdm.standing import is_over
from smartapp.web.panels import Panel
from smartapp.web.presenters.apart import apart, nothing_said
from smartapp.web.presenters.before import MOST_TOLD, Beside, Told, all_line, most_telling, set_aside_line
from smartapp.web.presenters.differ import differ_views
from smartapp.web.presenters.unread import unread_notes, unread_said


def also_view(record: PatientRecord, beside: Beside) -> Told:
    """`record`: with everything that was said, notes too. What the panel before this one shows is not shown
    again, unless something in a note differs from it.
    """
    statements, name = all_statements(record), beside.name
    parts = apart(statements)
    notes = {note.reference for note in record.notes.items}
    first = [one for one in contrasts(statements) if _is_noted(notes, one.earlier, one.later)][:1]
    pair = [statement for one in first for statement in (one.earlier, one.later)]
    # A note of the app's own may hold a goal or a plan in a clinician's words: its place is here, too.
    plans = (one for one in parts.in_chart if one.confirmed and not is_over(one))
    noted = tuple(one for one in (*parts.said, *plans) if _is_noted(notes, one) and one not in pair)
    told = most_telling(noted)[: MOST_TOLD - len(first)]
    not_read = unread_said(record, name, Panel.NOTES)
    unread = not_read + unread_notes(record, name)
    nothing = ""
    if not told and not pair:
        nothing = _("Nothing more was found in notes.")
        if not parts.said:
            all_was_read = not unread and not unread_said(record, name)
            nothing = nothing_said(record.patient, name, all_was_read=all_was_read)
    differ = differ_views(first, beside.view, name=name, can_ask=not record.patient.deceased)
    return Told(
        heading=_("Also in notes"),
        shown=tuple(beside.view(statement) for statement in told),
        differ=next(iter(differ), None),
        nothing=nothing,
        all_line=all_line(len(parts.said), 0) if told or pair else "",
        aside_line=set_aside_line(beside.set_aside) if beside.set_aside else "",
        unread=unread,
        retry=Panel.NOTES if not_read else None,
    )


def _is_noted(notes: set[str], *statements: Statement) -> bool:
    return any(one.source.reference in notes for one in statements)
