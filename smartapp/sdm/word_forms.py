"""Words of a statement in their plain form, so that statements can be compared: English and Spanish."""

import re
from collections.abc import Iterator
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_CLAUSE_END: Final = re.compile(r"[.;:!?\n]+(?=\s|$)|,?\s+(?:but|though|although|pero)\s", re.I)
_CONDITION: Final = re.compile(r"\s*(?:if|unless|when|once|si|cuando)\b[^,]{1,200},", re.I)
_LEAD_IN: Final = re.compile(
    r"(?:the\s+)?(?:patient|pt|she|he|they|mr\.?|mrs\.?|ms\.?|el paciente|la paciente)\s+(?:also\s+)?"
    r"(?:states?|stated|says?|said|reports?|reported|tells? (?:us|me)|told (?:us|me)|expressed|shared"
    r"|dice|dijo)"
    r"(?:\s+that|\s+que|[,:])?\s+",
    re.I,
)
NEGATIONS: Final = frozenset(
    {
        "not", "no", "never", "none", "nothing", "without", "neither", "nor", "cannot", "dnr", "dni", "dnar",
        "nunca", "sin", "ni", "tampoco", "nada", "jamás",
    }
)  # fmt: skip
SILENT: Final = frozenset(
    {
        "a", "about", "again", "also", "am", "an", "and", "are", "as", "at", "be", "been", "being",
        "by", "can", "could", "did", "do", "does", "doing", "for", "from", "get", "goal", "goals",
        "going", "had", "has", "have", "having", "he", "her", "hers", "herself", "him", "himself",
        "his", "hope", "hopes", "hoping", "i", "i'd", "i'll", "i'm", "i've", "in", "into", "is",
        "it", "it's", "its", "just", "like", "likes", "may", "me", "might", "mine", "most", "my",
        "myself", "of", "on", "our", "patient", "prefer", "prefers", "pt", "really", "report",
        "reports", "said", "say", "says", "she", "should", "so", "state", "stated", "states",
        "still", "that", "the", "their", "theirs", "them", "they", "this", "to", "told", "too",
        "us", "very", "want", "wanted", "wants", "was", "we", "were", "what", "will", "wish",
        "wishes", "with", "would", "you", "your", "al", "con", "de", "del", "desea", "el", "ella",
        "en", "es", "espera", "está", "la", "las", "le", "lo", "los", "mi", "mis", "paciente",
        "para", "prefiere", "por", "que", "quiere", "quiero", "se", "su", "sus", "un", "una", "y",
        "yo",
    }
)  # fmt: skip
"""Words that carry nothing of what is wanted, who speaks aside."""


def words_of(text: str) -> list[str]:
    """The words in lower case; "don't" and "won’t" become "not"."""
    plain = text.replace("’", "'").casefold()
    return [_spelled(word) for word in _WORD.findall(plain)]


def same_words(text: str) -> str:
    """What two texts share that differ only in case, blanks and punctuation; never "" for a text."""
    return " ".join(_WORD.findall(text.replace("’", "'").casefold())) or text.strip()


def without_lead_in(text: str) -> str:
    """The text without "Patient states that" at its start."""
    match = _LEAD_IN.match(text)
    return text[match.end() :] if match else text


def clauses(text: str) -> Iterator[list[str]]:
    """The words of each clause; "if ...," is one of its own."""
    for part in _CLAUSE_END.split(text.replace("’", "'")):
        condition = _CONDITION.match(part)
        pieces = (part[: condition.end()], part[condition.end() :]) if condition else (part,)
        yield from (words for piece in pieces if (words := words_of(piece)))


def stem(word: str) -> str:
    """Without the commonest endings: "walks", "walking" and "walked" are one."""
    for ending, least in (("ing", 5), ("ies", 5), ("ed", 5), ("es", 5), ("s", 4)):
        if len(word) >= least and word.endswith(ending) and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def _spelled(word: str) -> str:
    return "not" if word.endswith("n't") or word in {"dont", "doesnt", "didnt", "wont"} else word
