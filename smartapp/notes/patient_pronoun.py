"""Whether a note calls its patient "she" or "he", told by what its beginning says of the patient."""

import re
from typing import Final

_HEAD: Final = 4000
"""Characters at the beginning of a note in which the patient is introduced."""
_TOP: Final = 1200
"""Characters in which a bare "78F" is an age and not a temperature or a size of a catheter."""
_SEX: Final = re.compile(
    r"\b(?:(?:years?|yrs?|months?|y)[-/ ]?(?:old|o)|yo|y\.o)\b\.?[^.\n]{0,40}?"
    r"\b(?P<noun>woman|lady|female|girl|widow|widower|man|gentleman|male|boy)\b"
    r"|\b\d{1,3} ?(?:yo?|y/o|y\.o\.?|yrs?)(?: old)? ?(?P<letter>[MF])\b"
    r"|\b(?P<title>Mr|Mrs|Ms|Miss)\b\.? [A-Z][\w'-]{0,20}\b(?!,? (?:\w+ ){0,2}(?:wife|husband|mother|father"
    r"|daughter|son|sister|brother|niece|nephew|partner|neighbor) of\b)"
    r"|\b(?:sex|gender): {0,3}(?P<field>male|female|m\b|f\b)",
    re.I,
)
_BARE: Final = re.compile(r"(?<![\d./])\b(?:[1-9]\d|1[01]\d|[2-9]) ?([MF])\b(?! ?(?:foley|cath|fr\b))")
_HE: Final = re.compile(r"\bhe\b", re.I)
_SHE: Final = re.compile(r"\bshe\b", re.I)
_HIM: Final = re.compile(r"\b(?:he|him|his)\b", re.I)
_HER_SELF: Final = re.compile(r"\b(?:she|her)\b", re.I)
_MEN: Final = re.compile(r"\b(?:husband|son|father|brother|dad|nephew|grandson|boyfriend|uncle)\b", re.I)
_WOMEN: Final = re.compile(
    r"\b(?:wife|daughter|mother|sister|mom|niece|granddaughter|girlfriend|aunt|dtr)\b", re.I
)
_HIS_OWN: Final = re.compile(r"\bhis (?:wife|husband|spouse|partner|daughter|son|children)\b", re.I)
_HER_OWN: Final = re.compile(r"\bher (?:wife|husband|spouse|partner|daughter|son|children)\b", re.I)
_MALE: Final = frozenset({"man", "gentleman", "male", "boy", "m", "mr", "widower"})


def patient_pronoun(text: str) -> str:
    """ "she", "he", or "" where the note does not tell."""
    head = text[:_HEAD]
    match, bare = _SEX.search(head), _BARE.search(head[:_TOP])
    if bare and (match is None or bare.start() < match.start()):
        return "he" if bare[1] == "M" else "she"
    if match:
        word = next(group for group in match.groups() if group).lower()
        return "he" if word in _MALE else "she"
    he, she = len(_HIS_OWN.findall(head)), len(_HER_OWN.findall(head))
    if bool(he) != bool(she) and len((_HIM if he else _HER_SELF).findall(head)) > 1:
        return "he" if he else "she"
    he, she = len(_HE.findall(head)), len(_SHE.findall(head))
    if he > 3 * she or she > 3 * he:
        return "he" if he > she else "she"
    return _other_than_the_relatives(head)


def _other_than_the_relatives(head: str) -> str:
    """The pronoun that is left for the patient where all relatives have the other one."""
    is_he, is_she = _MEN.search(head) is not None, _WOMEN.search(head) is not None
    if is_he == is_she or not (_HIM.search(head) and _HER_SELF.search(head)):
        return ""
    return "she" if is_he else "he"
