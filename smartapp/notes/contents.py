"""What an attitude is about: its content decides whether it is a goal, a worry, a choice of treatment or no
preference at all.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from smartapp.notes.context import Token, grouped_scanner, spelled_all, word_set, words_of
from smartapp.notes.finding import Label
from smartapp.sdm.content_text import Entry
from smartapp.sdm.model import Kind


class Stance(StrEnum):
    """What an attitude is, whatever it is about."""

    WISH = "wish"
    HOPE = "hope"
    ASK = "ask"
    PREFER = "prefer"
    ACCEPT = "accept"
    CHOOSE = "choose"
    REFUSE = "refuse"
    AVERSE = "averse"
    PLAN = "plan"
    ADDRESS = "address"
    DISLIKE = "dislike"
    FEAR = "fear"
    VALUE = "value"
    STRENGTH = "strength"
    DECIDE = "decide"
    AGENT = "agent"
    LEAD = "lead"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a statement comes to."""

    label: Label
    kind: Kind
    is_negated: bool = False


_FEW: Final = 3
"""Words before a comma that may be its list's first: behind more, the comma ends the thought."""

UNWILLING: Final = frozenset({Stance.REFUSE, Stance.AVERSE})
_WISHES: Final = frozenset({Stance.WISH, Stance.HOPE, Stance.ASK})
_OPEN: Final = frozenset({"to", "that", "for", "not", "be"})
_WILLING: Final = word_set(
    """
    willing agreeable open amenable receptive prepared interested yes no up keen welcome try okay ok
    fine comfortable content
    """
)
_BY_ENDING: Final = "treatment"
"""The group of names that tell by their ending that they are an operation or a medicine."""

_CARE: Final = frozenset({"treatment", "major", "place", "unacceptable"})
_CUTS: Final = word_set(
    """
    because so before after without when while if unless until but since as though although given due
    except
    """
)
_BY_STANCE: Final = {
    Stance.FEAR: (Label.WORRY, Kind.WORRY),
    Stance.VALUE: (Label.VALUE, Kind.MATTERS),
    Stance.STRENGTH: (Label.VALUE, Kind.STRENGTH),
    Stance.ADDRESS: (Label.CARE_EXPERIENCE, Kind.CARE_EXPERIENCE),
    Stance.DECIDE: (Label.DECISION_ROLE, Kind.DECISION_ROLE),
    Stance.LEAD: (Label.DECISION_ROLE, Kind.DECISION_ROLE),
    Stance.AGENT: (Label.DECISION_ROLE, Kind.PEOPLE),
    Stance.CODE: (Label.CODE_STATUS, Kind.CODE_STATUS),
}
_TREATMENT: Final = Meaning(Label.TREATMENT_PREFERENCE, Kind.TREATMENT_PREFERENCE)
_CARE_EXPERIENCE: Final = Meaning(Label.CARE_EXPERIENCE, Kind.CARE_EXPERIENCE)
_ROLE: Final = Meaning(Label.DECISION_ROLE, Kind.DECISION_ROLE)
_GOAL: Final = Meaning(Label.GOAL, Kind.GOAL)
_HOPE: Final = Meaning(Label.GOAL, Kind.HOPE)
_WORRY: Final = Meaning(Label.WORRY, Kind.WORRY)
_CODE: Final = Meaning(Label.CODE_STATUS, Kind.CODE_STATUS)
_UNACCEPTABLE: Final = Meaning(Label.TREATMENT_PREFERENCE, Kind.UNACCEPTABLE)
_WISHED: Final = {
    "code": _CODE,
    "deciding": _ROLE,
    "knowing": _ROLE,
    "manner": _CARE_EXPERIENCE,
    "treatment": _TREATMENT,
    "major": _TREATMENT,
    "place": _TREATMENT,
    "unacceptable": _UNACCEPTABLE,
}
_UNWANTED: Final = {**_WISHED, "burden": _WORRY, "home": _TREATMENT, "living": _TREATMENT}
_CHOSEN: Final = {**_WISHED, "home": _TREATMENT}
_BY_GROUP: Final = {
    Stance.ACCEPT: _CHOSEN,
    Stance.CHOOSE: _CHOSEN,
    Stance.PREFER: {**_WISHED, "home": _TREATMENT},
}
"""What the first words of a content make of an attitude."""


