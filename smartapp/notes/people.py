"""Which person a mention or a pronoun means in its note: the patient, somebody close, or a clinician."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from smartapp.notes.context import Context, word_set
from smartapp.notes.finding import Experiencer
from smartapp.notes.floor import Floors, How, Scene
from smartapp.notes.kinship import PARENTS, are_of_each_other
from smartapp.notes.mentions import Mention, Tokens, Who, mention_ending
from smartapp.notes.names import Names
from smartapp.notes.patient_pronoun import patient_pronoun
from smartapp.notes.subjects import Subject
from smartapp.notes.verb_groups import is_boundary, verb_group

_BEHIND_HER: Final = word_set(
    """
    home to back at in there and out on . , ; with into up comfortable safe here off around more less as
    get go be stay moved placed kept again alive because so if when while through from for
    """
)


_THINKING: Final = frozenset(
    {"thinks", "thought", "believes", "believed", "feels", "felt", "figures", "sure"}
)
_WOULD: Final = frozenset({"would", "wouldn't", "'d"})
_SELF: Final = frozenset({"himself", "herself"})
_TOLD_HER: Final = ("told her", "tells her")
_TOLD_HIM: Final = ("told him", "tells him")
_TOLD_BEFORE: Final = 10


@dataclass(frozen=True, slots=True)
class Person:
    """Whose a statement is; `speaker` where that is not the patient. `is_sure` False: the pronoun may mean
    either, and `otherwise` is whose it is unless the statement is one that people make of themselves.
    """

    experiencer: Experiencer
    speaker: str = ""
    is_sure: bool = True
    otherwise: Experiencer = Experiencer.PROXY_REPORT


class People:
    """The people of one note."""

    def __init__(self, text: str, context: Context) -> None:
        self._text = text
        self._context = context
        self._names = Names(text, context)
        self._floors = Floors(text, context, self._names.known, self.gender)

    @cached_property
    def gender(self) -> str:
        """ "she", "he", or "" where the note does not tell the patient's."""
        return patient_pronoun(self._text)

    def person(
        self,
        subject: Subject,
        tokens: Tokens,
        *,
        labelled: Mention | None = None,
        content: Tokens = (),
        is_said: bool = True,
    ) -> Person | None:
        """Whose the statement is; None for the reader of the note and for things. `labelled`: under whose
        name the section stands. `is_said` False: a fact, such as a code status, which is the patient's
        whoever has the floor.
        """
        subject = self._named(subject)
        scene = self._scene(subject, tokens, labelled)
        subject = _without_shared(subject, tokens, scene)
        mention = subject.mention
        if subject.reporter is None and (scene.told or scene.floor) and self._is_told(subject, tokens, scene):
            subject = replace(subject, reporter=scene.told)
        if mention is not None and mention.who is Who.RELATIVE:
            return self._of_relative(mention, subject, scene)
        if mention is not None and mention.is_many and _are_with_patient(tokens[: mention.first]):
            return Person(Experiencer.PATIENT)
        if listener := self._listener(subject, tokens, scene):
            return Person(Experiencer.PROXY_REPORT, _speaker(listener))
        is_behind = bool(content) and content[0].start >= tokens[subject.verb].start
        others = content if is_behind else ()
        if mention is None and subject.reporter is None:
            if is_said and (other := self._left_out(scene, others, is_behind=is_behind)):
                return other
            is_felt = not is_said and scene.floor is not None and scene.floor.how is How.FEELS
            return _family(scene.head) if scene.head and is_felt else Person(Experiencer.PATIENT)
        person = self._himself(mention, scene)
        if person and mention and person.experiencer is Experiencer.FAMILY:
            person = self._reconsidered(person, mention, tokens, others, scene=scene)
        return person and self._told_by(person, subject, scene)

    def speaking(self, place: int) -> Person:
        """Who says what is quoted at a place, where its sentence names nobody: whoever a label names."""
        floor = self._floors.at(place, place).floor
        return _family(floor.holder) if floor and floor.how is How.LABEL else Person(Experiencer.PATIENT)

    def _reconsidered(
        self, person: Person, mention: Mention, tokens: Tokens, content: Tokens, *, scene: Scene
    ) -> Person:
        """A relative's after all, or not, by what is said: "thinks she would", "He wants it himself"."""
        if not person.is_sure and self._speaks_of_patient(_unconditional(content)):
            return replace(person, is_sure=True)
        following = tokens[mention.last + 1].low if mention.last + 1 < len(tokens) else ""
        before = tokens[mention.first - 1].low if mention.first else ""
        if not person.is_sure and before in _THINKING and following in _WOULD:
            return replace(person, experiencer=Experiencer.PROXY_REPORT, is_sure=True)
        is_earlier = scene.floor is not None and scene.floor.since < scene.sentence
        is_contrast = following in _SELF or any(token.low in _SELF for token in content)
        if is_earlier and is_contrast and self._is_patients(mention) and not _is_labelled(scene):
            return Person(Experiencer.PATIENT)
        return person

    def _listener(self, subject: Subject, tokens: Tokens, scene: Scene) -> Mention | None:
        """The relative to whom the patient said it: "He told her he is afraid"."""
        mention = subject.mention
        if mention is None or mention.who not in {Who.PRONOUN, Who.PATIENT} or not scene.last:
            return None
        if mention.gender and not self._may_be_patient(mention):
            return None
        for token in tokens[max(0, mention.first - _TOLD_BEFORE) : mention.first]:
            if token.low.endswith(("told them", "tells them")):
                return scene.last
            gender = "she" if token.low.endswith(_TOLD_HER) else "he" if token.low.endswith(_TOLD_HIM) else ""
            if gender and gender != self.gender and scene.last.gender in {"", gender}:
                return scene.last
        return None

    def _scene(self, subject: Subject, tokens: Tokens, labelled: Mention | None) -> Scene:
        """Who has the floor before the subject."""
        at = subject.mention.first if subject.mention and not subject.is_shared else subject.verb
        start = tokens[0].start if tokens else 0
        place = tokens[at].start if at < len(tokens) else tokens[-1].end if tokens else 0
        named = labelled and self._names.known(labelled)
        return self._floors.at(start, place, named if named and named.who is Who.RELATIVE else None)

    def _is_told(self, subject: Subject, tokens: Tokens, scene: Scene) -> bool:
        """Whether a relative's verb of saying stands right before it ("Says he wants", "Son says her faith"),
        or in its clause where it has no subject ("Per Lorna, independence was everything to her").
        """
        floor = scene.floor
        is_here = floor is not None and floor.how is How.TELLS and floor.since == scene.clause
        if is_here and subject.mention is not None and subject.mention.first >= subject.verb:
            return True
        at = (subject.mention.first if subject.mention else subject.first) - 1
        while at > 0 and tokens[at].low in {"that", "how", ","}:
            at -= 1
        if at < 0 or not tokens[at].is_in("reporting"):
            return False
        verb, _ = verb_group(tokens, at)
        teller = mention_ending(tokens, verb - 1)
        if teller is None or teller.who is not Who.PRONOUN:
            return teller is not None or verb == 0 or is_boundary(tokens, verb - 1)
        return bool(teller.gender) and not self._may_be_patient(teller)

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

    def _himself(self, mention: Mention | None, scene: Scene) -> Person | None:
        """Who is mentioned, whoever tells it."""
        if mention is None or mention.who is Who.PATIENT:
            return Person(Experiencer.PATIENT)
        if mention.who is Who.PRONOUN:
            return self._meant(mention, scene)
        return Person(Experiencer.CLINICIAN) if mention.who in {Who.CLINICIAN, Who.SELF} else None

    def _left_out(self, scene: Scene, content: Tokens, *, is_behind: bool) -> Person | None:
        """Whose it is where no subject stands: of whoever has the floor, or of the relative named last where
        what is said speaks of the patient as somebody else.
        """
        floor = scene.floor
        if scene.head and is_behind:
            return _family(scene.head)
        if floor and (floor.how is How.LABEL or (floor.how is How.FEELS and floor.is_alone)):
            return _family(floor.holder)
        others = {"she": {"her", "she", "herself"}, "he": {"him", "he", "his", "himself"}}.get(
            self.gender, {"him", "her", "he", "she", "his"}
        )
        is_of_patient = any(
            token.low in others or token.low in PARENTS or token.is_in("patient")
            for token in (content if floor else _unconditional(content))
        )
        holder = (
            floor.holder
            if floor
            else scene.last
            if self._speaks_of_patient(_unconditional(content)[:2])
            else None
        )
        return _family(holder) if holder and is_of_patient else None

    def _of_relative(self, mention: Mention, subject: Subject, scene: Scene) -> Person:
        """A relative's own, or the patient's as the relative of the one who tells it: "her mother"."""
        reporter = subject.reporter
        if reporter is None:
            is_patients = self.gender in {"", mention.gender}
            reporter = scene.floor.holder if scene.floor and is_patients else None
        elif reporter.who is Who.PRONOUN:
            reporter = scene.floor.holder if scene.floor else scene.last
        if reporter and reporter.who is Who.RELATIVE and are_of_each_other(reporter, mention):
            return Person(Experiencer.PROXY_REPORT, _speaker(reporter))
        return _family(mention)

    def _told_by(self, person: Person, subject: Subject, scene: Scene) -> Person:
        """The same, as told by somebody close where that is so."""
        reporter, floor = subject.reporter, scene.floor
        if person.experiencer is not Experiencer.PATIENT:
            return person
        if reporter is not None and reporter.who is Who.RELATIVE:
            return Person(Experiencer.PROXY_REPORT, _speaker(reporter))
        if reporter is not None and reporter.who is Who.PRONOUN and floor and _has_just_told(scene, reporter):
            return Person(Experiencer.PROXY_REPORT, _speaker(floor.holder))
        if reporter is not None and reporter.who is Who.PRONOUN:
            teller = self._meant(reporter, scene)
            is_other = (
                reporter.gender
                and subject.mention
                and subject.mention.gender
                and reporter.gender != subject.mention.gender
            )
            is_patient = subject.mention is None or subject.mention.who is Who.PATIENT
            if teller and teller.experiencer is Experiencer.FAMILY and (is_other or is_patient):
                return Person(Experiencer.PROXY_REPORT, teller.speaker)
        is_said = reporter is None or reporter.who is Who.PRONOUN
        is_labelled = is_said and floor is not None and floor.how is How.LABEL
        is_of_patient = subject.mention is not None and subject.mention.who is Who.PATIENT
        if floor and is_labelled and not (is_of_patient and floor.since != scene.clause):
            return Person(Experiencer.PROXY_REPORT, _speaker(floor.holder))
        return person

    def _meant(self, pronoun: Mention, scene: Scene) -> Person | None:
        """Whom "she", "he" or "they" means: whoever has the floor where that may be, else the patient."""
        floor = scene.floor
        if floor and self._may_mean(pronoun, floor.holder):
            if not self._may_be_patient(pronoun):
                return _family(floor.holder)
            is_here = floor.since >= scene.sentence
            is_telling = is_here and floor.how is How.TELLS
            is_theirs = not is_telling and (is_here or not self.gender or floor.is_alone)
            if is_theirs or is_here or floor.how is How.LABEL:
                is_sure = is_theirs and floor.how is not How.LABEL
                return Person(Experiencer.FAMILY, _speaker(floor.holder), is_sure=is_sure)
            if floor.how in {How.FEELS, How.MET}:
                holder = _speaker(floor.holder)
                return Person(Experiencer.FAMILY, holder, is_sure=False, otherwise=Experiencer.PATIENT)
        clinician = scene.clinician
        is_doctor = clinician is not None and clinician.words.lower().startswith("dr")
        if clinician and not pronoun.is_many and (is_doctor or not self._is_patients(pronoun)):
            is_one = clinician.words.lower() not in {"team", "staff", "hospital"}
            if is_one and clinician.who is Who.CLINICIAN:
                return Person(Experiencer.CLINICIAN)
        return self._of_other_gender(pronoun, scene)

    def _of_other_gender(self, pronoun: Mention, scene: Scene) -> Person | None:
        """Somebody close, for a pronoun that cannot be the patient's and a relative named not far before."""
        is_other = bool(self.gender and pronoun.gender and self.gender != pronoun.gender)
        if not (is_other or pronoun.is_many):
            return Person(Experiencer.PATIENT)
        if scene.last and (pronoun.is_many or scene.last.gender in {"", pronoun.gender}):
            return _family(scene.last)
        gender = "" if pronoun.is_many else pronoun.gender
        if named := self._floors.named_long_before(gender, scene.sentence):
            return _family(named)
        return None if is_other else Person(Experiencer.PATIENT)

    def _is_patients(self, pronoun: Mention) -> bool:
        return pronoun.gender == self.gender != ""

    def _may_mean(self, pronoun: Mention, mention: Mention) -> bool:
        if pronoun.is_many:
            return mention.is_many or " and " in mention.words
        is_either = not mention.gender and self.gender == pronoun.gender != ""
        return not mention.is_many and not is_either and mention.gender in {"", pronoun.gender}

    def _may_be_patient(self, pronoun: Mention) -> bool:
        return self.gender in {"", pronoun.gender}


