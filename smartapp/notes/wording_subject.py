"""Of whom a word speaks: the patient, somebody of the family, somebody else, or no person at all.

The subject is the last one named before the word in its sentence; where none is named, as notes often leave
it out, the patient is meant.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from smartapp.notes.wording_around import Around
from smartapp.notes.wording_patterns import Groups

_NEAR: Final = 160


class Subject(StrEnum):
    """OMITTED: nobody is named. OTHER: a clinician, a school, an insurer, a former partner."""

    PATIENT = "patient"
    FAMILY = "family"
    OTHER = "other"
    CLINICIAN = "clinician"
    OMITTED = "omitted"


@dataclass(frozen=True, slots=True)
class Subjects:
    """Patterns that tell who is spoken of, made of the groups of words of the content files."""

    named: re.Pattern[str]
    relative_next: re.Pattern[str]
    person_next: re.Pattern[str]
    behavior_next: re.Pattern[str]
    no_noun_next: re.Pattern[str]
    copula: re.Pattern[str]
    thing_last: re.Pattern[str]
    person_last: re.Pattern[str]
    clause_start: re.Pattern[str]
    list_start: re.Pattern[str]
    toward: re.Pattern[str]

    @classmethod
    def of(cls, groups: Groups) -> "Subjects":
        return cls(
            named=groups.pattern(
                r"\b(?P<patient>{patient-subject})\b|\b(?P<clinician>{clinician-subject})\b|"
                r"(?:^|[,;:(./-]\s{0,2}|\b(?:{clause-opener}) )(?:(?!{preposition}\b)[\w'-]{1,20} ){0,3}?"
                r"(?:(?P<other>{other-person})\b(?!(?:'s)? {telling})|(?P<family>{relative-subject}))\b(?!')"
            ),
            relative_next=groups.pattern(
                r"^(?: (?!{preposition}\b|his|her|the|their|my)[\w-]{1,16})? {relative-subject}\b"
            ),
            person_next=groups.pattern(r"^ (?:(?:and |, ?|/)?[\w'-]{1,16},? ){0,3}?(?:{person-noun})\b"),
            behavior_next=groups.pattern(r"^ (?:and [\w-]{1,16} )?(?:[\w-]{1,16} )?(?:{behavior-noun})\b"),
            no_noun_next=groups.pattern(r"^(?:\s{0,3}$|\s?[^\w\s'-]|\s?-\s|\s?'s|\s{1,3}(?:{no-noun})\b)"),
            copula=groups.pattern(
                r"(?P<word>[\w'./-]{1,24}) (?:{auxiliary} )?{copula}(?: {adverb}){0,3}\s{0,3}$"
            ),
            thing_last=groups.pattern(r"\b(?:{thing})\s{0,3}$"),
            person_last=groups.pattern(r"\b(?:{patient-subject}|{relative-subject}|{behavior-noun})$"),
            list_start=groups.pattern(
                r"(?:^|[.;:\n] ?|[-\*\u2022] )(?:{patient-subject} )?(?:[\w-]{3,16}(?:,| and| but|/) ?){0,3}$"
            ),
            toward=groups.pattern(r"^ (?:to|toward|towards|with) (?:[\w-]{2,12} ){0,2}?(?:{staff-noun})\b"),
            clause_start=groups.pattern(
                r"(?:^|[,;:(.\[/&-]|\b(?:{clause-opener}|{adverb}|{auxiliary}|{copula}|who|that|(?!supply|family|reply|apply|july|daily|only|early)\w{2,16}ly))\s{0,3}$"
            ),
        )

    def subject(self, place: Around) -> Subject:
        """Who the last subject before the cue is."""
        kinds = [match.lastgroup for match in self.named.finditer(place.before[-_NEAR:])]
        return Subject(kinds[-1] or Subject.OMITTED) if kinds else Subject.OMITTED

    def is_judged(self, place: Around) -> bool:
        """Whether a verb at the cue says what the patient or the family does."""
        subject = self.subject(place)
        if subject in (Subject.PATIENT, Subject.FAMILY):
            return self.thing_last.search(place.before[-40:]) is None
        return subject is Subject.OMITTED and self.clause_start.search(place.before[-40:]) is not None

    def speaks_of_person(self, place: Around) -> bool:
        """Whether the clause at the cue is about the patient or the family, not a thing or somebody else."""
        before = place.before[-80:]
        if self.subject(place) is Subject.OTHER or self.thing_last.search(before):
            return False
        copula = self.copula.search(before)
        return copula is None or self._is_person(copula, before, place)

    def describes_person(self, place: Around, named: bool = False) -> bool:
        """Whether an adjective at the cue describes a person or how a person behaves; `named`: only where
        the person or the behavior stands beside it.
        """
        if self.person_next.match(place.after) or self.behavior_next.match(place.after):
            return True
        if not self.no_noun_next.match(place.after):
            return False
        before = place.before[-80:]
        if self.thing_last.search(before):
            return False
        copula = self.copula.search(before)
        if copula is None:
            return not named or self._stands_in_list(place)
        return self._is_person(copula, before, place)

    def _stands_in_list(self, place: Around) -> bool:
        """Whether the adjective begins a remark ("Moody with staff.") or is said of somebody's dealings."""
        is_remark = self.list_start.search(place.before[-80:]) is not None
        return is_remark or self.toward.match(place.after) is not None

    def _is_person(self, copula: re.Match[str], before: str, place: Around) -> bool:
        if self.thing_last.search(copula["word"]):
            return False
        is_person = self.person_last.search(before[: copula.end("word")]) is not None
        return is_person or self.subject(place) in (Subject.PATIENT, Subject.FAMILY)

    def is_of_family(self, place: Around) -> bool:
        """Whether somebody of the family is judged: the subject, or the noun behind the cue."""
        return self.subject(place) is Subject.FAMILY or self.relative_next.match(place.after) is not None
