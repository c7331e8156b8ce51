"""Which person a mention or a pronoun means in its note: the patient, somebody close, or a clinician."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from smartapp.notes.context import Context, word_set
from smartapp.notes.finding import Experiencer
from smartapp.notes.mentions import Mention, Tokens, Who
from smartapp.notes.names import Names
from smartapp.notes.subjects import Subject
from smartapp.notes.verb_groups import mentions_between

_HEAD: Final = 4000
"""Characters at the beginning of a note in which the patient is introduced."""
_LOOK_BACK: Final = 320
_SEX: Final = re.compile(
    r"\b(?:(?:years?|yrs?|months?|y)[-/ ]?(?:old|o)|yo)\b[^.\n]{0,40}?"
    r"\b(?P<noun>woman|lady|female|girl|man|gentleman|male|boy)\b"
    r"|\b\d{1,3} ?(?:yo?|y/o) ?(?P<letter>[MF])\b|\b(?P<title>Mr|Mrs|Ms|Miss)\b\.? [A-Z]"
    r"|\b(?:sex|gender): {0,3}(?P<field>male|female|m\b|f\b)",
    re.I,
)
_HE: Final = re.compile(r"\bhe\b", re.I)
_SHE: Final = re.compile(r"\bshe\b", re.I)
_HIM: Final = re.compile(r"\b(?:he|him|his)\b", re.I)
_HER_SELF: Final = re.compile(r"\b(?:she|her)\b", re.I)
_MEN: Final = re.compile(r"\b(?:husband|son|father|brother|dad|nephew|grandson|boyfriend|uncle)\b", re.I)
_WOMEN: Final = re.compile(
    r"\b(?:wife|daughter|mother|sister|mom|niece|granddaughter|girlfriend|aunt|dtr)\b", re.I
)
_HIS_OWN: Final = re.compile(r"\bhis (?:wife|husband|spouse|partner|daughter|son|children)\b", re.I)
_HER_OWN: Final = re.compile(r"\bher (?:wife|husband|spouse|partner|daughter|son|children)\b", re.I)
_MALE: Final = frozenset({"man", "gentleman", "male", "boy", "m", "mr"})
_BEHIND_HER: Final = word_set(
    """
    home to back at in there and out on . , ; with into up comfortable safe here off around more less as
    get go be stay moved placed kept again alive because so if when while through from for
    """
)
_CONTACTS: Final = word_set(
    """
    called spoke call phoned tc t/c telephoned contacted talked collateral interviewed conversation phone
    reached updated
    """
)
_PARENTS: Final = frozenset({"mom", "mother", "dad", "father", "mum", "grandma", "grandpa"})
_PAIRS: Final = (
    (
        word_set("wife husband spouse partner so hubby boyfriend girlfriend fiance fiancee bf gf"),
        word_set("wife husband spouse partner so hubby boyfriend girlfriend fiance fiancee bf gf"),
    ),
    (
        word_set(
            """
    son daughter sons daughters children child granddaughter grandson dtr dtrs grandchild kids
    """
        ),
        word_set(
            """
    mother father mom dad mum mama papa parent parents grandmother grandfather grandma grandpa nana guardian
    """
        ),
    ),
    (word_set("sister brother sisters brothers"), frozenset({"sister", "brother"})),
    (word_set("niece nephew nieces nephews"), frozenset({"aunt", "uncle"})),
    (frozenset({"cousin", "cousins"}), frozenset({"cousin"})),
    (word_set("friend friends neighbor roommate"), word_set("friend neighbor roommate")),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Whose a statement is; `speaker` where that is not the patient. `is_sure` False: the pronoun may mean
    either.
    """

    experiencer: Experiencer
    speaker: str = ""
    is_sure: bool = True