def _without_shared(subject: Subject, tokens: Tokens, scene: Scene) -> Subject:
    """Without a relative who is only mentioned before a semicolon."""
    mention, holder = subject.mention, scene.told
    if mention is None or not subject.is_shared or (mention.who is not Who.RELATIVE and not mention.is_many):
        return subject
    is_apart = any(token.low == ";" for token in tokens[mention.last : subject.verb])
    is_holder = holder is not None and holder.words == mention.words
    return replace(subject, mention=None) if is_apart and not is_holder else subject


def _unconditional(content: Tokens) -> Tokens:
    """A content up to its condition: whom "if she" means tells nothing."""
    for at, token in enumerate(content):
        if token.low in {"if", "when", "unless", "because", "while", "as"}:
            return content[:at]
    return content


def _are_with_patient(before: Tokens) -> bool:
    """Whether "they" are the patient with somebody: "discussed with the patient and his son, they agree"."""
    joined = [at for at, token in enumerate(before) if token.low in {"and", "&"}]
    return any(
        token.is_in("patient")
        for at in joined
        for token in [*before[max(0, at - 1) : at], *before[at + 1 : at + 3]]
    )


def _has_just_told(scene: Scene, reporter: Mention) -> bool:
    """Whether "She says" follows what a relative told who may be meant."""
    floor = scene.floor
    is_told = floor is not None and floor.how is How.TELLS and floor.since == scene.previous
    return floor is not None and is_told and floor.holder.gender == reporter.gender


def _is_labelled(scene: Scene) -> bool:
    return scene.floor is not None and scene.floor.how is How.LABEL


def _family(mention: Mention) -> Person:
    return Person(Experiencer.FAMILY, _speaker(mention))


def _speaker(mention: Mention) -> str:
    """How a relative is called, as within a sentence: "daughter Ana"."""
    relation, *name = mention.words.split(" ")
    is_word = relation[1:].islower() or (relation.isupper() and len(relation) > 5)
    return " ".join([relation.lower() if is_word else relation, *name])
