"""Links to general health information, by the code of a condition and from a short list of sources.

MedlinePlus Connect, U.S. National Library of Medicine: how a link is made stands at
https://medlineplus.gov/medlineplus-connect/web-application/ (read in November 2026). A link is made here and
opened by a person: nothing asks the source for anything, and it holds a code and a language and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from smartapp.sdm.codes import ICD10, SNOMED
from smartapp.sdm.facts import Code

MEDLINEPLUS: Final = "https://connect.medlineplus.gov/application"
SOURCE_NAME: Final = "MedlinePlus"
LANGUAGES: Final = ("en", "es")
"""Those in which the source answers."""
_ICD10_OID: Final = "2.16.840.1.113883.6.90"
_SNOMED_OID: Final = "2.16.840.1.113883.6.96"
_MOST_IN_CODE: Final = 20


@dataclass(frozen=True, slots=True)
class Link:
    """`language`: of the page that opens, "en" or "es"."""

    url: str
    language: str


def link(codes: Iterable[Code], tag: str) -> Link | None:
    """To general information about a condition with one of these codes, in the language `tag` if the source
    has it, else in English. None where no code is of a system that the source knows.
    """
    base = tag.partition("-")[0]
    language = base if base in LANGUAGES else LANGUAGES[0]
    coded = sorted((_system(code), code.code) for code in codes if _system(code) and _is_code(code.code))
    if not coded:
        return None
    system, code = coded[0]
    query = {
        "mainSearchCriteria.v.cs": system,
        "mainSearchCriteria.v.c": code,
        "informationRecipient.languageCode.c": language,
    }
    return Link(f"{MEDLINEPLUS}?{urlencode(query)}", language)


def _system(code: Code) -> str:
    """The OID, "" for a system that the source does not know."""
    if code.system in ICD10:
        return _ICD10_OID
    return _SNOMED_OID if code.system in SNOMED else ""


def _is_code(text: str) -> bool:
    """Whether it can be a code at all: what else a chart holds there does not leave."""
    return 0 < len(text) <= _MOST_IN_CODE and text.isascii() and text.replace(".", "").isalnum()
