"""Whether an entry of the wording file applies at a cue: its patterns, and the rules it names.

Rules with code behind them say of whom the words speak; all others are patterns in the content file.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from smartapp.notes.layout import Role
from smartapp.notes.lexicon import folded_text
from smartapp.notes.wording_around import Around
from smartapp.notes.wording_entries import Context, Lexicon, Wording
from smartapp.notes.wording_subject import Subject, Subjects

ALWAYS_UNLESS: Final = (
    "negated", "negated_in_list", "negated_after", "hypothetical", "generic", "second_person",
    "said_of_self", "said_by_others", "coded", "unfilled_form", "third_party", "family_past",
    "about_a_procedure",
)  # fmt: skip
"""Rules that keep any entry from applying, unless its `even_if` names them."""

_LIKE: Final = {"negated_in_list": "negated"}
"""Rules that an entry's `even_if` covers with another."""

QUOTING: Final = ("quoted_from_patient", "first_person_words")
"""Rules for the words before a quotation, and for those in it."""

_SUBJECTS: Final = {
    "of_patient": (Subject.PATIENT, Subject.OMITTED),
    "person_around": tuple(set(Subject) - {Subject.OTHER}),
    "third_party": (Subject.OTHER,),
}

IN_CODE: Final = frozenset(
    {
        *_SUBJECTS,
        "person_verb",
        "person_adjective",
        "person_adjective_strict",
        "person_clause",
        "in_coded_list",
    }
)

_NEAR: Final = 120


@dataclass(frozen=True, slots=True)
class Rules:
    contexts: Mapping[str, Context]
    subjects: Subjects

    @classmethod
    def of(cls, lexicon: Lexicon) -> "Rules":
        """Raises KeyError for a rule that is named and not there."""
        for wording in lexicon.wordings:
            for name in (*wording.needs, *wording.unless, *wording.even_if, *wording.softer):
                if name not in IN_CODE:
                    lexicon.contexts[name]
        return cls(lexicon.contexts, Subjects.of(lexicon.groups))

    def length(self, wording: Wording, place: Around) -> int | None:
        """How many characters behind the cue belong to the finding; None where the entry does not apply."""
        then = wording.then.match(place.after) if wording.then else None
        if (wording.then and then is None) or not self._has_place(wording, place):
            return None
        if not all(self._holds(name, place) for name in wording.needs):
            return None
        always = (name for name in ALWAYS_UNLESS if _LIKE.get(name, name) not in wording.even_if)
        unless = (*always, *wording.unless)
        if any(self._holds(name, place) for name in unless):
            return None
        return then.end() if then else 0

    def severity(self, wording: Wording, place: Around) -> int:
        is_softer = any(self._holds(name, place) for name in wording.softer)
        return max(wording.severity, 2) if is_softer else wording.severity

    def is_of_patient_or_family(self, introduction: str, words: str) -> bool:
        """Whether a quotation is plainly the patient's or a relative's own speech, by its words and those
        before it.
        """
        before, inside = (self.contexts[name].before for name in QUOTING)
        return _any_found(before, folded_text(introduction)) or _any_found(inside, folded_text(words))

    def is_of_family(self, place: Around) -> bool:
        return self.subjects.is_of_family(place)

    def _has_place(self, wording: Wording, place: Around) -> bool:
        """Whether the entry's own patterns allow it here."""
        before = place.before[-_NEAR:]
        return (
            (wording.before is None or wording.before.search(before) is not None)
            and (wording.near is None or wording.near.search(place.sentence) is not None)
            and not any(each.match(place.after) for each in wording.not_then)
            and not _any_found(wording.not_before, before)
            and not _any_found(wording.not_near, place.sentence)
        )

    def _holds(self, name: str, place: Around) -> bool:
        if name in IN_CODE and self._holds_in_code(name, place):
            return True
        if name not in self.contexts:
            return False
        rule = self.contexts[name]
        found = (
            _any_found(rule.before, place.before),
            any(each.match(place.after) for each in rule.after),
            _any_found(rule.near, place.sentence),
            _any_found(rule.line, place.line),
            _any_found(rule.around, place.earlier + place.sentence),
        )
        if not rule.every:
            return any(found)
        kinds = (rule.before, rule.after, rule.near, rule.line, rule.around)
        return all(holds for holds, patterns in zip(found, kinds, strict=True) if patterns)

    def _holds_in_code(self, name: str, place: Around) -> bool:
        if name == "in_coded_list":
            return place.role is Role.CODED_LIST
        if name.startswith("person_adjective"):
            return self.subjects.describes_person(place, named=name == "person_adjective_strict")
        if name == "person_verb":
            return self.subjects.is_judged(place)
        if name == "person_clause":
            return self.subjects.speaks_of_person(place)
        return self.subjects.subject(place) in _SUBJECTS[name]


def _any_found(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    return any(each.search(text) for each in patterns)
