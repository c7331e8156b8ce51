"""Many cues looked for in one pass over a text.

A cue is a phrase: a blank stands for any short run of blanks or one line break, "-" for a hyphen, a blank or
nothing, and "~" behind a word for its inflections ("refuse~": refuses, refused, refusing). Case and the shape
of apostrophes do not count.

One pattern finds the words that cues begin with; it is shaped like a tree, so that it gives up at the first
letter that no cue has, where a flat alternation would try word after word. From there the text is followed
word by word through the cues as long as one goes on.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

_BLOCK: Final = 1 << 18
"""Characters folded and scanned at a time, so that a long text needs little more memory than itself."""

_TOKEN: Final = re.compile(r"( ?)(\w+|[^\w\s])")
_MAX_CUE: Final = 120
_MAX_FORMS: Final = 500
_RUN: Final = r"(?: {1,4}\n? {0,12}|\n {0,12})"
_NEXT: Final = re.compile(rf"({_RUN})?(\w+|[^\w\s])")
"""A word or a mark of folded text, and the run of blanks before it."""

_LONGEST: Final = _MAX_CUE * 18
"""Characters that a cue may take in a text, its blanks being runs."""

_APOSTROPHES: Final = "’‘ʼ′`´"
_HYPHENS: Final = "‐‑‒–−"
_BLANKS: Final = "\x0b\x0c\xa0\u2002\u2003\u2009\u202f"
_INFLECTED: Final = re.compile(r"([^\W\d_]+)~")
_DOUBLING: Final = re.compile(r"[^aeiou][aeiou][bdgklmnprt]$")


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue in a text, from `start` to `end` (Unicode code points); `name` is what the cue stands for."""

    start: int
    end: int
    name: str


@dataclass(slots=True)
class _Node:
    """What cues go on with behind the same beginning: a word or mark, with the blank before it if any. `name`
    where a cue ends.
    """

    name: str | None = None
    below: dict[str, "_Node"] = field(default_factory=dict)


