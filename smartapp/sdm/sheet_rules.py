"""What a decision sheet may not say: nothing that ranks an option, and no number without its hundred."""

import re

from smartapp.sdm.linter import faults_in_question
from smartapp.sdm.readability import words_of

MOST_WORDS_IN_LABEL = 8

_RANKING = re.compile(
    r"\b(best|better|worse|worst|prefer\w*|recommend\w*|advis\w*|first[- ](choice|line)|top|default|rank\w*|"
    r"superior|inferior|ideal|gold standard|go for|most (people|patients|doctors) (choose|pick|take))\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"%|\bper ?cent\b", re.IGNORECASE)
_OUT_OF = re.compile(r"\b(?:out of|of every|in)\s+(\d[\d,]*)\b", re.IGNORECASE)
_A_HUNDRED = "100"
_A_PLACE_IN_TIME = re.compile(r"\bin (?:19|20)\d\d\b", re.IGNORECASE)


def faults_in_fact(text: str, grade_excused: bool = False) -> tuple[str, ...]:
    """What is wrong with something that a sheet tells a patient; empty when nothing is."""
    return (*faults_in_question(text, grade_excused), *faults_in_comparison(text))


def faults_in_label(text: str) -> tuple[str, ...]:
    """What is wrong with the name of an option or of a choice."""
    # A name is no sentence, so its reading grade says nothing.
    faults = (*faults_in_question(text, grade_excused=True), *faults_in_comparison(text))
    count = len(words_of(text))
    if count > MOST_WORDS_IN_LABEL:
        return (*faults, f"{count} words; at most {MOST_WORDS_IN_LABEL} in a name")
    return faults


def faults_in_comparison(text: str) -> tuple[str, ...]:
    """Words that put one option above another, and numbers that cannot be compared."""
    faults = [f'"{found[0]}" ranks the options; say what happens' for found in _RANKING.finditer(text)]
    if _PERCENT.search(text):
        faults.append('a percentage is hard to picture; write "x out of 100"')
    plain = _A_PLACE_IN_TIME.sub("", text)
    if any(found[1] != _A_HUNDRED for found in _OUT_OF.finditer(plain)):
        faults.append('numbers of people are written "x out of 100", so that they can be compared')
    return tuple(faults)
