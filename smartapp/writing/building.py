"""Makes the resource of a ledger entry, and lets nothing out that the guard refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from smartapp import __version__
from smartapp.errors import GuardRefused
from smartapp.fhir import (
    care_plan,
    confidence,
    document,
    goal,
    guard,
    observation,
    priorities,
    provenance,
    questionnaire_response,
)
from smartapp.fhir.codes import CREATE, NULLIFY, UPDATE
from smartapp.fhir.references import VisitReferences
from smartapp.sdm.model import ChangeKind, DraftStatement, Kind
from smartapp.writing.entry import HANDOUT, PROVENANCE, Entry
from smartapp.writing.expected import expected_of
from smartapp.writing.making import Form, Link, Making, form_of, visit_of
from smartapp.writing.model import Rung, WriteContext
from smartapp.writing.note_text import filed_text

__all__ = ["Form", "Link", "Making", "build", "form_of", "made", "visit_of"]

_ASSEMBLER: Final = f"Common Ground {__version__}"
_KINDS: Final = {Rung.GOAL: Kind.GOAL, Rung.CARE_PLAN: Kind.DECISION, Rung.LIST: Kind.PRIORITIES}


def build(
    row_id: str, rung: str, entry: Entry, *, context: WriteContext, making: Making
) -> dict[str, object]:
    """The resource to create for a row of the ledger in this visit; `row_id` becomes its identifier. `rung`:
    a Rung that writes, HANDOUT or PROVENANCE.

    Raises GuardRefused, also for an entry that has no form on this rung.
    """
    try:
        resource = made(row_id, rung, entry, context=context, making=making)
        expected = expected_of(row_id, rung, entry, context=context, making=making)
    except (LookupError, ValueError) as error:
        problem = f"{rung}: cannot be made ({type(error).__name__})"
    else:
        guard.check(resource, expected)
        return resource
    # Raised here, without its cause, which may hold words.
    raise GuardRefused(problem)


def made(row_id: str, rung: str, entry: Entry, *, context: WriteContext, making: Making) -> dict[str, object]:
    """The resource, not yet guarded. Raises LookupError or ValueError for what has no form on this rung."""
    if rung in _KINDS and entry.drafts[0].kind is not _KINDS[Rung(rung)]:
        raise ValueError("the rung of another kind")
    return _MAKERS[rung](_Row(row_id, entry, context, making))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the ledger and what its resource is made with. `draft`: of a rung that is data."""

    id: str
    entry: Entry
    context: WriteContext
    making: Making

    @property
    def draft(self) -> DraftStatement:
        return self.entry.drafts[0]

    @property
    def visit(self) -> VisitReferences:
        return visit_of(self.context)


def _goal(row: _Row) -> dict[str, object]:
    said_at = row.making.said_at(row.draft, row.entry)
    return goal.to_fhir(row.draft, row.visit, said_at=said_at, form=row.making.form)


def _observation(row: _Row) -> dict[str, object]:
    said_at, form = row.making.said_at(row.draft, row.entry), row.making.form
    if row.draft.kind is not Kind.CONFIDENCE:
        return observation.to_fhir(row.draft, row.visit, said_at=said_at, form=form)
    goals = row.making.linked([row.draft], "Goal")
    return confidence.to_fhir(row.draft, row.visit, said_at=said_at, form=form, goals=goals)


def _care_plan(row: _Row) -> dict[str, object]:
    return care_plan.to_fhir(
        row.draft,
        row.visit,
        said_at=row.making.said_at(row.draft, row.entry),
        form=row.making.form,
        goals=row.making.linked([row.draft], "Goal"),
        supporting=row.making.linked([row.draft], "Observation"),
    )


def _priorities(row: _Row) -> dict[str, object]:
    making = row.making
    known = [id_ for id_ in row.draft.about if id_ in making.links or id_ in making.statements]
    return priorities.to_fhir(
        row.draft,
        row.visit,
        said_at=making.said_at(row.draft, row.entry),
        form=making.form,
        ranked=[_ranked(id_, making) for id_ in known],
    )


def _ranked(id_: str, making: Making) -> priorities.Ranked:
    link, statement = making.links.get(id_), making.statements.get(id_)
    return priorities.Ranked(
        link.reference if link else "",
        statement.words if statement else "",
        statement.kind if statement else None,
    )


def _note(row: _Row) -> dict[str, object]:
    entry, making = row.entry, row.making
    note = document.NoteText(
        row.id,
        filed_text(entry, context=row.context, zone=making.zone),
        row.context.site.note_type,
        said_from=min(making.said_at(draft, entry) for draft in entry.drafts),
        goals=making.linked(entry.drafts, "Goal"),
    )
    shape = row.context.site.note_shape
    return document.to_fhir(note, row.visit, shape=shape, now=making.local_now, form=making.form)


def _handout(row: _Row) -> dict[str, object]:
    handout, site = row.entry.handout, row.context.site
    if handout is None:
        raise ValueError("a row without a handout")
    confirmed_at = row.entry.committed_at.astimezone(row.making.zone)
    text = document.HandoutText(
        row.id, handout.text, site.handout_type, handout.title, handout.language, confirmed_at
    )
    return document.handout_to_fhir(
        text, row.visit, shape=site.note_shape, now=row.making.local_now, form=row.making.form
    )


def _answers(row: _Row) -> dict[str, object]:
    questionnaire = row.context.site.questionnaire
    if questionnaire is None:
        raise ValueError("the site names no questionnaire")
    return questionnaire_response.to_fhir(
        row.id,
        row.entry.drafts,
        row.visit,
        canonical=questionnaire.canonical,
        link_ids=dict(questionnaire.link_ids),
        now=row.making.local_now,
        form=row.making.form,
    )


def _provenance(row: _Row) -> dict[str, object]:
    change = row.entry.change
    withdrawn = change is not None and change.kind is ChangeKind.WITHDRAWN
    done = NULLIFY if withdrawn else UPDATE
    return provenance.to_fhir(
        row.entry.targets,
        row.entry.drafts,
        visit=row.visit,
        recorded=row.making.local_now,
        assembler=_ASSEMBLER,
        form=row.making.form,
        activity=done if change else CREATE,
    )


_MAKERS: Final[Mapping[str, Callable[[_Row], dict[str, object]]]] = MappingProxyType(
    {
        Rung.GOAL: _goal,
        Rung.OBSERVATION: _observation,
        Rung.CARE_PLAN: _care_plan,
        Rung.LIST: _priorities,
        Rung.NOTE: _note,
        HANDOUT: _handout,
        Rung.QUESTIONNAIRE: _answers,
        PROVENANCE: _provenance,
    }
)
