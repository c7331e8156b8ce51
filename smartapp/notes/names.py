"""Whose a name is, told by how the note introduces it: "wife Denise", "Ana, her niece", "Ana, 29"."""

import re
from typing import Final

from smartapp.notes.context import Context, Token, word_set
from smartapp.notes.mentions import Mention, Tokens, Who, gender_of

_FAR: Final = 16_000
"""Characters at the beginning of a note in which people are introduced."""
_MOST: Final = 12
"""Places of one name that are looked at; who was introduced at none of them never was."""
_BETWEEN: Final = word_set(
    ", ( . his her their the patient 's pt pt's named is older younger eldest adult a an our"
)
_OF_PATIENT: Final = word_set("mr mrs ms miss name patient re client resident")
_MEETINGS: Final = word_set("visit session intake met meeting seen saw")


class Names:
    """The names of one note."""

    def __init__(self, text: str, context: Context) -> None:
        self._text = text
        self._context = context
        self._known: dict[str, Mention | None] = {}

    def known(self, mention: Mention) -> Mention:
        """The mention with who it is, where the note introduces the name; as it was where it does not."""
        if mention.who is not Who.OTHER or not mention.words:
            return mention
        found = self.introduced(mention.words)
        if found is None:
            return mention
        words = f"{found.words} {mention.words}".strip()
        return Mention(found.who, mention.first, mention.last, found.gender, words)

    def introduced(self, name: str) -> Mention | None:
        """As whom the note introduces a name, `words` the relation; None for a word that is no name."""
        first = name.split(maxsplit=1)[0]
        if first not in self._known:
            self._known[first] = self._look_for(first)
        return self._known[first]

    def _look_for(self, name: str) -> Mention | None:
        is_met = False
        places = re.finditer(rf"\b{re.escape(name)}\b", self._text[:_FAR])
        for _, match in zip(range(_MOST), places, strict=False):
            around = self._context.tokens(
                self._text, max(0, match.start() - 40), min(len(self._text), match.end() + 40)
            )
            at = next((number for number, token in enumerate(around) if token.start >= match.start()), 0)
            if found := _introduced_at(around, at):
                return found
            is_met = is_met or _is_met(around, at)
        return Mention(Who.PATIENT, 0, 0) if is_met else None


def _introduced_at(around: Tokens, at: int) -> Mention | None:
    near = [token for token in around[max(0, at - 4) : at] if token.low not in {",", "(", ".", ":"}][-1:]
    behind = around[at + 1 : at + 7]
    if (found := _age(behind)) and not (near and _is_close(near[0])):
        return found
    after = [
        token
        for token in behind
        if token.low not in _BETWEEN and not (token.text[:1].isupper() and not token.groups)
    ][:1]
    is_apposed = bool(behind) and (behind[0].low in {",", "(", "-", "–", "—", "is"} or behind[0] in after)
    for token in [*near, *(after if is_apposed else ())]:
        if _is_close(token):
            return Mention(Who.RELATIVE, 0, 0, gender_of(token), token.low)
        if token.is_in("clinician") and (len(token.low) > 3 or token.text[:1].isupper()):
            return Mention(Who.CLINICIAN, 0, 0)
    is_titled = bool(near) and near[0].low in _OF_PATIENT
    is_field = at > 1 and around[at - 1].low == ":" and around[at - 2].low in _OF_PATIENT
    return Mention(Who.PATIENT, 0, 0) if is_titled or is_field else None


def _is_close(token: Token) -> bool:
    return token.is_in("relative-she", "relative-he", "relative", "agent")


def _age(behind: Tokens) -> Mention | None:
    """ "Tamika, 29", "Tamika is a 29-year-old": the patient."""
    lows = [token.low for token in behind if token.low not in {",", "(", "is", "a", "an", "our"}]
    is_age = bool(lows) and lows[0][:1].isdigit() and len(re.match(r"\d*", lows[0])[0]) < 3  # type: ignore[index]
    return Mention(Who.PATIENT, 0, 0) if is_age and behind[0].low in {",", "(", "is"} else None


def _is_met(around: Tokens, at: int) -> bool:
    """ "Visit with Tamika": whom a note is about."""
    return at > 1 and around[at - 1].low == "with" and around[at - 2].low in _MEETINGS