class People:
    """The people of one note."""

    def __init__(self, text: str, context: Context) -> None:
        self._text = text
        self._context = context
        self._names = Names(text, context)

    @cached_property
    def gender(self) -> str:
        """ "she", "he", or "" where the note does not tell the patient's."""
        head = self._text[:_HEAD]
        match = _SEX.search(head)
        if match:
            word = next(group for group in match.groups() if group).lower()
            return "he" if word in _MALE else "she"
        he, she = len(_HIS_OWN.findall(head)), len(_HER_OWN.findall(head))
        if bool(he) != bool(she) and len((_HIM if he else _HER_SELF).findall(head)) > 1:
            return "he" if he else "she"
        he, she = len(_HE.findall(head)), len(_SHE.findall(head))
        if he > 3 * she or she > 3 * he:
            return "he" if he > she else "she"
        return _other_than_the_relatives(head)

    def person(
        self,
        subject: Subject,
        tokens: Tokens,
        section_start: int,
        *,
        labelled: Mention | None = None,
        content: Tokens = (),
    ) -> Person | None:
        """Whose the statement is; None for the reader of the note and for things. `labelled`: under whose
        name the section stands.
        """
        subject = self._named(subject)
        mention = subject.mention
        if mention is not None and mention.who is Who.RELATIVE:
            return self._of_relative(mention, subject, tokens, section_start)
        teller = self._teller(labelled) if labelled else None
        if (
            teller
            and labelled
            and subject.reporter is None
            and (below := self._below(mention, labelled, teller))
        ):
            return below
        if mention is None and subject.reporter is None:
            other = self._left_out(subject, tokens, section_start, content)
            return other or Person(Experiencer.PATIENT)
        person = self._himself(mention, subject, tokens, section_start)
        if person and not person.is_sure and self._speaks_of_patient(content):
            return replace(person, is_sure=True)
        return person and self._told_by(person, subject, tokens, section_start)

    def _named(self, subject: Subject) -> Subject:
        """The subject with the names that the note introduces."""
        mention, reporter = subject.mention, subject.reporter
        mention = mention and self._names.known(mention)
        reporter = reporter and self._names.known(reporter)
        is_known = reporter is None or reporter.who is not Who.OTHER
        return replace(subject, mention=mention, reporter=reporter if is_known else None)

    def _speaks_of_patient(self, content: Tokens) -> bool:
        """Whether what is wanted is for the patient, and thus by somebody else: "take her home"."""
        for at, token in enumerate(content):
            following = content[at + 1].low if at + 1 < len(content) else "."
            is_him = token.low == "him" and self.gender != "she"
            is_her = token.low == "her" and self.gender != "he" and following in _BEHIND_HER
            if is_him or is_her or token.is_in("patient"):
                return True
        return False

    def _himself(
        self, mention: Mention | None, subject: Subject, tokens: Tokens, section_start: int
    ) -> Person | None:
        """Who is mentioned, whoever tells it."""
        if mention is None or mention.who is Who.PATIENT:
            return Person(Experiencer.PATIENT)
        if mention.who is Who.PRONOUN:
            return self._meant(mention, subject, tokens, section_start)
        return Person(Experiencer.CLINICIAN) if mention.who in {Who.CLINICIAN, Who.SELF} else None

    def _teller(self, labelled: Mention) -> Person | None:
        if labelled.who is Who.RELATIVE:
            return Person(Experiencer.FAMILY, _speaker(labelled))
        named = self._names.known(labelled)
        return Person(Experiencer.FAMILY, _speaker(named)) if named.who is Who.RELATIVE else None

    def _below(self, pronoun: Mention | None, labelled: Mention, teller: Person) -> Person | None:
        """Whose it is in what a relative says: the patient's where only the patient can be meant."""
        if pronoun is None:
            return teller
        if pronoun.who is Who.PATIENT:
            return Person(Experiencer.PROXY_REPORT, teller.speaker)
        if pronoun.who is not Who.PRONOUN:
            return None
        if labelled.gender and pronoun.gender and labelled.gender != pronoun.gender:
            return Person(Experiencer.PROXY_REPORT, teller.speaker)
        is_patient = pronoun.gender and self.gender == pronoun.gender
        return Person(
            Experiencer.FAMILY,
            teller.speaker,
            is_sure=not is_patient or bool(labelled.gender and labelled.gender != self.gender),
        )

    def _left_out(
        self, subject: Subject, tokens: Tokens, section_start: int, content: Tokens
    ) -> Person | None:
        """The relative named last, where what is said speaks of the patient as somebody else."""
        others = {"she": {"her", "she", "herself"}, "he": {"him", "he", "his", "himself"}}.get(
            self.gender, {"him", "her", "he", "she", "his"}
        )
        is_of_patient = any(
            token.low in others or token.low in _PARENTS or token.is_in("patient") for token in content
        )
        begin = subject.first
        earlier = (
            self._named_before(Mention(Who.PRONOUN, begin, begin), tokens, section_start)
            if is_of_patient
            else []
        )
        if earlier and self._speaks_of_patient(content[:2]):
            earlier = [found for found in earlier if found[0].who is not Who.PATIENT]
        if earlier and earlier[0][0].who is Who.RELATIVE:
            return Person(Experiencer.FAMILY, _speaker(earlier[0][0]))
        return None

    def _of_relative(self, mention: Mention, subject: Subject, tokens: Tokens, section_start: int) -> Person:
        """A relative's own, or the patient's as the relative of the one who tells it: "her mother"."""
        reporter = subject.reporter
        if reporter is None:
            first = self._named_before(mention, tokens, section_start)[:1]
            is_patients = mention.gender == self.gender != ""
            reporter = first[0][0] if first and is_patients else None
        elif reporter.who is Who.PRONOUN:
            named = self._named_before(reporter, tokens, section_start)
            reporter = next((found for found, _ in named if found.who is Who.RELATIVE), None)
        if reporter and reporter.who is Who.RELATIVE and _are_of_each_other(reporter, mention):
            return Person(Experiencer.PROXY_REPORT, _speaker(reporter))
        return Person(Experiencer.FAMILY, _speaker(mention))

    def _told_by(self, person: Person, subject: Subject, tokens: Tokens, section_start: int) -> Person:
        """The same, as told by somebody close where that is so."""
        reporter = subject.reporter
        if person.experiencer is not Experiencer.PATIENT or reporter is None:
            return person
        if reporter.who is Who.RELATIVE:
            return Person(Experiencer.PROXY_REPORT, _speaker(reporter))
        if reporter.who is Who.PRONOUN:
            teller = self._meant(reporter, subject, tokens, section_start)
            is_other = (
                reporter.gender
                and subject.mention
                and subject.mention.gender
                and reporter.gender != subject.mention.gender
            )
            if (
                teller
                and teller.experiencer is Experiencer.FAMILY
                and (is_other or subject.mention is None or subject.mention.who is Who.PATIENT)
            ):
                return Person(Experiencer.PROXY_REPORT, teller.speaker)
        return person

    def _meant(self, pronoun: Mention, subject: Subject, tokens: Tokens, section_start: int) -> Person | None:
        """Whom "she", "he" or "they" means: the last one named who may be meant, else the patient."""
        for mention, is_here in self._named_before(pronoun, tokens, section_start):
            if mention.who is Who.PATIENT and (
                not mention.gender or not pronoun.gender or mention.gender == pronoun.gender
            ):
                if self.gender and pronoun.gender and self.gender != pronoun.gender and not mention.gender:
                    continue
                return Person(Experiencer.PATIENT)
            if mention.who is Who.RELATIVE and self._may_mean(pronoun, mention):
                reporter = subject.reporter
                is_teller = reporter is not None and (
                    (is_here and reporter.first == mention.first)
                    or (reporter.who is Who.PRONOUN and reporter.first != pronoun.first)
                )
                return Person(
                    Experiencer.FAMILY,
                    _speaker(mention),
                    is_sure=not (is_teller and self._may_be_patient(pronoun)),
                )
            is_one = mention.who is Who.CLINICIAN and mention.words.lower() not in {
                "team",
                "staff",
                "hospital",
            }
            is_known = pronoun.gender == self.gender != "" and not mention.words.lower().startswith("dr")
            if is_one and not pronoun.is_many and not is_known:
                return Person(Experiencer.CLINICIAN)
        return self._of_other_gender(pronoun, tokens)

    def _of_other_gender(self, pronoun: Mention, tokens: Tokens) -> Person | None:
        """Somebody close, for a pronoun that cannot be the patient's and a relative named not far before."""
        is_other = self.gender and pronoun.gender and self.gender != pronoun.gender
        if not (is_other or pronoun.is_many) or not tokens:
            return Person(Experiencer.PATIENT)
        begin = tokens[0].start
        earlier = self._context.tokens(
            self._text, max(0, begin - 2 * _LOOK_BACK), tokens[pronoun.first].start
        )
        for mention in reversed(mentions_between(earlier, 0, len(earlier) - 1)):
            if mention.who is Who.RELATIVE and (pronoun.is_many or mention.gender in {"", pronoun.gender}):
                return Person(Experiencer.FAMILY, _speaker(mention))
        return None if is_other else Person(Experiencer.PATIENT)

    def _may_mean(self, pronoun: Mention, mention: Mention) -> bool:
        if pronoun.is_many:
            return mention.is_many or " and " in mention.words
        is_either = not mention.gender and self.gender == pronoun.gender != ""
        return not mention.is_many and not is_either and mention.gender in {"", pronoun.gender}

    def _may_be_patient(self, pronoun: Mention) -> bool:
        return self.gender in {"", pronoun.gender}

    def _named_before(
        self, pronoun: Mention, tokens: Tokens, section_start: int
    ) -> list[tuple[Mention, bool]]:
        """Who was named as a subject before the pronoun, the last first; True: in its own sentence."""
        here = self._subjects(tokens, pronoun.first - 1)
        begin = tokens[0].start if tokens else 0
        start = max(section_start, begin - _LOOK_BACK)
        earlier = self._context.tokens(self._text, start, begin) if start < begin else ()
        before = self._subjects(earlier, len(earlier) - 1)
        return [(found, True) for found in reversed(here)] + [(found, False) for found in reversed(before)]

    def _subjects(self, tokens: Tokens, last: int) -> list[Mention]:
        """Who stands where a sentence has its subject, or was called or spoken with."""
        found = (self._names.known(mention) for mention in mentions_between(tokens, 0, last))
        return [mention for mention in found if _is_subject(tokens, mention)]


