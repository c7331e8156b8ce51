"""What a form's question asks for, by its words, English or Spanish; most ask for something else."""

import re
from types import MappingProxyType
from typing import Final

from smartapp.sdm.model import Kind

_ASKED: Final = MappingProxyType(
    {
        Kind.WORRY: (
            r"worr(?:y|ies|ied)|afraid|fears?|scare[sd]?|concern(?:s|ed)?|preocupa\w*|miedo|temor(?:es)?"
        ),
        Kind.HOPE: r"hop(?:e|es|ing)|looking forward|wish(?:es)?|espera\w*|ilusi[oó]n|desea\w*",
        Kind.GOAL: r"goals?|like to be able|want to be able|metas?|objetivos?|gustar[ií]a poder",
        Kind.DECISION_ROLE: r"make choices|make decisions|tomar (?:las )?decisiones",
        Kind.PEOPLE: (
            r"whom? .{0,60}(?:help|decide|involved|with you|support)|qui[eé]n(?:es)? .{0,60}(?:ayud|decid)\w*"
        ),
        Kind.UNACCEPTABLE: r"(?:not|never) (?:want|accept)|unacceptable|no (?:quiere|aceptar[ií]a)",
        Kind.STRENGTH: r"strengths?|good at|fuerzas?|fortalezas?",
        Kind.MATTERS: (
            r"matters?|important|good day|know about you|enjoy|importante|importa|buen d[ií]a|"
            r"saber (?:sobre|de) usted"
        ),
        Kind.CARE_EXPERIENCE: r"prefer(?:s|ences?)?|like to be called|prefiere|preferencias?",
    }
)
_PATTERNS: Final = tuple((kind, re.compile(rf"\b(?:{words})\b", re.I)) for kind, words in _ASKED.items())
_MAX_QUESTION: Final = 500


def kind_asked_for(question: str) -> Kind | None:
    """The kind of statement that answers this question, or None."""
    asked = question[:_MAX_QUESTION]
    return next((kind for kind, pattern in _PATTERNS if pattern.search(asked)), None)
