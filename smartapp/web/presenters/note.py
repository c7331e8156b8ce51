"""The text of a note before it is filed: what will be stored, for both answers to "I read this back"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from smartapp.i18n import gettext as _
from smartapp.sdm.model import DraftStatement
from smartapp.web.presenters.places import is_signed_at_once, note_name
from smartapp.writing.model import WriteContext
from smartapp.writing.note_text import footing, heading, line


@dataclass(frozen=True, slots=True)
class NoteLine:
    """`of`: id of the statement that it goes with, when that is unticked."""

    text: str
    of: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """`read_back` and `not_read_back`: the first line for each answer. `last`: "" without one."""

    heading: str
    about: str
    read_back: str
    not_read_back: str
    lines: tuple[NoteLine, ...]
    last: str


def note_view(drafts: Sequence[DraftStatement], context: WriteContext, *, on: date) -> NoteView:
    """`on`: the clinic's day."""
    name = note_name(context.site).lower()
    is_signed = is_signed_at_once(context.site)
    return NoteView(
        heading=_("This %(name)s will be filed signed, at once", name=name)
        if is_signed
        else _("This %(name)s will be filed as a draft for you to sign", name=name),
        about=_(
            "This is its whole text. Its first line says so when you tick “I read this back”. "
            "What you untick is left out."
        ),
        read_back=heading(patient_name=context.patient_name, on=on, read_back=True),
        not_read_back=heading(patient_name=context.patient_name, on=on, read_back=False),
        lines=tuple(NoteLine(line(draft), draft.id) for draft in drafts),
        last=footing(context.practitioner_name) if context.practitioner_name else "",
    )