def _other_than_the_relatives(head: str) -> str:
    """The pronoun that is left for the patient where all relatives have the other one."""
    is_he, is_she = _MEN.search(head) is not None, _WOMEN.search(head) is not None
    if is_he == is_she or not (_HIM.search(head) and _HER_SELF.search(head)):
        return ""
    return "she" if is_he else "he"


def _is_subject(tokens: Tokens, mention: Mention) -> bool:
    if mention.who not in {Who.PATIENT, Who.RELATIVE, Who.CLINICIAN}:
        return False
    if mention.first == 0:
        return True
    before = tokens[mention.first - 1]
    if mention.who is Who.RELATIVE and _is_contacted(tokens, mention):
        return True
    return before.low in {
        ".",
        ";",
        ":",
        ",",
        "-",
        "•",
        "*",
        "and",
        "but",
        "that",
        "when",
        "because",
        "while",
        "!",
        "?",
        "as",
        "(",
    } or before.is_in("reporting", "according-to")


def _is_contacted(tokens: Tokens, mention: Mention) -> bool:
    """ "Spoke with her daughter": with nobody but the relative named between."""
    near = tokens[max(0, mention.first - 5) : mention.first]
    at = next((number for number in range(len(near) - 1, -1, -1) if near[number].low in _CONTACTS), None)
    between = near[at:-1] if at is not None else []
    return at is not None and not any(token.low in {".", ";"} or token.is_in("patient") for token in between)


def _speaker(mention: Mention) -> str:
    """How a relative is called, as within a sentence: "daughter Ana"."""
    relation, *name = mention.words.split(" ")
    is_word = relation[1:].islower() or (relation.isupper() and len(relation) > 5)
    return " ".join([relation.lower() if is_word else relation, *name])


def _are_of_each_other(reporter: Mention, mention: Mention) -> bool:
    """Whether the one who tells calls the patient so: a son says "his father wants"."""
    teller, named = _kin(reporter), _kin(mention)
    return any((teller & one and named & other) or (teller & other and named & one) for one, other in _PAIRS)


def _kin(mention: Mention) -> frozenset[str]:
    """The words of a relation, an in-law counted as a relative by blood: "mother" for "mother-in-law"."""
    words = mention.words.lower().replace("-in-law", "").replace("significant other", "partner").split()
    return frozenset(word.removeprefix("step").removeprefix("-").removeprefix("great-") for word in words)
