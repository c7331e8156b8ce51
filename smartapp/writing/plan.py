"""Which rung of the ladder each statement goes to: what the EHR offers, what it granted, what the site wants.

A goal is never turned into an observation: it would be found in the wrong place, and no longer be a goal.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from smartapp.ehr.profile import NoteShape
from smartapp.fhir.capability import Capability
from smartapp.fhir.codes import (
    ASSESS_PLAN,
    CARE_EXPERIENCE_CATEGORY,
    CLINICAL_NOTE,
    PCO_PERSON_CENTERED,
    PCO_WHAT_MATTERS,
    PERSONAL_HEALTH_GOAL,
    SURVEY_CATEGORY,
    TREATMENT_CATEGORY,
    Coding,
)
from smartapp.sdm.choices import CONFIDENCE
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.writing.model import RESOURCE_TYPES, PlannedItem, Receipt, Rung, State, WhyNot, WriteSite


@dataclass(frozen=True, slots=True)
class Offer:
    """What decides a plan. `covers(resource_type, action, categories)`: whether the scope was granted for a
    resource of these categories ("system|code"). `has_encounter`: the visit is known and this patient's.
    `has_author`: the launch names a Practitioner.
    """

    capability: Capability
    covers: Callable[[str, str, Collection[str]], bool]
    site: WriteSite
    has_encounter: bool
    has_author: bool


@dataclass(frozen=True, slots=True)
class DataForm:
    """A kind of statement as data: its rung, and the categories that its resource has, `in_pco` besides where
    the site wants the form of the Person-Centered Outcomes guide.
    """

    rung: Rung
    categories: tuple[Coding, ...] = ()
    in_pco: tuple[Coding, ...] = ()


_EXPERIENCE = DataForm(Rung.OBSERVATION, (CARE_EXPERIENCE_CATEGORY,))
_WHAT_MATTERS = DataForm(Rung.OBSERVATION, (CARE_EXPERIENCE_CATEGORY,), (SURVEY_CATEGORY, PCO_WHAT_MATTERS))
_TREATMENT = DataForm(Rung.OBSERVATION, (TREATMENT_CATEGORY,))

DATA_FORMS: Final[Mapping[Kind, DataForm]] = MappingProxyType(
    {
        Kind.GOAL: DataForm(Rung.GOAL, (PERSONAL_HEALTH_GOAL,), (PCO_WHAT_MATTERS,)),
        Kind.HOPE: _WHAT_MATTERS,
        Kind.WORRY: _WHAT_MATTERS,
        Kind.MATTERS: _WHAT_MATTERS,
        Kind.STRENGTH: _WHAT_MATTERS,
        Kind.CARE_EXPERIENCE: _EXPERIENCE,
        Kind.DECISION_ROLE: _EXPERIENCE,
        Kind.PEOPLE: _EXPERIENCE,
        Kind.UNACCEPTABLE: _TREATMENT,
        Kind.TREATMENT_PREFERENCE: _TREATMENT,
        Kind.CONFIDENCE: DataForm(Rung.OBSERVATION, (SURVEY_CATEGORY,)),
        Kind.DECISION: DataForm(Rung.CARE_PLAN, (ASSESS_PLAN,), (PCO_PERSON_CENTERED,)),
        Kind.PRIORITIES: DataForm(Rung.LIST),
    }
)


def plan(drafts: Sequence[DraftStatement], offer: Offer) -> tuple[PlannedItem, ...]:
    """Plan every draft, in its place: the best rung that works, and why the very best one does not."""
    return tuple(_planned(draft, offer) for draft in drafts)


def next_rungs(receipts: Sequence[Receipt], offer: Offer) -> tuple[PlannedItem, ...]:
    """For each refused statement the first rung below that works. Never one above: what was passed over
    before is not tried later in the same visit.
    """
    refused = [receipt for receipt in receipts if receipt.state is State.REFUSED]
    return tuple(_below(receipt.draft, receipt.rung, offer) for receipt in refused)


def ladder(draft: DraftStatement, site: WriteSite) -> tuple[Rung, ...]:
    """The rungs of a statement, best first, without the last one, which is always COPY.

    In the site's order. What the site leaves out works nowhere; as data it stands first all the same, since
    that is what the clinician would expect and is told about.
    """
    form = data_form(draft)
    rungs = [*([form.rung] if form else []), Rung.NOTE, Rung.QUESTIONNAIRE]

    def place(rung: Rung) -> int:
        name = RESOURCE_TYPES[rung]
        if name in site.order:
            return site.order.index(name)
        return -1 if rung.is_data else len(site.order)

    return tuple(sorted(rungs, key=place))


def data_form(draft: DraftStatement) -> DataForm | None:
    """How a statement becomes data. A confidence does only as a number from 0 to 10, an order of importance
    only with something to order.
    """
    if draft.kind is Kind.CONFIDENCE and draft.choice not in CONFIDENCE:
        return None
    if draft.kind is Kind.PRIORITIES and not draft.about:
        return None
    return DATA_FORMS.get(draft.kind)


def _planned(draft: DraftStatement, offer: Offer) -> PlannedItem:
    rungs = ladder(draft, offer.site)
    rung = _first_that_works(rungs, draft, offer)
    if data_form(draft) is None:
        return _item(draft, rung, WhyNot.NO_RESOURCE, offer.site)
    return _item(draft, rung, why_not(rungs[0], draft, offer), offer.site)


def _below(draft: DraftStatement, refused: Rung, offer: Offer) -> PlannedItem:
    rungs = ladder(draft, offer.site)
    below = rungs[rungs.index(refused) + 1 :] if refused in rungs else ()
    return _item(draft, _first_that_works(below, draft, offer), WhyNot.REFUSED, offer.site)


def _first_that_works(rungs: Sequence[Rung], draft: DraftStatement, offer: Offer) -> Rung:
    return next((rung for rung in rungs if why_not(rung, draft, offer) is None), Rung.COPY)


def _item(draft: DraftStatement, rung: Rung, reason: WhyNot | None, site: WriteSite) -> PlannedItem:
    is_final = rung is Rung.NOTE and site.note_shape is NoteShape.ORACLE
    return PlannedItem(draft, rung, reason, needs_confirmation=is_final)


def why_not(rung: Rung, draft: DraftStatement, offer: Offer) -> WhyNot | None:
    """Why a rung cannot be used for a statement; None when it can. What the site decided comes first, then
    the EHR, then this launch.
    """
    name, site = RESOURCE_TYPES[rung], offer.site
    if reason := _site_passes_over(rung, draft.kind, site):
        return reason
    if reason := _ehr_passes_over(name, categories_of(rung, draft, site), offer):
        return reason
    return _note_lacks(offer) if rung is Rung.NOTE else None


def why_not_handout(offer: Offer) -> WhyNot | None:
    """Why the handout cannot be filed; None when it can."""
    site = offer.site
    if not site.files_handout:
        return WhyNot.NOT_CONFIGURED
    if reason := _ehr_passes_over(RESOURCE_TYPES[Rung.NOTE], (_token(CLINICAL_NOTE),), offer):
        return reason
    if site.note_shape is not NoteShape.US_CORE and not site.handout_type:
        return WhyNot.NO_TYPE
    return _note_lacks(offer)


def _ehr_passes_over(name: str, categories: Collection[str], offer: Offer) -> WhyNot | None:
    """Why the EHR lets nobody, or not this app, create a resource of this type and these categories."""
    if not offer.capability.known:
        return WhyNot.CAPABILITY_UNKNOWN
    if not offer.capability.offers(name, "create"):
        return WhyNot.NOT_OFFERED
    if name in offer.site.creates_of_other_kinds:
        return WhyNot.NOT_FOR_THIS
    return None if offer.covers(name, "c", categories) else WhyNot.NOT_PERMITTED


def _site_passes_over(rung: Rung, kind: Kind, site: WriteSite) -> WhyNot | None:
    """Why the site's own configuration leaves a rung out for a kind of statement; None when it does not."""
    if RESOURCE_TYPES[rung] not in site.order:
        return WhyNot.NOT_CONFIGURED
    if rung is not Rung.QUESTIONNAIRE:
        return None
    if site.questionnaire is None:
        return WhyNot.NOT_CONFIGURED
    asked = {name for name, _ in site.questionnaire.link_ids}
    return None if kind.value in asked else WhyNot.NO_QUESTION


def _note_lacks(offer: Offer) -> WhyNot | None:
    shape = offer.site.note_shape
    if shape is not NoteShape.US_CORE and not offer.has_encounter:
        return WhyNot.NO_ENCOUNTER
    return WhyNot.NO_AUTHOR if shape is NoteShape.ORACLE and not offer.has_author else None


def categories_of(rung: Rung, draft: DraftStatement, site: WriteSite) -> tuple[str, ...]:
    """The categories ("system|code") of the resource that a statement becomes on a rung."""
    form = data_form(draft)
    codings: tuple[Coding, ...] = ()
    if rung is Rung.NOTE:
        codings = (CLINICAL_NOTE,)
    elif form is not None and form.rung is rung:
        codings = form.categories + (form.in_pco if site.pco else ())
    return tuple(map(_token, codings))


def _token(coding: Coding) -> str:
    return f"{coding.system}|{coding.code}"
