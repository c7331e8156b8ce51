"""What a translation may not say: other numbers than the English, words that press, blame or rank, and
sentences that are too hard for a patient.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from smartapp.sdm.conditions import Condition
from smartapp.sdm.entry_reader import did_you_mean
from smartapp.sdm.knowledge import Sheet, SheetOption
from smartapp.sdm.reading_level import reading_level
from smartapp.sdm.texts import Worded, heard_by_patients, texts_of

_NUMBER: Final = re.compile(r"(?<![\d.,])\.?\d[\d.,]*(?<![.,])")
_GROUPED: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PRESSING: Final = {
    "es": r"\b(debe|deben|debería|deberían|tiene que|tienen que|hay que|obligatori[oa]|por favor|política)\b",
    "zh": "必须|务必|应该|应当|不得不|强制",
}
_BLAMING: Final = {
    "es": r"\b(racista|prejuicios?|incumpl\w*|cumplidor\w*|adherencia|adherente|se niega|se negó|rehús\w*)\b",
    "zh": "种族主义|偏见|依从性|不配合|不听话|拒不",
}
_RANKING: Final = {
    "es": r"\b(mejor|mejores|peor|peores|prefer\w*|recom\w*|aconsej\w*|ideal|superior|inferior)\b|%|"
    "por ciento",
    "zh": "更好|最好|更差|最差|首选|优先|推荐|建议|理想|优于|百分之|%",
}
_SHOUTING: Final = re.compile(r"[!¡！]|\u2014")


def faults_in(texts: Mapping[str, str], entry: Worded | Condition) -> Iterator[str]:
    """Which texts are missing, or say what the English does not: a translation with one is never shown."""
    english = texts_of(entry)
    for key in english.keys() - texts.keys():
        yield f"{key}: not translated"
    for key in sorted(texts.keys() - english.keys()):
        yield f"{key}: the English has no such text{did_you_mean(key, english)}"
    for key in sorted(english.keys() & texts.keys()):
        here, there = numbers_in(texts[key]), numbers_in(english[key])
        if here != there:
            ours, theirs = (", ".join(numbers) or "none" for numbers in (here, there))
            yield f"{key}: has the numbers {ours}; the English has {theirs}"


def faults_of_wording(texts: Mapping[str, str], language: str, entry: Worded | Condition) -> Iterator[str]:
    """Words that press, blame or rank, in the languages that we know such words of."""
    base = language.partition("-")[0]
    for key, text in texts.items():
        if found := _SHOUTING.search(text):
            yield f'{key}: "{found[0]}" presses or is hard to read'
        kinds = [("blames or doubts; say what happened", _BLAMING)]
        if not heard_by_patients(key, entry):  # "What should I know about you" is fine to ask.
            kinds.append(("presses; offer instead", _PRESSING))
        elif isinstance(entry, Sheet | SheetOption):
            kinds.append(("ranks the options; say what happens", _RANKING))
        for told, words in kinds:
            if base in words and (found := re.search(words[base], text, re.IGNORECASE)):
                yield f'{key}: "{found[0]}" {told}'


def fault_of_level(texts: Mapping[str, str], language: str, entry: Worded | Condition) -> str:
    """That what a patient hears of it is too hard; "" where it is not, or nothing is heard."""
    level = reading_level(heard(texts, entry), language)
    return "" if level is None or level.is_plain else level.told


def heard(texts: Mapping[str, str], entry: Worded | Condition) -> list[str]:
    """The sentences of it that are said or shown to a patient. A name is no sentence."""
    return [text for key, text in texts.items() if key != "label" and heard_by_patients(key, entry)]


@lru_cache(maxsize=8192)
def numbers_in(text: str) -> tuple[str, ...]:
    """Every number in figures, sorted, in one way of writing: 2,900 is 2900, and .55 is 0.55."""
    found = (_GROUPED.sub("", number) for number in _NUMBER.findall(text))
    return tuple(sorted(f"0{number}" if number.startswith(".") else number for number in found))
