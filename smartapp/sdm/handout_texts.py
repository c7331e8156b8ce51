"""The fixed texts of the handout in every language, with their review state, and what a site puts in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from smartapp.sdm.knowledge import Place

SOURCE: Final = "en"
"""The language that the texts are written in first."""
_NOTHING: Final[frozenset[str]] = frozenset()
_NAME: Final = frozenset({"name"})

TEXTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    dict.fromkeys(
        (
            "title", "told", "kind_goal", "kind_hope", "kind_worry", "kind_matters", "kind_unacceptable",
            "kind_treatment_preference", "kind_care_experience", "kind_decision_role", "kind_people",
            "kind_confidence", "kind_priorities", "from_close", "our_words", "as_said", "decided", "why",
            "next",
            "as_written", "write_decided", "teach_back", "ask", "ask_choices", "ask_good_bad", "ask_likely",
            "ask_wait", "ask_money", "cost", "cost_ask", "call", "call_when", "interpreter", "right",
            "notes_read", "notes_where", "notes_correct", "change_mind", "mediation", "strengths",
            "strengths_ask", "space", "end_words", "end_draft",
        ),
        _NOTHING,
    )
    | {
        "for_name": _NAME,
        "from_person": _NAME,
        "visit_day": frozenset({"day"}),
        "visit_day_place": frozenset({"day", "place"}),
        "end_version": frozenset({"version"}),
    }
)  # fmt: skip
"""Every text by its id, with what is put into it: the check wants each of them in each language."""


class Review(StrEnum):
    """SOURCE: written in this language. DRAFT: translated by nobody who is qualified for it. REVIEWED: read
    by somebody who is, and who is named.
    """

    SOURCE = "source"
    DRAFT = "draft"
    REVIEWED = "reviewed"


class Paper(StrEnum):
    LETTER = "letter"
    A4 = "a4"


@dataclass(frozen=True, slots=True)
class FixedText:
    """`reviewer` and `reviewed` only where the state is REVIEWED."""

    id: str
    text: str
    state: Review
    reviewer: str = ""
    reviewed: date | None = None
    place: Place = field(default=Place("", 0), compare=False)


@dataclass(frozen=True, slots=True)
class HandoutLanguage:
    """`tag`: BCP 47. `name`: in the language itself. `direction`: "ltr" or "rtl"."""

    tag: str
    name: str
    direction: str
    version: int
    texts: Mapping[str, FixedText]
    place: Place = field(default=Place("", 0), compare=False)

    @property
    def is_draft(self) -> bool:
        """Whether any text of it still needs a qualified translator."""
        return any(text.state is Review.DRAFT for text in self.texts.values())

    def say(self, id_: str, **values: object) -> str:
        """The text, with what belongs into it put in."""
        text = self.texts[id_].text
        for name in TEXTS[id_]:
            text = text.replace(f"{{{name}}}", str(values[name]))
        return text


@dataclass(frozen=True, slots=True)
class SiteLines:
    """What a site prints on every handout, the same in all languages: names, numbers and addresses only.

    "" where it says nothing. `education_links` False: no link to general information is offered.
    """

    clinic: str = ""
    call: str = ""
    costs: str = ""
    portal: str = ""
    mediation: str = ""
    paper: Paper = Paper.LETTER
    education_links: bool = True


@dataclass(frozen=True, slots=True)
class Handouts:
    """`languages` by tag, English first."""

    languages: Mapping[str, HandoutLanguage]
    site: SiteLines = SiteLines()

    def offered(self, *, drafts: bool) -> Mapping[str, HandoutLanguage]:
        """The languages to choose from; with `drafts` False none that needs a translator. English always."""
        return {
            tag: each for tag, each in self.languages.items() if drafts or not each.is_draft or tag == SOURCE
        }
