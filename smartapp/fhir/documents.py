"""Prior statements out of forms, care plans, consents and planning documents."""

from collections.abc import Iterator, Sequence

from smartapp.fhir import lenses
from smartapp.fhir.dates import day_of
from smartapp.fhir.people import clinician_named, said_by
from smartapp.fhir.this_patient import ThisPatient
from smartapp.notes.questions import kind_asked_for
from smartapp.notes.text import text_of_markup
from smartapp.sdm.model import Kind, SaidBy, Source, Statement

MAX_NARRATIVE = 1000
"""Characters. A longer narrative is a document, not something that was said."""

_MAX_DEPTH = 20
_AGENT_ROLES = frozenset({"75783-1", "75784-9", "81335-2", "HPOWATT", "DPOWATT", "POWATT", "HCPROXY"})
_PLANNING_CATEGORIES = frozenset(
    {"acd", "adr", "dnr", "polst", "hcd", "42348-3", "81377-4", "45473-6", "75320-2", "86533-7"}
)


def questionnaire_statements(response: lenses.QuestionnaireResponse, patient: ThisPatient) -> list[Statement]:
    """Answers of at least three words to questions about goals, hopes, worries and the like. One picked from
    a list is not among them: on screening forms that is mostly "I choose not to answer this question".
    """
    who = response.source if response.source.reference else response.author
    speaker_kind, speaker = said_by(who, patient)
    return [
        Statement(
            kind=kind,
            words=words,
            said_by=speaker_kind,
            source=Source(response.reference),
            said_on=day_of(response.authored),
            speaker=speaker,
            language=response.language,
            status=response.status,
            question=question,
        )
        for question, words in _answers(response.item)
        if len(words.split()) >= 3 and (kind := kind_asked_for(question)) is not None
    ]


def care_plan_statements(plan: lenses.CarePlan, patient: ThisPatient) -> list[Statement]:
    """What was decided, in the words of the plan."""
    speaker_kind, speaker = said_by(plan.author, patient)
    return [
        Statement(
            kind=Kind.DECISION,
            words=words,
            said_by=speaker_kind,
            source=Source(plan.reference, title=plan.title),
            said_on=day_of(plan.created or plan.period.start),
            speaker=speaker,
            recorder=clinician_named([plan.author], patient),
            language=plan.language,
            status=plan.status,
        )
        for words in dict.fromkeys(_plan_words(plan))
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
            language=consent.language,
            status=consent.status,
            about_person=name,
        )
        for kind, words, name in found
        if words
    ]


def planning_document_statements(document: lenses.DocumentReference, patient: ThisPatient) -> list[Statement]:
    """That there is an advance directive, by its title; not what it says."""
    attachment = next((content.attachment for content in document.content), lenses.Attachment())
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
            recorder=clinician_named(document.author, patient),
            language=document.language or attachment.language,
            status=document.status,
        )
    ]


def _answers(items: Sequence[lenses.Item], depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every question with every text answer, also those nested in groups and under answers."""
    if depth > _MAX_DEPTH:
        return
    for item in items:
        for answer in item.answer:
            if answer.value_string:
                yield item.text, answer.value_string
            yield from _answers(answer.item, depth + 1)
        yield from _answers(item.item, depth + 1)


def _plan_words(plan: lenses.CarePlan) -> list[str]:
    described = [plan.description, *(activity.detail.description for activity in plan.activity)]
    found = [words for words in described if words.strip()]
    if found:
        return found
    narrative = text_of_markup(plan.text.div) if plan.text.status != "empty" else ""
    if 0 < len(narrative) <= MAX_NARRATIVE:
        return [narrative]
    return [plan.title] if plan.title.strip() else []


def _is_agent(role: lenses.Concept) -> bool:
    return bool(role.code_set & _AGENT_ROLES) or "agent" in role.words.casefold()
