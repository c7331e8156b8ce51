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
    "said_of_self", "said_by_others", "coded", "unfilled_form", "third_party", "of_family", "family_past",
    "about_a_procedure",
)  # fmt: skip
"""Rules that keep any entry from applying, unless its `even_if` names them."""

_LIKE: Final = {"negated_in_list": "negated", "of_family": "third_party"}
"""Rules that an entry's `even_if` covers with another."""

_UNNAMED: Final = "about_a_procedure"
"""A rule for sentences that do not have the patient as their subject."""

QUOTING: Final = ("quoted_from_patient", "first_person_words")
"""Rules for the words before a quotation, and for those in it."""

_SUBJECTS: Final = {
    "of_patient": (Subject.PATIENT, Subject.OMITTED),
    "person_around": tuple(set(Subject) - {Subject.OTHER}),
    "third_party": (Subject.OTHER,),
}

_TOLD: Final = frozenset({"said_of_self", "said_by_others", "said_of_self_named", "told_of_self"})
"""Rules for what the patient or the family tells; what staff tell is not theirs."""

_OF_OTHERS: Final = re.compile(
    r"^\W{0,2}(?:(?:pt|patient|he|she) )?(?:says|stated?s?|claims|reports|refuse[sd]|insists|admits)\b"
    r"|^\W{0,2}told (?:he|she|pt|him|her)\b|\b(?:the )?(?:pt|patient)\b"
)
"""What a quotation holds where its speaker speaks of the patient and is another."""

IN_CODE: Final = frozenset(
    {
        *_SUBJECTS,
        "of_family",
        "person_verb",
        "person_adjective",
        "person_adjective_strict",
        "person_clause",
        "in_coded_list",
    }
)

_NEAR: Final = 120
_THERAPIST: Final = re.compile(
    r"\bPT(?= (?:reports?|notes?|states?|says|eval) (?:that )?(?:pt|patient|he|she)\b)|(?<=[Pp]er )PT\b"
)
"""Where "PT" is no patient."""


@dataclass(frozen=True, slots=True)
class Rules:
    contexts: Mapping[str, Context]
    subjects: Subjects

    @classmethod
    def of(cls, lexicon: Lexicon) -> "Rules":
        """Raises KeyError for a rule that is named and not there."""
        for wording in lexicon.wordings:
            for name in (*wording.needs, *wording.unless, *wording.even_if):
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

    def is_of_patient_or_family(self, introduction: str, words: str) -> bool:
        """Whether a quotation is plainly the patient's or a relative's own speech, by its words and those
        before it.
        """
        before, inside = (self.contexts[name].before for name in QUOTING)
        told = folded_text(_THERAPIST.sub("therapist", introduction))
        if self.subjects.is_told_by_staff(told):
            return False
        spoken = folded_text(words)
        own = _any_found(inside, spoken) and _OF_OTHERS.search(spoken) is None
        return own or _any_found(before, told)

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
        if name not in self.contexts or (name == _UNNAMED and self._names_patient(place)):
            return False
        rule = self.contexts[name]
        before = self.subjects.in_quotation(place.before) if name in _TOLD else place.before
        found = (
            _any_found(rule.before, before),
            any(each.match(place.after) for each in rule.after),
            _any_found(rule.near, place.sentence),
            _any_found(rule.line, place.line),
            _any_found(rule.around, place.earlier + place.sentence),
            _any_found(rule.clause, place.clause),
        )
        if not rule.every:
            return any(found)
        kinds = (rule.before, rule.after, rule.near, rule.line, rule.around, rule.clause)
        return all(holds for holds, patterns in zip(found, kinds, strict=True) if patterns)

    def _names_patient(self, place: Around) -> bool:
        return self.subjects.subject(place) is Subject.PATIENT

    def _holds_in_code(self, name: str, place: Around) -> bool:
        if name == "in_coded_list":
            return place.role is Role.CODED_LIST
        if name.startswith("person_adjective"):
            return self.subjects.describes_person(place, named=name == "person_adjective_strict")
        if name == "of_family":
            return self.subjects.is_of_family(place)
        if name == "person_verb":
            return self.subjects.is_judged(place)
        if name == "person_clause":
            return self.subjects.speaks_of_person(place)
        return self.subjects.subject(place) in _SUBJECTS[name]


def _any_found(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    return any(each.search(text) for each in patterns)
