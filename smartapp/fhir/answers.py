"""Prior statements out of the answers to forms: anybody's, and those that this app gave to the site's own."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from smartapp.fhir import lenses
from smartapp.fhir.dates import day_of, known_to
from smartapp.fhir.own_marks import Whose, is_ours, told_in
from smartapp.fhir.people import clinician_named, said_by
from smartapp.fhir.this_patient import ThisPatient
from smartapp.notes.own_note import chosen_in
from smartapp.notes.questions import kind_asked_for
from smartapp.sdm.choices import option
from smartapp.sdm.model import Kind, SaidBy, Source, Statement

_MAX_DEPTH: Final = 20
_FEWEST_WORDS: Final = 3
_TOLD: Final = re.compile(r"(?P<words>.*) \((?P<told>[^\n]+\.)\)", re.S)


@dataclass(frozen=True, slots=True)
class SiteForm:
    """The site's own questionnaire: its canonical URL, and the kind of statement that each item asks for."""

    canonical: str = ""
    kinds: Mapping[str, Kind] = field(default_factory=lambda: MappingProxyType({}))

    def is_answered_by(self, response: lenses.QuestionnaireResponse) -> bool:
        """In whichever version."""
        answered = response.questionnaire.partition("|")[0]
        return bool(self.canonical) and answered == self.canonical.partition("|")[0]


NO_FORM: Final = SiteForm()


def site_form(canonical: str, link_ids: Iterable[tuple[str, str]]) -> SiteForm:
    """`link_ids`: kinds ("goal") and the item that takes each. Of an item that takes several kinds nobody can
    tell which one an answer is: it is something that matters.
    """
    asked: dict[str, list[Kind]] = defaultdict(list)
    for kind, link_id in link_ids:
        asked[link_id].append(Kind(kind))
    return SiteForm(
        canonical,
        {link_id: kinds[0] if len(kinds) == 1 else Kind.MATTERS for link_id, kinds in asked.items()},
    )


def questionnaire_statements(
    response: lenses.QuestionnaireResponse, patient: ThisPatient, form: SiteForm = NO_FORM
) -> list[Statement]:
    """Answers of at least three words to questions about goals, hopes, worries and the like. One picked from
    a list is not among them: on screening forms that is mostly "I choose not to answer this question".
    """
    if is_ours([response.identifier]):
        return _own_statements(response, patient, form)
    who = response.source if response.source.reference else response.author
    speaker_kind, speaker = said_by(who, patient)
    kinds = form.kinds if form.is_answered_by(response) else {}
    return [
        Statement(
            kind=kind,
            words=words,
            said_by=speaker_kind,
            source=Source(response.reference),
            said_on=day_of(response.authored),
            known_to=known_to(response.authored),
            speaker=speaker,
            language=response.language,
            status=response.status,
            question=item.text,
        )
        for item, words in _answers(response.item)
        if len(words.split()) >= _FEWEST_WORDS
        and (kind := kinds.get(item.link_id) or kind_asked_for(item.text)) is not None
    ]


def _own_statements(
    response: lenses.QuestionnaireResponse, patient: ThisPatient, form: SiteForm
) -> list[Statement]:
    """Each answer is one statement, and says itself what was chosen and who spoke."""
    found = []
    for item, answer in _answers(response.item):
        kind = form.kinds.get(item.link_id) or kind_asked_for(item.text) or Kind.MATTERS
        text, whose = _told_apart(answer)
        choice, words = chosen_in(kind, text)
        found.append(
            Statement(
                kind=kind,
                words=words or option(kind, choice),
                said_by=whose.said_by,
                source=Source(response.reference),
                said_on=day_of(response.authored),
                known_to=known_to(response.authored),
                speaker=whose.speaker,
                recorder=clinician_named([response.author], patient),
                language=response.language,
                status=response.status,
                question=item.text,
                coded=bool(choice) and not words,
                choice=choice,
                verbatim=whose.verbatim,
            )
        )
    return found


def _told_apart(answer: str) -> tuple[str, Whose]:
    """The words, and whose they are as it stands behind them; without that, the patient's."""
    match = _TOLD.fullmatch(answer)
    told = told_in(match["told"]) if match else None
    return (match["words"], told) if match and told else (answer, Whose(SaidBy.PATIENT))


def _answers(items: Sequence[lenses.Item], depth: int = 0) -> Iterator[tuple[lenses.Item, str]]:
    """Every question with every text answer, also those nested in groups and under answers."""
    if depth > _MAX_DEPTH:
        return
    for item in items:
        for answer in item.answer:
            if answer.value_string.strip():
                yield item, answer.value_string
            yield from _answers(answer.item, depth + 1)
        yield from _answers(item.item, depth + 1)
