"""What goes into a resource besides its ledger entry: the site's form, the clinic's time, and where the other
statements of the visit are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from types import MappingProxyType

from smartapp.fhir.capability import Capability
from smartapp.fhir.codes import LocalSystems
from smartapp.fhir.profiles import ResourceForm, claims_for
from smartapp.fhir.references import VisitReferences
from smartapp.sdm.model import DraftStatement
from smartapp.writing.entry import Entry
from smartapp.writing.model import WriteContext


@dataclass(frozen=True, slots=True)
class Form:
    """What this installation decides about every resource. `zone`: the clinic's time zone, None for the
    machine's own.
    """

    systems: LocalSystems = field(default_factory=LocalSystems)
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Where another statement of the visit is: its reference, or "urn:uuid:..." in the same transaction."""

    reference: str
    resource_type: str


@dataclass(frozen=True, slots=True)
class Making:
    """`links`: by id of the draft, of those that have a reference. `statements`: every one of the visit by
    its id, wherever it goes.
    """

    form: ResourceForm
    now: datetime
    zone: tzinfo | None = None
    links: Mapping[str, Link] = field(default_factory=lambda: MappingProxyType({}))
    statements: Mapping[str, DraftStatement] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def local_now(self) -> datetime:
        return self.now.astimezone(self.zone)

    def said_at(self, draft: DraftStatement, entry: Entry) -> datetime:
        """The clinic's time at which it was said; without one, at which it was confirmed."""
        return (draft.said_at or entry.committed_at).astimezone(self.zone)

    def linked(self, drafts: Iterable[DraftStatement], *resource_types: str) -> list[str]:
        """The references of what the drafts are about that are of one of these types, each once."""
        links = [self.links[id_] for draft in drafts for id_ in draft.about if id_ in self.links]
        return list(dict.fromkeys(link.reference for link in links if link.resource_type in resource_types))


def form_of(form: Form, context: WriteContext, capability: Capability) -> ResourceForm:
    """The form of what is written at one EHR."""
    site = context.site
    claims = claims_for(site.us_core, pco=site.pco, listed=capability.profiles)
    return ResourceForm(form.systems, claims, site.pco)


def visit_of(context: WriteContext) -> VisitReferences:
    return VisitReferences(
        patient_id=context.patient_id,
        patient_name=context.patient_name,
        encounter_id=context.encounter_id,
        practitioner=context.practitioner,
        practitioner_name=context.practitioner_name,
        organization=context.organization,
        organization_name=context.organization_name,
    )
