"""The texts of a content entry, one by one under a key, and the same entry with other texts in them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar, assert_never

from smartapp.sdm.conditions import Condition
from smartapp.sdm.knowledge import (
    Attribute,
    Citation,
    Guide,
    Question,
    Reminder,
    Sheet,
    SheetFact,
    SheetOption,
    Step,
    Topic,
)

Worded = Question | Reminder | Guide | Sheet | SheetOption | Citation | Topic
Entry = TypeVar("Entry", bound=Worded)
PARTS: Final = ("good", "hard", "sure", "cost")
_USES: Final = "uses_"


def texts_of(entry: Worded | Condition) -> dict[str, str]:  # noqa: PLR0911 - one line a form
    """Every text that somebody reads, by its key: "why", "good.1", "steps.2.do". A sheet's options have their
    own; so has the question of a guide's step.
    """
    match entry:
        case Question():
            return {"text": entry.text}
        case Reminder():
            uses = {f"{_USES}{attribute.value}": text for attribute, text in entry.uses}
            return {"text": entry.text, "why": entry.why, "limits": entry.limits, **uses}
        case Guide():
            steps = (_of_step(number, step) for number, step in enumerate(entry.steps, start=1))
            joined = {key: text for step in steps for key, text in step.items()}
            return {"label": entry.label, "why": entry.why, "limits": entry.limits, **joined}
        case Sheet():
            own = {"label": entry.label, "question": entry.question}
            return {**own, "why": entry.why, "limits": entry.limits}
        case SheetOption():
            facts = {
                f"{part}.{number}": fact.text
                for part in PARTS
                for number, fact in enumerate(_facts(entry, part), start=1)
            }
            return {"label": entry.label, "find_cost": entry.find_cost, **facts}
        case Citation():
            return {"supports": entry.supports}
        case _:
            return {"label": entry.label}


def with_texts(entry: Entry, texts: Mapping[str, str]) -> Entry:
    """The entry with these texts; `texts` has every key that `texts_of` the entry has."""
    return replace(entry, **_fields(entry, texts))


def _fields(entry: Worded, texts: Mapping[str, str]) -> dict[str, Any]:  # noqa: PLR0911 - one line a form
    match entry:
        case Question():
            return {"text": texts["text"]}
        case Reminder():
            uses = tuple((attribute, texts[f"{_USES}{attribute.value}"]) for attribute, _ in entry.uses)
            return {"text": texts["text"], "why": texts["why"], "limits": texts["limits"], "uses": uses}
        case Guide():
            steps = tuple(_step(number, step, texts) for number, step in enumerate(entry.steps, start=1))
            return {"label": texts["label"], "why": texts["why"], "limits": texts["limits"], "steps": steps}
        case Sheet():
            return {key: texts[key] for key in ("label", "question", "why", "limits")}
        case SheetOption():
            facts = {part: _with_facts(entry, part, texts) for part in PARTS}
            return {"label": texts["label"], "find_cost": texts["find_cost"], **facts}
        case Citation():
            return {"supports": texts["supports"]}
        case Topic():
            return {"label": texts["label"]}
        case _:  # pragma: no cover
            assert_never(entry)


def heard_by_patients(key: str, entry: Worded | Condition) -> bool:
    """Whether this text of the entry is said or shown to a patient."""
    match entry:
        case Question() | SheetOption():
            return True
        case Sheet():
            return key in {"label", "question"}
        case Guide():
            return key.endswith(".say")
    return False


def is_attribute(key: str) -> Attribute | None:
    """The source attribute that a reminder's text tells about, None for another text."""
    name = key.removeprefix(_USES)
    return Attribute(name) if key.startswith(_USES) and name in set(Attribute) else None


def _of_step(number: int, step: Step) -> dict[str, str]:
    texts = {f"steps.{number}.do": step.do}
    if step.say and step.question is None:
        texts[f"steps.{number}.say"] = step.say
    return texts


def _step(number: int, step: Step, texts: Mapping[str, str]) -> Step:
    say = texts.get(f"steps.{number}.say", step.say)
    return replace(step, do=texts[f"steps.{number}.do"], say=say)


def _facts(option: SheetOption, part: str) -> tuple[SheetFact, ...]:
    facts: tuple[SheetFact, ...] = getattr(option, part)
    return facts


def _with_facts(option: SheetOption, part: str, texts: Mapping[str, str]) -> tuple[SheetFact, ...]:
    return tuple(
        replace(fact, text=texts[f"{part}.{number}"])
        for number, fact in enumerate(_facts(option, part), start=1)
    )
