"""What headings of notes are called and what stands below them, out of the content file."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from smartapp.errors import ConfigurationError, Fault
from smartapp.notes.lexicon import folded_text
from smartapp.notes.lexicon_file import read_lexicon
from smartapp.sdm.content_text import Entry


class Role(StrEnum):
    """What a section is for."""

    ORDINARY = "ordinary"
    PREFERENCES = "preferences"  # goals of care, what matters, advance care planning, patient goals
    SUBJECTIVE = "subjective"
    SOCIAL_HISTORY = "social_history"
    PLAN = "plan"
    CODE_STATUS = "code_status"
    FAMILY_HISTORY = "family_history"
    REVIEW_OF_SYSTEMS = "review_of_systems"
    EXAM = "exam"
    RESULTS = "results"
    CODED_LIST = "coded_list"  # problem lists, diagnoses: the words of a code and nobody's
    THERAPY_GOALS = "therapy_goals"  # targets that a therapist or nurse set
    INSTRUCTIONS = "instructions"  # to the patient
    BOILERPLATE = "boilerplate"  # disclaimers, consent text, signatures


class Aside(StrEnum):
    """What a name is that opens no section of its own kind. PART: it divides the section it stands in.
    NEVER: no heading by itself. SPEAKER: whoever says what follows. SAYING: no heading that we do not know
    has this word.
    """

    PART = "part"
    NEVER = "never"
    SPEAKER = "speaker"
    SAYING = "saying"


_FILE: Final = "notes_sections.toml"
_KEYS: Final = frozenset({"id", "source", "role", "alone", "names", "yes", "no"})
_NOT_IN_NAMES: Final = re.compile(r"[^\w/&,()]+")
_BEHIND: Final = re.compile(
    r" (?:for|of|to|on|in|at|from|during|regarding|per|with|as|by|today|this|para|del?|en|por) |,| ?\("
)
_BETWEEN: Final = re.compile(r" ?[/,] ?| and | y ")
_FEWEST_LETTERS: Final = 3


@dataclass(frozen=True, slots=True)
class SectionNames:
    """`exact`: every name; `ends`: those that may have words before them."""

    exact: Mapping[str, Role | Aside]
    ends: Mapping[str, Role | Aside]
    sayings: frozenset[str]

    def known(self, heading: str) -> Role | Aside | None:
        """What this very name stands for."""
        return self.exact.get(name_of(heading))

    def meant(self, heading: str) -> Role | Aside | None:
        """What a heading stands for that may say more than a name: words behind, before, or several parts."""
        name = name_of(heading)
        plain = _BEHIND.split(name, maxsplit=1)[0].strip()
        aside = name.partition("(")[2].rstrip(")")
        for each in (name, f"{aside} {plain}", plain):
            if found := self.exact.get(each):
                return found
        return self._of_parts(_BETWEEN.split(plain)) or self._of_end(plain) or self._of_end(name)

    def has_saying(self, heading: str) -> bool:
        """Whether a verb of saying or a pronoun makes this the beginning of a sentence."""
        return not self.sayings.isdisjoint(name_of(heading).split())

    def _of_parts(self, parts: Iterable[str]) -> Role | Aside | None:
        """The first part that says more than that this is a section."""
        long = [part.strip() for part in parts if len(part.strip()) >= _FEWEST_LETTERS]
        found = [role for part in long if (role := self.exact.get(part))]
        telling = [role for role in found if role not in (Role.ORDINARY, *Aside)]
        return next(iter([*telling, *found]), None)

    def _of_end(self, name: str) -> Role | Aside | None:
        words = name.split()
        ends = (" ".join(words[at:]) for at in range(1, min(len(words), 6)))
        return next((role for end in ends if (role := self.ends.get(end))), None)


def name_of(heading: str) -> str:
    """A heading as names are compared: no case, accents, apostrophes, hyphens or marks."""
    folded = folded_text(heading).replace("'", "").replace("(s)", "s").replace("&", " and ")
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(each for each in decomposed if not unicodedata.combining(each))
    return " ".join(_NOT_IN_NAMES.sub(" ", folded).replace(" / ", "/").split())


def read_section_names(entries: Iterable[Entry]) -> SectionNames:
    """Raises ConfigurationError with every fault of the entries."""
    exact: dict[str, Role | Aside] = {}
    ends: dict[str, Role | Aside] = {}
    sayings: set[str] = set()
    faults: list[Fault] = []
    for entry in entries:
        role, names = _read(entry, faults)
        for name in names:
            if name in exact or name in sayings:
                faults.append(entry.fault(f'"{name}" stands here twice', "names"))
            elif role is Aside.SAYING:
                sayings.add(name)
            elif role is not None:
                exact[name] = role
                if (
                    not isinstance(role, Aside)
                    and not entry.values.get("alone")
                    and len(name) > _FEWEST_LETTERS
                ):
                    ends[name] = role
    if faults:
        raise ConfigurationError(tuple(faults))
    return SectionNames(exact, ends, frozenset(sayings))


@cache
def section_names() -> SectionNames:
    """Ours, read once: the file never changes while we run."""
    return read_section_names(read_lexicon(_FILE))


def _read(entry: Entry, faults: list[Fault]) -> tuple[Role | Aside | None, list[str]]:
    for key in entry.values.keys() - _KEYS:
        faults.append(entry.fault(f'unknown key "{key}"', key))
    if entry.table != "heading":
        faults.append(entry.fault(f"unknown table [[{entry.table}]]"))
    names = entry.values.get("names")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        faults.append(entry.fault('names: write a list of texts, for example ["one", "two"]', "names"))
        names = []
    value = entry.values.get("role")
    role: Role | Aside | None = next((each for each in (*Role, *Aside) if each == value), None)
    if role is None:
        faults.append(entry.fault(f"role: write one of {', '.join((*Role, *Aside))}", "role"))
    return role, [name_of(name) for name in names]
