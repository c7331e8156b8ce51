"""Prior statements out of care plans, orders of importance, consents and planning documents."""

from smartapp.fhir import elements, lenses
from smartapp.fhir.codes import PRIORITIES_CODE
from smartapp.fhir.dates import day_of, known_to
from smartapp.fhir.own_marks import Whose, is_ours, tags_of, whose_words, words_in
from smartapp.fhir.people import clinician_named, note_author, said_by
from smartapp.fhir.this_patient import ThisPatient
from smartapp.notes.text import text_of_markup
from smartapp.sdm.model import Kind, SaidBy, Source, Statement

MAX_NARRATIVE = 1000
"""Characters. A longer narrative is a document, not something that was said."""

_AGENT_ROLES = frozenset({"75783-1", "75784-9", "81335-2", "HPOWATT", "DPOWATT", "POWATT", "HCPROXY"})
_PLANNING_CATEGORIES = frozenset(
    {"acd", "adr", "dnr", "polst", "hcd", "42348-3", "81377-4", "45473-6", "75320-2", "86533-7"}
)


def care_plan_statements(plan: lenses.CarePlan, patient: ThisPatient) -> list[Statement]:
    """What was decided, in the words of the plan. Its author's words, unless this app wrote it: then those of
    whom it names as having said them.
    """
    whose = _whose_plan(plan, patient)
    return [
        Statement(
            kind=Kind.DECISION,
            words=words,
            said_by=whose.said_by,
            source=Source(plan.reference, title=plan.title),
            said_on=day_of(plan.created or plan.period.start),
            known_to=known_to(plan.created or plan.period.start),
            speaker=whose.speaker,
            recorder=clinician_named([plan.author], patient),
            language=plan.language,
            status=plan.status,
            verbatim=whose.verbatim,
        )
        for words in dict.fromkeys(_plan_words(plan))
    ]


def priority_statements(order: lenses.List, patient: ThisPatient) -> list[Statement]:
    """What is more important and what less; none where the List does not say it in words."""
    if PRIORITIES_CODE.code not in order.code.code_set:
        return []
    words = words_in(order.note) if is_ours(order.identifier) or tags_of(order.meta) else ""
    words = words or _numbered(order)
    if not words:
        return []
    whose = whose_words(order.source, patient, meta=order.meta, notes=order.note)
    return [
        Statement(
            kind=Kind.PRIORITIES,
            words=words,
            said_by=whose.said_by,
            source=Source(order.reference),
            said_on=day_of(order.date),
            known_to=known_to(order.date),
            speaker=whose.speaker,
            recorder=note_author(order.note, patient),
            language=order.language,
            status=order.status,
            verbatim=whose.verbatim,
        )
    ]


def consent_statements(consent: lenses.Consent, _patient: ThisPatient) -> list[Statement]:
    """The health care agents that a planning consent names, or else that there is one. Other consents (to a
    treatment, to sharing records) say nothing about what matters.
    """
    concepts = (consent.scope, *consent.category)
    codes = frozenset(code for concept in concepts for code in concept.code_set)
    if consent.status != "active" or not codes & _PLANNING_CATEGORIES:
        return []
    agents = [
        (actor.reference.display, actor.role.text.lower() or "health care agent")
        for actor in consent.provision.actor
        if actor.reference.display and _is_agent(actor.role)
    ]
    if consent.provision.type == "deny":
        agents = []
    title = consent.policy_rule.words or next((c.words for c in consent.category if c.words), "")
    found = [(Kind.PEOPLE, f"{name}, {role}", name) for name, role in agents]
    found = found or [(Kind.PLANNING_DOCUMENT, title, "")]
    return [
        Statement(
            kind=kind,
            words=words,
            # The chart's words about the patient, not words that somebody spoke.
            said_by=SaidBy.UNKNOWN,
            source=Source(consent.reference, title=title),
            said_on=day_of(consent.date_time),
            known_to=known_to(consent.date_time),
            language=consent.language,
            status=consent.status,
            about_person=name,
        )
        for kind, words, name in found
        if words
    ]


def planning_document_statements(document: lenses.DocumentReference, patient: ThisPatient) -> list[Statement]:
    """That there is an advance directive, by its title; not what it says."""
    attachment = next((content.attachment for content in document.content), elements.Attachment())
    title = document.type.words or document.description or attachment.title
    if not title or document.status == "superseded":
        return []
    return [
        Statement(
            kind=Kind.PLANNING_DOCUMENT,
            words=title,
            said_by=SaidBy.UNKNOWN,
            source=Source(document.reference, title=document.description or title),
            said_on=day_of(document.date or document.context.period.start),
            known_to=known_to(document.date or document.context.period.start),
            recorder=clinician_named(document.author, patient),
            language=document.language or attachment.language,
            status=document.status,
        )
    ]


def _whose_plan(plan: lenses.CarePlan, patient: ThisPatient) -> Whose:
    if not is_ours(plan.identifier) and not tags_of(plan.meta):
        return Whose(*said_by(plan.author, patient))
    contributor = next(iter(plan.contributor), elements.Reference())
    return whose_words(contributor, patient, meta=plan.meta, notes=plan.note)


def _numbered(order: lenses.List) -> str:
    """The entries' own words in their order; "" where one has none."""
    displays = [entry.item.display.strip() for entry in order.entry if not entry.deleted]
    if not all(displays):
        return ""
    return "\n".join(f"{number}. {display}" for number, display in enumerate(displays, start=1))


def _plan_words(plan: lenses.CarePlan) -> list[str]:
    described = [plan.description, *(activity.detail.description for activity in plan.activity)]
    found = [words for words in described if words.strip()]
    if found:
        return found
    narrative = text_of_markup(plan.text.div) if plan.text.status != "empty" else ""
    if 0 < len(narrative) <= MAX_NARRATIVE:
        return [narrative]
    return [plan.title] if plan.title.strip() else []


def _is_agent(role: elements.Concept) -> bool:
    return bool(role.code_set & _AGENT_ROLES) or "agent" in role.words.casefold()