class Contents:
    """The words that tell what an attitude is about."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """An entry belongs to its `group`, or is one by its id; `endings`: of words that belong there too."""
        words: dict[str, list[str]] = {}
        endings: list[str] = []
        for entry in entries:
            group = str(entry.values.get("group", entry.id))
            words.setdefault(group, []).extend(spelled_all(words_of(entry)))
            endings += _endings_of(entry)
        self._scanner = grouped_scanner(words)
        self._named_so = re.compile(rf"\b\w{{3,40}}(?:{'|'.join(map(re.escape, endings)) or '(?!)'})\b", re.I)

    def groups(self, text: str) -> list[str]:
        """The groups whose words stand in the text, in its order; a word may have several."""
        return [name for _, names in self._found(text) for name in names.split(";")]

    def ends_with_care(self, text: str) -> bool:
        """Whether the last words of a text name some care: "the flu shot", "home dialysis"."""
        length = len(text.rstrip())
        return any(end >= length and _CARE & set(names.split(";")) for end, names in self._found(text))

    def _found(self, text: str) -> list[tuple[int, str]]:
        """Where each word ends that tells a group, and its groups."""
        hits = [(hit.start, hit.end, hit.name) for hit in self._scanner.hits(text)]
        known = {start for start, _, _ in hits}
        hits += [
            (match.start(), match.end(), _BY_ENDING)
            for match in self._named_so.finditer(text)
            if match.start() not in known
        ]
        return [(end, names) for _, end, names in sorted(hits)]

    def meaning(
        self, stance: Stance, text: str, tokens: tuple[Token, ...], *, is_negated: bool, words: str = ""
    ) -> Meaning | None:
        """What a statement of this stance with this content comes to; None where it is no preference.

        `text`: the content, from `tokens[0]` to the last; `words`: those of the attitude.
        """
        if stance in _BY_STANCE:
            label, kind = _BY_STANCE[stance]
            return Meaning(label, kind, is_negated)
        groups = self.groups(_main_part(text, tokens))
        if words.startswith("refus"):
            return None  # a judgment of the writer's more often than what somebody wants
        found = _meaning(stance, groups, tokens, is_negated=is_negated)
        if found and not is_negated:
            found = _hoped(stance, found, text)
        if found is None and (not groups or groups[0] not in {"errand", "clinical", "workup"}):
            found = _by_words(stance, tokens, words.split(), is_negated=is_negated)
        if found == _TREATMENT and "code" in groups[:3]:
            found = _CODE
        if found is None or (found.label is Label.CARE_EXPERIENCE and "interest" in words):
            return None
        return Meaning(found.label, found.kind, is_negated)


def _endings_of(entry: Entry) -> list[str]:
    endings = entry.values.get("endings")
    return [str(ending) for ending in endings] if isinstance(endings, list) else []


def _by_words(
    stance: Stance, tokens: tuple[Token, ...], words: list[str], *, is_negated: bool
) -> Meaning | None:
    """What it most likely is when the content tells nothing."""
    if stance in _WISHES and not is_negated:
        return _open_wish(stance, tokens, words)
    is_rather = stance is Stance.PREFER and bool({"rather", "sooner"} & set(words))
    if stance is Stance.AVERSE or stance is Stance.WISH or is_rather:
        return _TREATMENT
    if stance in {Stance.PREFER, Stance.DISLIKE}:
        is_manner = words[0].startswith("prefer") or words[-1] in _MANNERLY
        return _CARE_EXPERIENCE if is_manner else None
    if stance is Stance.REFUSE:
        return _TREATMENT if _is_turned_down(tokens, words) else None
    is_willing = " ".join(words[-2:]) in _CHOOSING or (
        stance is Stance.ACCEPT and bool(_WILLING & set(words))
    )
    return _TREATMENT if is_willing or (words[0] == "no" and words[-1] == "to") else None


_MANNERLY: Final = frozenset({"prefer", "being", "when", "having", "it", "if", "with"})
_TALK: Final = frozenset(
    {"talking", "discussing", "hearing", "quitting", "eating", "cooking", "dating", "watching"}
)
_CHOOSING: Final = frozenset(
    {
        "would accept", "would choose", "opts for", "opted for", "opt for", "go for",
        "would agree", "has elected", "elects", "hear of", "would allow", "elected", "would consider",
    }
)  # fmt: skip


def _is_turned_down(tokens: tuple[Token, ...], words: list[str]) -> bool:
    """ "Declines SCDs": what is offered at a bedside is care, whatever its name."""
    if words[-1] in {"against", "opposed"} or " ".join(words[-2:]) in _CHOOSING:
        return True
    if "interested" in words:
        doing = [*words[-1:], *(token.low for token in tokens[:1])]
        return any(word.endswith("ing") and word not in _TALK for word in doing)
    if words[0] == "no" and words[-1] == "to":
        return True
    return words[0].startswith(("declin", "turn", "reject")) and bool(tokens) and tokens[0].low not in _DEEDS


_DEEDS: Final = frozenset(
    {"to", "by", "due", "in", "at", "as", "when", "that", "because", "from", "and", "further"}
)


def _open_wish(stance: Stance, tokens: tuple[Token, ...], words: list[str]) -> Meaning | None:
    if stance is not Stance.ASK:
        return _HOPE if stance is Stance.HOPE else _GOAL
    is_open = words[-1] in _OPEN or bool(tokens and tokens[0].low in _OPEN)
    return _CARE_EXPERIENCE if is_open and not words[0].startswith("insist") else None


def _main_part(text: str, tokens: tuple[Token, ...]) -> str:
    """The content up to its reason or its condition."""
    for number, token in enumerate(tokens):
        is_cut = token.low in _CUTS and not (token.low == "as" and tokens[number - 1].low in {"to", "be"})
        if (number and is_cut) or (number > _FEW and token.low == ","):
            return text[: token.start - tokens[0].start]
    return text


def _meaning(
    stance: Stance, groups: list[str], tokens: tuple[Token, ...], *, is_negated: bool
) -> Meaning | None:
    first = groups[0] if groups else ""
    if "knowing" in groups and first in {"knowing", "errand"}:
        return _ROLE
    if first in {"clinical", "errand", "workup"}:
        is_answer = is_negated or stance in UNWILLING or stance in {Stance.ACCEPT, Stance.CHOOSE}
        return _TREATMENT if first == "workup" and is_answer else None
    if stance in UNWILLING or (is_negated and stance in _WISHES):
        return _unwanted(stance, first, groups)
    if stance in _BY_GROUP:
        return _chosen(stance, first, groups)
    if stance is Stance.PLAN:
        return _planned(first, tokens, is_negated=is_negated)
    is_manner = "manner" in groups and (
        stance is Stance.DISLIKE or (stance is Stance.ASK and first == "treatment")
    )
    return _CARE_EXPERIENCE if is_manner else _wished(stance, groups, tokens)


def _chosen(stance: Stance, first: str, groups: list[str]) -> Meaning | None:
    if first == "manner" and stance is Stance.CHOOSE and not {"major", "place"} & set(groups):
        return _CARE_EXPERIENCE
    is_care = stance in {Stance.ACCEPT, Stance.CHOOSE} and _CARE & set(groups) and first != "code"
    return _TREATMENT if is_care else _BY_GROUP[stance].get(first)


_LONGED_FOR: Final = re.compile(
    r"(?:still |very much )?(?:for )?(?:an? )?(?:new )?(?:kidney|liver|heart|lungs?|transplant)\b"
    r"(?! (?:evaluation|workup|referral))",
    re.I,
)
_HOPED: Final = re.compile(r"(?:\w+ ){0,4}(?:breastfe|be (?:made |kept |)comfortable)", re.I)


def _hoped(stance: Stance, found: Meaning, text: str) -> Meaning:
    """A hope of comfort, of nursing a child, or of a new organ is a goal and no choice between treatments."""
    if found != _TREATMENT:
        return found
    if stance is Stance.HOPE and _HOPED.match(text):
        return _HOPE
    return _GOAL if stance in {Stance.WISH, Stance.HOPE} and _LONGED_FOR.match(text) else found


def _unwanted(stance: Stance, first: str, groups: list[str]) -> Meaning | None:
    if "unacceptable" in groups:
        return _UNACCEPTABLE
    if first == "manner" and _CARE & set(groups):
        return _TREATMENT
    if first == "living" and stance in _WISHES:
        return _GOAL
    return _UNWANTED.get(first, _TREATMENT if _CARE & set(groups) else None)


def _planned(first: str, tokens: tuple[Token, ...], *, is_negated: bool) -> Meaning | None:
    if tokens and tokens[0].low.startswith("breastfeed"):
        return _TREATMENT
    return _GOAL if first in {"living", "home"} and not is_negated else None


def _wished(stance: Stance, groups: list[str], tokens: tuple[Token, ...]) -> Meaning | None:
    first = groups[0] if groups else ""
    if first == "burden" and stance is not Stance.DISLIKE:
        is_feared = any(token.is_in("negation") or token.low.startswith("avoid") for token in tokens)
        return _WORRY if is_feared else _GOAL
    if first == "home" and stance is Stance.ASK:
        return _TREATMENT if _CARE & set(groups) else _GOAL
    if first in {"living", "home"}:
        return {Stance.WISH: _GOAL, Stance.HOPE: _HOPE}.get(stance)
    return _WISHED.get(first)
