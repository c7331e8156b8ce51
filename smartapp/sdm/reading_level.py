"""How plain a whole text is, in English, Spanish and Chinese, by the measure that is known for each."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from smartapp.sdm.readability import grade

GRADE: Final = 6.0
FERNANDEZ_HUERTA: Final = 70.0
CHARACTERS: Final = 25.0

_END: Final = re.compile(r"[.!?。！？]+")
_SPANISH_WORD: Final = re.compile(r"[A-Za-zÁÉÍÓÚÜÑáéíóúüñ]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_ENDS: Final = (".", "!", "?", "。", "！", "？")
_VOWELS: Final = frozenset("aeiouáéíóúü")
_OPEN: Final = frozenset("aeoáéó")
_ACCENTED: Final = frozenset("íú")


@dataclass(frozen=True, slots=True)
class Level:
    """`value` in the unit of `measure`, one decimal; `limit`: the highest, or the lowest where
    `higher_is_plainer`.
    """

    measure: str
    value: float
    limit: float
    higher_is_plainer: bool = False

    @property
    def is_plain(self) -> bool:
        return self.value >= self.limit if self.higher_is_plainer else self.value <= self.limit

    @property
    def told(self) -> str:
        """ "Flesch-Kincaid grade 1.2, at most 6" """
        word = "at least" if self.higher_is_plainer else "at most"
        return f"{self.measure} {self.value:g}, {word} {self.limit:g}"


def reading_level(lines: Iterable[str], tag: str) -> Level | None:
    """Of a text in lines, each of which ends a sentence; None for a language without a known measure, and
    for no text. `tag`: BCP 47.
    """
    text = " ".join(_ended(line) for line in lines if line.strip())
    if not text:
        return None
    match tag.partition("-")[0]:
        case "en":
            return Level("Flesch-Kincaid grade", grade(text), GRADE)
        case "es":
            return Level("Fernández-Huerta", fernandez_huerta(text), FERNANDEZ_HUERTA, higher_is_plainer=True)
        case "zh":
            return Level("characters a sentence", characters_a_sentence(text), CHARACTERS)
    return None


def fernandez_huerta(text: str) -> float:
    """Ease of a Spanish text, higher is easier: 206.84 - 60 syllables a word - 1.02 words a sentence. 0.0
    for a text without words.
    """
    words = _SPANISH_WORD.findall(text)
    if not words:
        return 0.0
    sentences = [part for part in _END.split(text) if _SPANISH_WORD.search(part)]
    syllables = sum(_syllables(word) for word in words)
    return round(206.84 - 60 * syllables / len(words) - 1.02 * len(words) / len(sentences), 1)


def characters_a_sentence(text: str) -> float:
    """Chinese characters in a sentence, on average; 0.0 for a text without any."""
    counts = [count for part in _END.split(text) if (count := len(_HAN.findall(part)))]
    return round(sum(counts) / len(counts), 1) if counts else 0.0


def _ended(line: str) -> str:
    stripped = line.strip()
    return stripped if stripped.endswith(_ENDS) else f"{stripped}."


def _syllables(word: str) -> int:
    """Groups of vowels; two open vowels, or an accented closed one beside another, are two syllables."""
    spoken = re.sub(r"([qg])u([eiéí])", r"\1\2", word.lower())
    spoken = re.sub(r"y$", "i", spoken)
    count, before = 0, ""
    for letter in spoken:
        if letter in _VOWELS:
            joins = before in _VOWELS and before != ""
            apart = (before in _OPEN and letter in _OPEN) or letter in _ACCENTED or before in _ACCENTED
            count += not joins or apart
        before = letter
    return max(count, 1)
