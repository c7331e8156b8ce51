"""The words around a statement, out of `notes_context.toml`: groups by what they tell (who speaks, of whom,
when).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from smartapp.notes.lexicon import Scanner, folded_text
from smartapp.sdm.content_text import Entry

_CHOICE: Final = re.compile(r"[()|]")
_OPTIONAL: Final = re.compile(r"(\w)\?")
_WORD: Final = re.compile(r"['’](?:s|d|m|ll|re|ve)\b|\w+(?:[-'’](?!(?:s|d|m|ll|re|ve)\b)\w+)*|[^\w\s]")
_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a phrase of the context, or a mark, from `start` to `end`; `low` is it in lower case."""

    start: int
    end: int
    low: str
    text: str
    groups: frozenset[str] = _NOTHING

    def is_in(self, *groups: str) -> bool:
        """Whether it belongs to one of these groups."""
        return not self.groups.isdisjoint(groups)


class Context:
    """The groups of words, ready to cut a sentence into tokens."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        """`groups`: name of the group to its words as the content file spells them."""
        self.groups = {name: tuple(spelled_all(words)) for name, words in groups.items()}
        self._scanner = grouped_scanner(self.groups)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Context":
        """The groups that the entries of `notes_context.toml` make."""
        return cls({entry.id: words_of(entry) for entry in entries})

    def words(self, *groups: str) -> tuple[str, ...]:
        """Every word of these groups."""
        return tuple(word for group in groups for word in self.groups[group])

    def tokens(self, text: str, start: int, end: int) -> tuple[Token, ...]:
        """The words and marks of `text` between two offsets; a phrase of the context is one token."""
        piece = text[start:end]
        found: list[Token] = []
        at = 0
        for hit in self._scanner.hits(piece):
            found += _plain(piece, at, hit.start, shift=start)
            words = piece[hit.start : hit.end]
            low = " ".join(folded_text(words).split())
            groups = frozenset(hit.name.split(";"))
            found.append(Token(start + hit.start, start + hit.end, low, words, groups))
            at = hit.end
        found += _plain(piece, at, len(piece), shift=start)
        return tuple(found)


def words_of(entry: Entry) -> tuple[str, ...]:
    """The `words` of an entry, as the file spells them."""
    words = entry.values.get("words")
    return tuple(str(word) for word in words) if isinstance(words, list) else ()


def _plain(piece: str, start: int, end: int, *, shift: int) -> Iterator[Token]:
    for match in _WORD.finditer(piece, start, end):
        yield Token(shift + match.start(), shift + match.end(), folded_text(match[0]), match[0])


def word_set(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


def grouped_scanner(groups: Mapping[str, Sequence[str]]) -> Scanner:
    """A scanner whose hits are named by every group that holds the word, joined by ";"."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for group, words in groups.items():
        for word in words:
            names[_key(word)].append(group)
    every = {word: names[_key(word)] for words in groups.values() for word in words}
    return Scanner({word: ";".join(dict.fromkeys(found)) for word, found in every.items()})


def _key(word: str) -> str:
    """What two spellings of one word share: "health-care" and "healthcare"."""
    return folded_text(word).replace("-", "").replace(" ", "")


def spelled_all(words: Sequence[str]) -> Iterator[str]:
    """Every way to write the words, each once."""
    return iter(dict.fromkeys(way for word in words for way in spelled(word)))


def spelled(word: str) -> tuple[str, ...]:
    """Every way to write a word of a content file, each once: "(a|b)" is either, "(a|)" a or nothing, "s?" s
    or nothing; parentheses may stand in others.
    """
    ways, _ = _ways(word, 0)
    plain = (way for spelling in ways for way in _with_and_without(spelling))
    return tuple(dict.fromkeys(" ".join(way.split()) for way in plain))


def _ways(word: str, at: int) -> tuple[list[str], int]:
    """The ways to write `word` from `at` up to the parenthesis that ends the choice there, and its place."""
    finished: list[str] = []
    ways = [""]
    for _ in range(len(word)):
        mark = _CHOICE.search(word, at)
        plain = word[at : mark.start()] if mark else word[at:]
        ways = [way + plain for way in ways]
        if mark is None or mark[0] == ")":
            return [*finished, *ways], mark.end() if mark else len(word)
        at = mark.end()
        if mark[0] == "|":
            finished, ways = [*finished, *ways], [""]
            continue
        inner, at = _ways(word, at)
        ways = [way + choice for way in ways for choice in inner]
    return [*finished, *ways], at


def _with_and_without(word: str) -> Iterator[str]:
    parts = _OPTIONAL.split(word)
    choices = [(part, "") if number % 2 else (part,) for number, part in enumerate(parts)]
    return ("".join(chosen) for chosen in product(*choices))
