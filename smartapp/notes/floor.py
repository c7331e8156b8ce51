"""Who has the floor at a place in a note: since when somebody close speaks, and what ends it.

A note is about its patient, who has the floor unless somebody takes it. A label gives it ("Wife by phone:")
until the unit ends, another label comes, or the patient is named in a new clause. A sentence takes it (a
relative tells, feels, asks, or is met) until another subject comes. A relative who is only mentioned, or
whose illness is told, never has it. A unit is a paragraph, a bullet, or a line that was meant to end.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

from smartapp.notes.context import Context, Token, word_set
from smartapp.notes.kinship import are_of_each_other
from smartapp.notes.labels import Label, label_of
from smartapp.notes.mentions import Mention, Tokens, Who
from smartapp.notes.sentence_breaks import LEADING, breaks
from smartapp.notes.verb_groups import mentions_between

_REACH: Final = 600
_STEP: Final = 300
"""Places are looked at from the same beginning for as many characters, so that its words are cut once."""

_WINDOW: Final = _REACH + 2 * _STEP
"""Characters whose words are cut at once: a place further on, in a long sentence, is cut for itself."""

_PIECE: Final = 3_000
_LOOK_BACK: Final = 2_500
_AHEAD: Final = 48
_CONTACTS: Final = word_set(
    """
    called spoke call phoned tc t/c telephoned contacted talked collateral interviewed conversation phone
    reached updated calling calls rang rings phones met notified
    """
)
_OPENS: Final = frozenset(
    {
        ".", ";", ":", ",", "-", "–", "—", "•", "*", "(", "!", "?",
        "and", "but", "that", "when", "because", "while", "as", "though", "although", "so", "then",
    }
)  # fmt: skip
_PATIENTS: Final = {"she": word_set("she her hers herself"), "he": word_set("he him his himself")}
_NEAR: Final = 6


class How(StrEnum):
    """How somebody came to have the floor."""

    LABEL = "label"
    TELLS = "tells"
    FEELS = "feels"
    MET = "met"


@dataclass(frozen=True, slots=True)
class Floor:
    """`holder` is a relative; `since`: the offset of the clause that gave it to them. `is_alone`: that clause
    mentions nobody else, so that what follows goes on about the holder ("Mother is tearful. She ..."). A
    clause that does ("Her mother is tearful.") has the patient as its topic still.
    """

    holder: Mention
    how: How
    since: int
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """Before a place in the sentence that begins at `sentence`, and in the clause that begins at `clause`,
    behind that at `previous`.
    `floor` None: the patient's, or the author's. `told`: who had the floor last in this unit; `last`: the
    relative named last; `head`: the relative whom this clause begins with; `clinician`: the last subject was
    one.
    """

    sentence: int
    clause: int
    previous: int = -1
    floor: Floor | None = None
    told: Mention | None = None
    last: Mention | None = None
    head: Mention | None = None
    clinician: Mention | None = None


@dataclass(frozen=True, slots=True)
class _Clause:
    tokens: Tokens
    begins_unit: bool
    is_listed: bool
    ends_unit: bool
    """With a colon behind which a line begins."""


class Floors:
    """The floor at any place of one note. `known`: a mention with who it is, where the note tells."""

    def __init__(self, text: str, context: Context, known: Callable[[Mention], Mention], gender: str) -> None:
        self._text = text
        self._context = context
        self._known = known
        self._gender = gender
        self._cut: tuple[int, tuple[Token, ...], list[int]] = (-1, (), [])

    def at(self, start: int, place: int, base: Mention | None = None) -> Scene:
        """Before what stands at `place`, in the sentence from `start`. `base`: whose words a heading says
        they are.
        """
        begin = self._begin_of_paragraph(start)
        tokens = self._tokens(begin, place)
        first = Floor(base, How.LABEL, begin) if base else None
        scene, below = Scene(start, begin, floor=first, told=base, last=base), first
        was_listed = False
        for clause in _clauses(self._text, tokens, begin, place):
            if clause.begins_unit:
                below = first if was_listed and not clause.is_listed else below
                scene = replace(scene, floor=below, told=below.holder if below else None, clinician=None)
                was_listed = clause.is_listed
            at = clause.tokens[0].start if clause.tokens else place
            scene = replace(scene, previous=scene.clause, clause=at, head=None)
            scene = self._behind(clause.tokens, scene) if clause.tokens else scene
            if clause.ends_unit:
                below = scene.floor
        return scene

    def _begin_of_paragraph(self, start: int) -> int:
        begin = max(0, (start - _REACH) // _STEP * _STEP)
        if begin:
            begin = max(begin, self._text.find(" ", begin, begin + _STEP) + 1)
        return max(begin, self._text.rfind("\n\n", begin, start) + 1)

    def _tokens(self, begin: int, place: int) -> Tokens:
        if place > begin + _WINDOW:
            return self._context.tokens(self._text, begin, place)
        if self._cut[0] != begin:
            piece = self._context.tokens(self._text, begin, min(len(self._text), begin + _WINDOW))
            self._cut = (begin, piece, [token.end for token in piece])
        return self._cut[1][: bisect_right(self._cut[2], place)]

    def _behind(self, clause: Tokens, scene: Scene) -> Scene:
        """Who has the floor behind a clause."""
        label = label_of(clause, self._known)
        if label is None:
            return self._behind_words(clause, scene, is_labelled=False)
        scene = self._labelled(label, scene, clause[0].start)
        return self._behind_words(clause[label.end :], scene, is_labelled=True)

    def _labelled(self, label: Label, scene: Scene, since: int) -> Scene:
        """Behind a label: whoever it names; the patient for one that names nobody close."""
        mention = label.mention
        if mention is not None and mention.who is Who.PRONOUN:
            holder = scene.floor.holder if scene.floor else None
            is_held = holder is not None and holder.gender == mention.gender
            mention = holder if is_held else self._relative(mention.gender, scene)
        if mention is None or mention.who is not Who.RELATIVE:
            mention = scene.told or scene.last if label.is_own else None
        if mention is None:
            return replace(scene, floor=None, clinician=None)
        floor = Floor(mention, How.LABEL, since)
        return replace(scene, floor=floor, told=mention, last=mention, clinician=None)

    def _relative(self, gender: str, scene: Scene) -> Mention | None:
        """The relative that a pronoun means which cannot be the patient's."""
        if not gender or gender == self._gender or not self._gender:
            return None
        holders = (scene.floor.holder if scene.floor else None, scene.last)
        near = next((one for one in holders if one and one.gender in {"", gender} and not one.is_many), None)
        return near or self.named_long_before(gender, scene.sentence)

    def named_long_before(self, gender: str, place: int) -> Mention | None:
        """The last relative of that gender before a place, far as that may be; "" for several."""
        last = bisect_right(self._relatives, place, key=lambda found: found[0]) - 1
        for at in range(last, -1, -1):
            start, named = self._relatives[at]
            if start < place - _LOOK_BACK:
                break
            if named.is_many if not gender else named.gender == gender:
                return named
        return None

    @cached_property
    def _relatives(self) -> list[tuple[int, Mention]]:
        """Every relative of the note and where, found in one pass when a first pronoun asks for them."""
        found: list[tuple[int, Mention]] = []
        for begin in range(0, len(self._text), _PIECE):
            tokens = self._context.tokens(self._text, begin, min(len(self._text), begin + _PIECE))
            mentions = map(self._known, mentions_between(tokens, 0, len(tokens) - 1))
            found += [(tokens[one.first].start, one) for one in mentions if one.who is Who.RELATIVE]
        return found

    def _behind_words(self, clause: Tokens, scene: Scene, *, is_labelled: bool) -> Scene:
        if clause and clause[0].is_in("denial") and not _is_labelled(scene):
            scene = replace(scene, floor=None)
        for mention in map(self._known, mentions_between(clause, 0, len(clause) - 1)):
            if is_subject(clause, mention):
                scene = self._behind_subject(clause, mention, scene, is_labelled=is_labelled)
        return scene

    def _behind_subject(self, clause: Tokens, mention: Mention, scene: Scene, *, is_labelled: bool) -> Scene:
        since = clause[0].start
        if mention.who is Who.RELATIVE:
            if self._is_of_teller(mention, scene):
                return scene
            how = _how(clause, mention)
            head = mention if mention.first == 0 else None
            scene = replace(scene, last=mention, head=head, clinician=None)
            is_own = is_labelled and _is_labelled(scene)
            floor = Floor(mention, how, since, is_alone=self._is_alone(clause)) if how else None
            return replace(scene, floor=floor, told=mention) if floor and not is_own else scene
        scene = replace(scene, head=None)
        if mention.who is Who.PATIENT:
            is_said = is_labelled and _is_labelled(scene)
            return scene if is_said else replace(scene, floor=None, told=None, clinician=None)
        if mention.who in {Who.CLINICIAN, Who.SELF}:
            return scene if _is_labelled(scene) else replace(scene, floor=None, clinician=mention)
        return self._behind_pronoun(clause, mention, scene) if mention.who is Who.PRONOUN else scene

    def _is_of_teller(self, mention: Mention, scene: Scene) -> bool:
        """Whether whoever has the floor speaks of the patient so: "Mama used to say", told by a daughter."""
        floor = scene.floor
        is_patients = mention.gender == self._gender != ""
        return floor is not None and is_patients and are_of_each_other(floor.holder, mention)

    def _behind_pronoun(self, clause: Tokens, pronoun: Mention, scene: Scene) -> Scene:
        floor = scene.floor
        if relative := self._relative(pronoun.gender, scene):
            how = _how(clause, pronoun)
            is_held = floor is not None and floor.holder == relative
            if is_held or not how:
                return scene
            floor = Floor(relative, how, clause[0].start, is_alone=self._is_alone(clause))
            return replace(scene, floor=floor, told=relative)
        is_patients = pronoun.gender == self._gender != ""
        if floor and is_patients and floor.how is not How.LABEL and floor.holder.gender != pronoun.gender:
            return replace(scene, floor=None)
        return scene

    def _is_alone(self, clause: Tokens) -> bool:
        """Whether nothing in it may mean the patient."""
        others = _PATIENTS.get(self._gender, _PATIENTS["she"] | _PATIENTS["he"])
        return not any(token.low in others or token.is_in("patient") for token in clause)


