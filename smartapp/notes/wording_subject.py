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
_QUOTE: Final = re.compile(r'["“”„«»]')
_AT_ONCE: Final = re.compile(
    r"[\s:,]{0,3}(?:(?:that|as|the|an?|of|pt|patient|he|she|him|her|is|was|has|to|be)\s{1,3}){0,5}$"
)


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
    person_next: re.Pattern[str]
    behavior_next: re.Pattern[str]
    no_noun_next: re.Pattern[str]
    copula: re.Pattern[str]
    omitted_before: re.Pattern[str]
    thing_last: re.Pattern[str]
    person_last: re.Pattern[str]
    clause_start: re.Pattern[str]
    list_start: re.Pattern[str]
    toward: re.Pattern[str]
    told_by_staff: re.Pattern[str]

    @classmethod
    def of(cls, groups: Groups) -> "Subjects":
        return cls(
            named=groups.pattern(
                r"\b(?P<patient>{patient-subject})\b|\b(?P<clinician>{clinician-subject})\b|"
                r"(?:^|[,;:(./-]\s{0,2}|\b(?:{clause-opener}) )(?:(?!{preposition}\b)[\w'-]{1,20} ){0,3}?"
                r"(?:(?P<other>{other-person})\b(?!(?:'s)? {telling})(?! {of-office}\b)|"
                # "A teen mom" is who lies in the bed.
                r"(?<!teen\s)(?<!time\s)(?<!single\s)(?<!new\s)(?<!young\s)(?<!medicaid\s)"
                r"(?P<family>{relative-subject}))\b(?!')"
            ),
            person_next=groups.pattern(r"^ (?:(?:and |, ?|/)?[\w'-]{1,16},? ){0,3}?(?:{person-noun})\b"),
            behavior_next=groups.pattern(r"^ (?:and [\w-]{1,16} )?(?:[\w-]{1,16} )?(?:{behavior-noun})\b"),
            no_noun_next=groups.pattern(r"^(?:\s{0,3}$|\s?[^\w\s'-]|\s?-\s|\s?'s|\s{1,3}(?:{no-noun})\b)"),
            copula=groups.pattern(
                r"(?P<word>[\w'./-]{1,24}) (?:{auxiliary} )?{copula}"
                r"(?: {adverb}){0,3}"
                r"(?:(?: (?!the\b)[\w-]{3,16}(?:,| and| but|, but)){1,2}(?: {adverb}){0,2})?\s{0,3}$"
            ),
            omitted_before=groups.pattern(
                r"(?:^|[.;:,\n(-] ?)(?:{auxiliary}|{adverb}|{copula}|continue[sd]|appear(?:s|ed)|"
                r"seem(?:s|ed)|tends|noted|found|felt|described|reported|reportedly|known|and|but|again|also)$"
            ),
            thing_last=groups.pattern(r"\b(?:{thing})\s{0,3}$"),
            person_last=groups.pattern(r"\b(?:{patient-subject}|{relative-subject}|{behavior-noun})$"),
            list_start=groups.pattern(
                r"(?:^|[.;:\n] ?|[-\*\u2022] )(?:{patient-subject} )?(?:(?:{adverb}) ){0,2}"
                r"(?:[\w-]{3,16}(?:,| and| but|/) ?){0,3}$"
            ),
            toward=groups.pattern(r"^ (?:to|toward|towards|with) (?:[\w-]{2,12} ){0,2}?(?:{staff-noun})\b"),
            told_by_staff=groups.pattern(
                r"(?:^|[.;:,(\n\"&-] ?|\b(?:and|but|while|also|where|though|per) )"
                r"(?:(?!{fact}\b|{saying}\b|{patient-subject}\b|{relative-subject}\b)[\w'/-]{1,16}\s{1,3}){0,3}?"
                r"(?:{staff-teller})\b(?:'s)?"
                r"(?: (?!{fact}\b|{patient-subject}\b|{relative-subject}\b)[\w'/-]{1,14}){0,4}?"
                r"(?: (?:{staff-telling})\b| ?(?:\([^)]{1,30}\) ?)?(?:[:\"]|$))"
            ),
            clause_start=groups.pattern(
                r"(?:^|[,;:(.\[/&>\x2b\x2a#\"“\u2022-]|\b[012]?\d:?\d{2}|\b(?:{clause-opener}|{adverb}|"
                r"{auxiliary}|{copula}|who|that|(?!supply|family|reply|apply|july|daily|only|early)\w{2,16}ly))"
                r"\s{0,3}$"
            ),
        )

    def own_part(self, before: str) -> str:
        """The end of `before` behind the place where staff or a document begins to tell: whose words follow
        is known there.
        """
        for told in self.told_by_staff.finditer(before[-_NEAR:]):
            if told.end() < len(before[-_NEAR:]):
                return before[-_NEAR:][told.end() :]
        return before

    def in_quotation(self, before: str) -> str:
        """The same, and only what stands in the quotation that is open at the end."""
        marks = list(_QUOTE.finditer(before))
        return self.own_part(before[marks[-1].end() :] if len(marks) % 2 else before)

    def is_told_by_staff(self, introduction: str) -> bool:
        """Whether the words before a quotation say that somebody of the staff or a document is quoted."""
        told = list(self.told_by_staff.finditer(introduction))
        return bool(told) and _AT_ONCE.match(introduction[told[-1].end() :]) is not None

    def subject(self, place: Around) -> Subject:
        """Who the last subject before the cue is."""
        before = self.own_part(place.before)[-_NEAR:]
        kinds = [match.lastgroup for match in self.named.finditer(before)]
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
        if _QUOTE.match(place.before[-1:]) and _QUOTE.match(place.after.lstrip(".,")[:1]):
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
        subject = self.subject(place)
        is_left_out = subject is Subject.OMITTED and self.omitted_before.search(before[: copula.end("word")])
        return is_person or bool(is_left_out) or subject in (Subject.PATIENT, Subject.FAMILY)

    def is_of_family(self, place: Around) -> bool:
        """Whether somebody of the family is who the clause is about."""
        return self.subject(place) is Subject.FAMILY
