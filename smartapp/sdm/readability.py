"""How hard an English sentence is to read: the Flesch-Kincaid school grade, counted without a dictionary."""

import re

_SENTENCE_END = re.compile(r"[.!?]+")
_WORD = re.compile(r"[A-Za-z']+")
_VOWELS = re.compile(r"[aeiouy]+")


def words_of(text: str) -> list[str]:
    """The words of a text; a hyphen or a slash parts two words."""
    return _WORD.findall(text.replace("\u2019", "'"))


def grade(text: str) -> float:
    """US school grade by Flesch-Kincaid (Kincaid 1975), one decimal; 0.0 for a text without words.

    Short questions come out below zero: the figure says when a sentence is too hard, not how easy it is.
    """
    words = words_of(text)
    if not words:
        return 0.0
    sentences = [part for part in _SENTENCE_END.split(text) if _WORD.search(part)]
    syllables = sum(_syllables(word) for word in words)
    return round(0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59, 1)


def _syllables(word: str) -> int:
    plain = word.lower().replace("'", "")
    count = len(_VOWELS.findall(plain))
    has_silent_e = plain.endswith("e") and not plain.endswith(("le", "ee", "ye"))
    has_silent_ed = plain.endswith("ed") and not plain.endswith(("ted", "ded"))
    if has_silent_e and count > 1:
        count -= 1
    if has_silent_ed:
        count -= 1
    return max(count, 1)
