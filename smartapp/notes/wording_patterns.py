"""Patterns as the content files write them: regular expressions of bounded length with named groups of words.

A blank stands for one to three blanks or line breaks, " ?" for none to three, "{name}" for any word or phrase
of that group. "*" and "+" are refused, so that the time a pattern takes on a window of bounded size is
bounded.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_NAME: Final = re.compile(r"\{([a-z][a-z0-9_-]{0,40})\}")
_UNBOUNDED: Final = re.compile(r"(?<!\\)[*+]|\{\d{0,4},\}")
_BLANK: Final = r"\s{1,3}"
_MAYBE_BLANK: Final = r"\s{0,3}"


@dataclass(frozen=True, slots=True)
class Groups:
    """Words and phrases by the name of their group, each a pattern itself."""

    words: Mapping[str, Sequence[str]]

    def pattern(self, source: str) -> re.Pattern[str]:
        """`source` for text as lexicon.folded_text() makes it: lower case, plain marks.

        Raises ValueError for a pattern that may repeat without bound, and KeyError for an unknown group.
        """
        spelled = self._spelled(source, 4)
        if _UNBOUNDED.search(spelled):
            raise ValueError(f"{source}: write how often at most, as in {{0,3}}")
        try:
            return re.compile(spelled)
        except re.error as error:
            raise ValueError(f"{source}: {error}") from error

    def _spelled(self, source: str, depth: int) -> str:
        if depth == 0:
            raise ValueError(f"{source}: groups name each other in a circle")
        plain = source.replace(" ?", _MAYBE_BLANK).replace(" ", _BLANK)
        return _NAME.sub(lambda match: self._either(match[1], depth - 1), plain)

    def _either(self, name: str, depth: int) -> str:
        longest_first = sorted(self.words[name], key=len, reverse=True)
        return "(?:" + "|".join(self._spelled(each, depth) for each in longest_first) + ")"


def phrase_as_pattern(phrase: str) -> str:
    """A phrase of the shared context words: "-" is a hyphen, a blank or nothing, "~" a verb's endings."""
    return phrase.lower().replace("-", r"[-\s]?").replace("~", "(?:s|es|d|ed|ing)?")
