"""What is looked at in the FHIR R4 resources that hold notes besides DocumentReference; as in lenses.py.

https://hl7.org/fhir/R4/diagnosticreport.html, composition.html and clinicalimpression.html
"""

from smartapp.fhir.elements import Annotation, Attachment, Concept, Lens, Narrative, Period, Reference
from smartapp.fhir.lenses import OfSubject


class DiagnosticReport(OfSubject, frozen=True):
    category: tuple[Concept, ...] = ()
    code: Concept = Concept()
    effective_date_time: str = ""
    effective_period: Period = Period()
    issued: str = ""
    performer: tuple[Reference, ...] = ()
    conclusion: str = ""
    presented_form: tuple[Attachment, ...] = ()

    @property
    def is_void(self) -> bool:
        return self.status in {"entered-in-error", "cancelled"}


class CompositionSection(Lens, frozen=True):
    title: str = ""
    text: Narrative = Narrative()
    section: tuple["CompositionSection", ...] = ()


class CompositionRelation(Lens, frozen=True):
    code: str = ""
    target_reference: Reference = Reference()


class Composition(OfSubject, frozen=True):
    type: Concept = Concept()
    date: str = ""
    author: tuple[Reference, ...] = ()
    title: str = ""
    relates_to: tuple[CompositionRelation, ...] = ()
    section: tuple[CompositionSection, ...] = ()


class ClinicalImpression(OfSubject, frozen=True):
    code: Concept = Concept()
    description: str = ""
    effective_date_time: str = ""
    effective_period: Period = Period()
    date: str = ""
    assessor: Reference = Reference()
    summary: str = ""
    note: tuple[Annotation, ...] = ()