class Scanner:
    """Finds whole words only, the leftmost first and the longest of those that begin at one place."""

    def __init__(self, cues: Mapping[str, str]) -> None:
        """`cues`: cue to name. Where two cues come to the same words, the one without "~" counts.

        Raises ValueError for a cue that cannot be looked for, and for words with two names.
        """
        self._names = _named_forms(cues)
        self._root = _Node()
        for form, name in self._names.items():
            _plant(self._root, form, name)
        tree = _letters(self._root.below)
        self._first_words = re.compile(rf"\W({_pattern_of(tree)})") if tree else None

    @property
    def phrases(self) -> tuple[str, ...]:
        """Everything that is looked for, each inflection by itself, in lower case."""
        return tuple(self._names)

    def all_hits(self, text: str) -> Iterator[Hit]:
        """Every cue at every place, also those within others: by where they begin, the longest first."""
        for start in range(0, len(text), _BLOCK):
            before = text[start - 1] if start else "\n"
            folded = folded_text(before + text[start : start + _BLOCK + _LONGEST])
            for match in self._first_words.finditer(folded) if self._first_words else ():
                if match.start() >= _BLOCK:
                    break
                for end, name in reversed(_every(folded, match.end(), self._root.below[match[1]])):
                    yield Hit(start + match.start(), start + end - 1, name)

    def hits(self, text: str) -> Iterator[Hit]:
        """In the order of the text, none over another. Linear in the length of the text."""
        behind = 0
        for start in range(0, len(text), _BLOCK):
            before = text[start - 1] if start else "\n"
            folded = folded_text(before + text[start : start + _BLOCK + _LONGEST])
            for at, end, name in self._in_block(folded):
                if start + at >= behind:
                    behind = start + end
                    yield Hit(start + at, behind, name)

    def _in_block(self, folded: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and name of the cues in `folded`, of whose first character nothing is told."""
        behind = 0
        for match in self._first_words.finditer(folded) if self._first_words else ():
            if match.start() >= _BLOCK:
                return
            node = self._root.below[match[1]]
            end, name = match.end(), node.name
            if node.below:
                end, name = _longest(folded, end, node)
            if name is not None and match.start() >= behind:
                behind = end - 1
                yield match.start(), behind, name


def _longest(folded: str, end: int, node: _Node) -> tuple[int, str | None]:
    """The end of the longest cue that goes on from `end`, and its name; None where no cue ends."""
    ways = _every(folded, end, node)
    return ways[-1] if ways else (end, None)


def _every(folded: str, end: int, node: _Node) -> list[tuple[int, str]]:
    """The ends and names of all cues that go on from `end`, the shortest first."""
    ways = [] if node.name is None else [(end, node.name)]
    is_hyphen = False
    while node.below and (match := _NEXT.match(folded, end)):
        blanks, token = match.groups()
        is_wrapped = is_hyphen and blanks is not None and blanks[0] == "\n"
        following = node.below.get(token if blanks is None or is_wrapped else " " + token)
        if following is None:
            break
        node, end = following, match.end()
        is_hyphen = folded[end - 1] == "-"
        if node.name is not None:
            ways.append((end, node.name))
    return ways


def folded_text(text: str) -> str:
    """`text` in lower case with plain apostrophes, hyphens and blanks; every character keeps its place."""
    low = text.lower()
    if not low.isascii():
        low = _plain(text, low)
    if "\t" in low:
        low = low.replace("\t", " ")
    return low.replace("\r\n", " \n").replace("\r", "\n") if "\r" in low else low


def inflections(word: str) -> tuple[str, ...]:
    """`word` and what English makes of it. Forms that no one writes do no harm: they are never met."""
    forms = [word, word + "s", word + "es", word + "ed", word + "ing"]
    if word.endswith("e"):
        forms += [word + "d", word[:-1] + "ing"]
    if word.endswith("y"):
        forms += [word[:-1] + "ies", word[:-1] + "ied"]
    if _DOUBLING.search(word):
        forms += [word + word[-1] + "ed", word + word[-1] + "ing"]
    return tuple(dict.fromkeys(forms))


def _named_forms(cues: Mapping[str, str]) -> dict[str, str]:
    """Everything that a cue may look like once folded, with its name."""
    names: dict[str, str] = {}
    plain = {_folded_cue(cue) for cue in cues if "~" not in cue}
    for cue in sorted(cues, key=lambda cue: "~" in cue):
        for form in _forms(cue):
            known = names.setdefault(form, cues[cue])
            if known != cues[cue] and not ("~" in cue and form in plain):
                raise ValueError(f'"{form}" stands for both {known} and {cues[cue]}')
    return names


def _plain(text: str, low: str) -> str:
    if len(low) != len(text):  # "İ" becomes two
        low = "".join(small if len(small := each.lower()) == 1 else each for each in text)
    for others, plain in ((_APOSTROPHES, "'"), (_HYPHENS, "-"), (_BLANKS, " ")):
        for other in others:
            low = low.replace(other, plain)
    return low


def _folded_cue(cue: str) -> str:
    return " ".join(folded_text(cue).split())


def _forms(cue: str) -> set[str]:
    plain = _folded_cue(cue)
    if not plain or not (plain[0].isalnum() and len(plain) <= _MAX_CUE):
        raise ValueError(
            f'"{cue}": a cue begins with a letter or digit and has {_MAX_CUE} characters at most'
        )
    if "~" in _INFLECTED.sub("", plain):
        raise ValueError(f'"{cue}": "~" stands behind a word')
    choices: list[Sequence[str]] = []
    for number, part in enumerate(_INFLECTED.split(plain)):
        if number % 2:
            choices.append(inflections(part))
        else:
            choices += [("-", " ", "") if each == "-" else (each,) for each in re.split("(-)", part)]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > _MAX_FORMS:
        raise ValueError(f'"{cue}": {count} forms are too many; write several cues')
    return {" ".join("".join(chosen).split()) for chosen in product(*choices)}


def _plant(root: _Node, form: str, name: str) -> None:
    node = root
    for blank, token in _TOKEN.findall(form):
        node = node.below.setdefault(blank + token, _Node())
    node.name = name


@dataclass(slots=True)
class _Letter:
    """What words go on with behind the same letters; `word` where one ends."""

    word: _Node | None = None
    below: dict[str, "_Letter"] = field(default_factory=dict)


def _letters(words: Mapping[str, _Node]) -> _Letter | None:
    root = _Letter()
    for word, node in words.items():
        letter = root
        for each in word:
            letter = letter.below.setdefault(each, _Letter())
        letter.word = node
    return root if words else None


def _pattern_of(letter: _Letter) -> str:
    """Longer words before shorter ones, each with its end and the first letter of what may follow."""
    ways = [re.escape(each) + _pattern_of(below) for each, below in sorted(letter.below.items())]
    if letter.word is not None:
        ways.append(r"(?!\w)" + _ahead(letter.word))
    return ways[0] if len(ways) == 1 else "(?:" + "|".join(ways) + ")"


def _ahead(word: _Node) -> str:
    """Common words begin cues too, and few of them go on: this one letter spares most of the walks."""
    if word.name is not None:
        return ""
    beside = {token[0] for token in word.below if token[0] != " "}
    apart = {token[1] for token in word.below if token[0] == " "}
    ways = [_one_of(beside)] * bool(beside) + [_RUN + _one_of(apart)] * bool(apart)
    return f"(?={'|'.join(ways)})"


def _one_of(letters: set[str]) -> str:
    return "[" + "".join(map(re.escape, sorted(letters))) + "]"