def _is_labelled(scene: Scene) -> bool:
    return scene.floor is not None and scene.floor.how is How.LABEL


def _clauses(text: str, tokens: Sequence[Token], begin: int, place: int) -> Iterator[_Clause]:
    """The tokens cut where sentences end, and at semicolons; quotations are left out."""
    ends = [*breaks(text, begin, min(len(text), place + _AHEAD)), place + 1]
    found: list[Token] = []
    number, start = 0, begin
    is_quoted = False
    for token in tokens:
        while token.start >= ends[number]:
            yield _clause(text, found, start)
            found, start = [], ends[number]
            is_quoted = is_quoted and text[start - 1] != "\n"
            number += 1
        if token.low in {'"', "“", "”"}:
            is_quoted = token.low == "“" or (token.low == '"' and not is_quoted)
        elif not is_quoted:
            found.append(token)
        if token.low == ";" and not is_quoted:
            yield _clause(text, found, start)
            found, start = [], token.end
    while ends[number] <= place:
        yield _clause(text, found, start)
        found, start = [], ends[number]
        number += 1
    yield _clause(text, found, start)


def _clause(text: str, found: Sequence[Token], start: int) -> _Clause:
    first = found[0].start if found else start
    before = text[max(0, start - 2) : first]
    leading = LEADING.match(text, start, first + 12)
    marks = text[start : leading.end()].strip() if leading else ""
    kept = [token for token in found if not leading or token.start >= leading.end()]
    goes_on = text[max(0, start - 4) : max(0, start - 1)].rstrip()[-1:] in {";", ","}
    is_open = (
        bool(kept) and kept[-1].low == ":" and text[kept[-1].end : kept[-1].end + 8].lstrip(" ")[:1] == "\n"
    )
    return _Clause(tuple(kept), "\n" in before and not goes_on, bool(marks), is_open)


