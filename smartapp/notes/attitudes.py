"""The attitudes that are looked for, out of `notes_preferences.toml`, and how each is denied."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from smartapp.errors import ConfigurationError, Fault
from smartapp.notes.contents import Stance
from smartapp.notes.context import grouped_scanner, spelled_all, words_of
from smartapp.notes.lexicon import Hit
from smartapp.sdm.content_text import Entry


class Form(StrEnum):
    """How the words of an attitude stand in a sentence. COPULA: behind what they are about ("... is important
    to her"). SAID: only in a quotation. FRAGMENT: with nothing before it ("No more needles").
    WHOLE: says it all by itself. COMPLETE: a verb that needs nothing behind it ("makes up her own mind").
    PASSIVE: behind the care that it answers ("flu shot declined").
    """

    VERB = "verb"
    ADJECTIVE = "adjective"
    NOUN = "noun"
    COPULA = "copula"
    AGENT = "agent"
    CODE = "code"
    SAID = "said"
    FRAGMENT = "fragment"
    WHOLE = "whole"
    PASSIVE = "passive"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Attitude:
    """`id` is the rule that a finding names."""

    id: str
    stance: Stance
    form: Form


DENIED: Final = MappingProxyType(
    {
        Stance.WISH: Stance.WISH,
        Stance.HOPE: Stance.REFUSE,
        Stance.PREFER: Stance.PREFER,
        Stance.ACCEPT: Stance.REFUSE,
        Stance.CHOOSE: Stance.REFUSE,
        Stance.REFUSE: Stance.ACCEPT,
        Stance.DISLIKE: Stance.DISLIKE,
        Stance.DECIDE: Stance.DECIDE,
    }
)
"""What an attitude becomes behind a "not"; the others say nothing then."""


class Attitudes:
    """All of them, ready to be looked for in one pass."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Raises ConfigurationError for an entry with an unknown stance or form."""
        self._by_id: dict[str, Attitude] = {}
        words: dict[str, tuple[str, ...]] = {}
        faults: list[Fault] = []
        for entry in entries:
            try:
                attitude = Attitude(
                    entry.id, Stance(str(entry.values.get("stance"))), Form(str(entry.values.get("form")))
                )
            except ValueError as error:
                faults.append(entry.fault(str(error)))
                continue
            self._by_id[entry.id] = attitude
            words[entry.id] = tuple(spelled_all(words_of(entry)))
        if faults:
            raise ConfigurationError(tuple(faults))
        self.scanner = grouped_scanner(words)

    def of(self, hit: Hit) -> tuple[Attitude, ...]:
        """The attitudes that a hit may be, nouns first."""
        found = [self._by_id[name] for name in hit.name.split(";")]
        return tuple(sorted(found, key=lambda one: one.form is not Form.NOUN))
