"""Our own rule for words, turned on our own texts: what the app shows holds no word that it would point out
in somebody's note.
"""

from collections.abc import Iterable, Iterator

from smartapp.errors import Fault
from smartapp.notes.reader import NoteReader
from smartapp.sdm.handout_texts import Handouts
from smartapp.sdm.knowledge import Catalogue, Guide, Place, Reminder, Sheet

_SOURCES = Place("content/sources.toml", 0)
_CONDITIONS = Place("content/conditions.toml", 0)
_TOPICS = Place("content/questions.toml", 0)
_ENGLISH = "en"


def faults_of_wording(catalogue: Catalogue, handouts: Handouts, reader: NoteReader) -> tuple[Fault, ...]:
    """Every word of that kind in a text that people are shown; citations are others' titles, and stay."""
    return tuple(
        Fault(place.file, place.line or None, f'{name}: "{words}" may color the picture of a person')
        for place, name, text in (*_texts(catalogue), *_handout_texts(handouts))
        for words in judging_words(text, reader)
    )


def judging_words(text: str, reader: NoteReader) -> Iterator[str]:
    """What the reader of notes would point out in this text."""
    flat = " ".join(text.split())
    return (flat[one.start : one.end] for one in reader.find_in_draft(flat))


def _texts(catalogue: Catalogue) -> Iterator[tuple[Place, str, str]]:
    for question in catalogue.questions:
        yield question.place, f"question {question.id}", question.text
    prompts: tuple[Reminder | Guide | Sheet, ...] = (
        *catalogue.reminders,
        *catalogue.guides,
        *catalogue.sheets,
    )
    for prompt in prompts:
        for text in _of(prompt):
            yield prompt.place, f"{type(prompt).__name__.lower()} {prompt.id}", text
    for sheet in catalogue.sheets:
        for option in sheet.options:
            for text in (option.label, option.find_cost, *(fact.text for fact in option.facts)):
                yield option.place, f"option {option.id}", text
    for source in catalogue.sources:
        yield _SOURCES, f"source {source.id}", source.supports
    for condition in catalogue.conditions:
        yield _CONDITIONS, f"condition {condition.id}", condition.label
    for topic in catalogue.topics:
        yield _TOPICS, f"topic {topic.id}", topic.label


def _of(prompt: Reminder | Guide | Sheet) -> Iterable[str]:
    match prompt:
        case Reminder():
            return prompt.text, prompt.why, prompt.limits
        case Guide():
            steps = (text for step in prompt.steps for text in (step.do, step.say))
            return prompt.label, prompt.why, prompt.limits, *steps
        case Sheet():
            return prompt.label, prompt.question, prompt.why, prompt.limits


def _handout_texts(handouts: Handouts) -> Iterator[tuple[Place, str, str]]:
    english = handouts.languages.get(_ENGLISH)
    for text in english.texts.values() if english else ():
        yield text.place, f"text {text.id}", text.text