def is_subject(clause: Tokens, mention: Mention) -> bool:
    """Whether somebody stands where a clause has its subject, or was called or spoken with."""
    if mention.who is Who.OTHER or (mention.last + 1 < len(clause) and clause[mention.last + 1].low == "'s"):
        return False
    if mention.first == 0 or (mention.who is Who.RELATIVE and _is_contacted(clause, mention)):
        return True
    before = clause[mention.first - 1]
    is_wished = mention.who is Who.PRONOUN and before.is_in("feeling")
    return is_wished or before.low in _OPENS or before.is_in("reporting", "according-to")


def _is_contacted(clause: Tokens, mention: Mention) -> bool:
    """ "Spoke with her daughter": with nobody but the relative named between."""
    near = clause[max(0, mention.first - 5) : mention.first]
    at = next((number for number in range(len(near) - 1, -1, -1) if near[number].low in _CONTACTS), None)
    between = near[at:-1] if at is not None else []
    return at is not None and not any(token.low in {".", ";"} or token.is_in("patient") for token in between)


def _how(clause: Tokens, mention: Mention) -> How | None:
    """How a subject takes the floor; None for one who is only mentioned."""
    if mention.first and clause[mention.first - 1].is_in("according-to"):
        return How.TELLS
    behind = list(_behind(clause, mention.last + 1))
    for token in behind[:_NEAR]:
        if token.is_in("feeling"):
            return How.FEELS
        if token.is_in("reporting"):
            return How.TELLS
        if token.low in _CONTACTS and "be" not in {one.low for one in behind[:_NEAR]}:
            return How.MET
        if token.low in {",", ";", "who", "."}:
            break
    return How.MET if _is_contacted(clause, mention) else None


def _behind(clause: Tokens, at: int) -> Iterator[Token]:
    """What follows a subject, over what stands in parentheses or between commas: "Keith, by phone, is"."""
    depth = 0
    if at < len(clause) and clause[at].low == ",":
        close = next(
            (number for number in range(at + 1, min(at + 9, len(clause))) if clause[number].low == ","), 0
        )
        at = close + 1 if close else at
    for token in clause[at:]:
        depth += (token.low == "(") - (token.low == ")")
        if not depth and token.low != ")":
            yield token
