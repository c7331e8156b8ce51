"""Rules for the words we show: invitations in plain language, about a practice and never about a group of
people.
"""

import re

from smartapp.sdm.readability import grade, words_of

MOST_WORDS = 25
CLINICIAN_GRADE = 8.0
PATIENT_GRADE = 6.0

_PRESSURE = (
    "must", "should", "have to", "required", "policy", "failure", "you may be", "remember that",
    "don't forget", "compliance score", "please",
)  # fmt: skip
_MEDICAL = re.compile(r"\b(heart|kidney) failure\b", re.IGNORECASE)
"""Names of diseases that hold a banned word."""

_BLAME = (
    "racist", "prejudice", "prejudiced", "compliance", "compliant", "noncompliant", "noncompliance",
    "adherence", "adherent", "nonadherent", "nonadherence", "comply", "adhere", "insists", "refuses",
    "refused", "denies",
)  # fmt: skip
_DRAWER_ONLY = ("bias", "biases", "biased")
_CLAIMS_OF_EFFECT = re.compile(
    r"\b(reduc|lower|lessen|eliminat|remov|end|cut|prevent|less|fix)\w*\s+(\w+\s+){0,2}bias", re.IGNORECASE
)
_GROUPS = (
    "black", "blacks", "white", "whites", "african american", "african americans", "hispanic",
    "hispanics", "latino", "latina", "latinos", "latinx", "latine", "asian", "asians", "caucasian",
    "american indian", "alaska native", "native american", "indigenous", "pacific islander", "arab",
    "jewish", "muslim", "christian", "catholic", "hindu", "buddhist", "gay", "lesbian", "bisexual",
    "transgender", "queer", "homosexual", "heterosexual", "woman", "women", "man", "men", "male",
    "males", "female", "females", "immigrant", "immigrants", "refugee", "refugees", "minority",
    "minorities", "elderly", "race", "racial", "ethnic", "ethnicity", "low-income", "poor people",
)  # fmt: skip


def faults_in_clinician_text(text: str, grade_excused: bool = False) -> tuple[str, ...]:
    """What is wrong with a line that is offered to a clinician; empty when nothing is."""
    pressing = [f'"{word}" presses; offer instead' for word in _found(text, _PRESSURE)]
    return (*pressing, *_faults_on_card(text, CLINICIAN_GRADE, grade_excused=grade_excused))


def faults_in_question(text: str, grade_excused: bool = False) -> tuple[str, ...]:
    """What is wrong with a sentence that is said to a patient; "what should I know" is fine there."""
    return _faults_on_card(text, PATIENT_GRADE, grade_excused=grade_excused)


def faults_in_label(text: str) -> tuple[str, ...]:
    """What is wrong with the few words of ours that stand for a condition in a reason on screen."""
    return _faults_of_words(text)


def faults_in_drawer(text: str) -> tuple[str, ...]:
    """What is wrong with a reason or a limit, where causes and groups may be named but no pressure is put
    on anyone.
    """
    faults = [f'"{word}" presses or blames' for word in _found(text, (*_PRESSURE, "racist", "prejudice"))]
    if _CLAIMS_OF_EFFECT.search(text):
        faults.append("claims an effect on bias, which no source shows for this app")
    return (*faults, *_tone(text))


def faults_in_page(text: str) -> tuple[str, ...]:
    """What is wrong with a line of ours that is part of a page: it presses, blames or names a group.

    How long and how hard it is depends on the page.
    """
    pressing = [f'"{word}" presses; offer instead' for word in _found(text, _PRESSURE)]
    blaming = [f'"{word}" blames or doubts; say what happened' for word in _found(text, _BLAME)]
    groups = [f'"{word}" names a group of people' for word in _found(text, _GROUPS)]
    return (*pressing, *blaming, *groups, *_tone(text))


def _faults_on_card(text: str, highest_grade: float, *, grade_excused: bool) -> tuple[str, ...]:
    faults = list(_faults_of_words(text))
    count = len(words_of(text))
    if count > MOST_WORDS:
        faults.append(f"{count} words; at most {MOST_WORDS}")
    if grade(text) > highest_grade and not grade_excused:
        faults.append(f"reading grade {grade(text)}; at most {highest_grade:g}")
    return tuple(faults)


def _faults_of_words(text: str) -> tuple[str, ...]:
    blame = (f'"{word}" blames or doubts; say what happened' for word in _found(text, _BLAME))
    drawer = (f'"{word}" belongs in why or limits' for word in _found(text, _DRAWER_ONLY))
    groups = (f'"{word}" names a group of people' for word in _found(text, _GROUPS))
    return (*blame, *drawer, *groups, *_tone(text))


def _found(text: str, phrases: tuple[str, ...]) -> list[str]:
    plain = _MEDICAL.sub("", text.replace("\u2019", "'"))
    return [phrase for phrase in phrases if re.search(rf"\b{re.escape(phrase)}\b", plain, re.IGNORECASE)]


def _tone(text: str) -> list[str]:
    faults = []
    if "!" in text:
        faults.append("an exclamation mark presses")
    if "\u2014" in text:
        faults.append("a long dash is hard to read; use a full stop or a comma")
    return faults
