"""Makes the resource of a ledger entry, and lets nothing out that the guard refuses."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from smartapp import __version__
from smartapp.fhir import goal, guard, observation, provenance
from smartapp.fhir.codes import LocalSystems
from smartapp.fhir.references import VisitReferences
from smartapp.sdm.model import Kind
from smartapp.writing.entry import Entry
from smartapp.writing.model import WriteContext

_ASSEMBLER = f"Common Ground {__version__}"


@dataclass(frozen=True, slots=True)
class Form:
    """What the site decides about every resource. `claimed`: canonical URLs of the profiles to claim.
    `zone`: the clinic's time zone, None for the machine's own.
    """

    systems: LocalSystems = field(default_factory=LocalSystems)
    claimed: frozenset[str] = frozenset()
    zone: tzinfo | None = None


def build(entry: Entry, context: WriteContext, *, form: Form, now: datetime) -> dict[str, object]:
    """The resource to create for `entry` in this visit. Raises GuardRefused."""
    visit = _visit(context)
    resource = _resource(entry, visit, form=form, now=now)
    guard.check(
        resource,
        patient_id=context.patient_id,
        encounter_id=context.encounter_id or None,
        references=_allowed(entry, visit),
        systems=form.systems,
    )
    return resource


def _resource(entry: Entry, visit: VisitReferences, *, form: Form, now: datetime) -> dict[str, object]:
    if entry.targets:
        recorded = now.astimezone(form.zone)
        return provenance.to_fhir(
            entry.targets,
            entry.drafts,
            visit=visit,
            recorded=recorded,
            assembler=_ASSEMBLER,
            claimed=form.claimed,
        )
    draft = entry.drafts[0]
    to_fhir = goal.to_fhir if draft.kind is Kind.GOAL else observation.to_fhir
    said_at = (draft.said_at or entry.committed_at).astimezone(form.zone)
    return to_fhir(draft, visit, said_at=said_at, systems=form.systems, claimed=form.claimed)


def _allowed(entry: Entry, visit: VisitReferences) -> frozenset[str]:
    addresses = {reference for draft in entry.drafts for reference in draft.addresses}
    return frozenset({*addresses, *entry.targets, visit.practitioner, visit.organization})


def _visit(context: WriteContext) -> VisitReferences:
    return VisitReferences(
        patient_id=context.patient_id,
        patient_name=context.patient_name,
        encounter_id=context.encounter_id,
        practitioner=context.practitioner,
        practitioner_name=context.practitioner_name,
        organization=context.organization,
        organization_name=context.organization_name,
    )
