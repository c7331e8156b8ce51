"""The phrases by which notes report what somebody said, hopes, fears or wants: English and Spanish.

Precise rather than complete. Each pattern is tried on a window of bounded size, and none repeats a
repetition, so its time is bounded. A blank in a pattern stands for up to three blanks or line breaks.
"""

import re
from dataclasses import dataclass
from typing import Final

from smartapp.sdm.model import Kind


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's phrases.

    `quoting` matches a reporting clause that ends where a quotation begins; `claims` match from the start of
    a sentence. Their groups `patient`, `pronoun`, `relative` tell the subject, those named in KINDS the kind.
    `quoted` tells the kind of a quotation; one that matches none is about something else, such as a symptom.
    """

    language: str
    quoting: re.Pattern[str]
    claims: tuple[re.Pattern[str], ...]
    quoted: tuple[tuple[Kind, re.Pattern[str]], ...]


KINDS: Final = (
    ("goal", Kind.GOAL),
    ("hope", Kind.HOPE),
    ("worry", Kind.WORRY),
    ("matters", Kind.MATTERS),
    ("treatment", Kind.TREATMENT_PREFERENCE),
)


def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"(?<!\\) ", lambda _: r"\s{1,3}", source), re.I)


_NAME = r"(?-i:(?:,?\s[A-ZÁÉÍÓÚÑ][\w'’-]{1,30}){0,2})"
_RELATIVE_EN = (
    r"(?:wife|husband|spouse|partner|daughter|son|mother|mom|father|dad|parents?|sister|brother|niece|nephew|"
    r"grand(?:mother|father|son|daughter)|aunt|uncle|family|caregiver|friend|health care (?:agent|proxy))\b"
)
_RELATIVE_ES = (
    r"(?:espos[oa]|marido|mujer|pareja|hij[oa]|madre|padre|mam[áa]|pap[áa]|herman[oa]|niet[oa]|abuel[oa]|"
    r"t[íi][oa]|sobrin[oa]|familia|cuidadora?)\b"
)
_CLINICIAN = (
    r"(?:nurse|doctor|physician|provider|team|therapist|social worker|case manager|resident|attending|"
    r"rn|md|dr|m[ée]dic[oa]|doctora|enfermer[oa]|equipo)\b"
)
_PATIENT_EN = r"(?:(?:the )?(?:patient|pt\.?)(?![\w'’])|(?:mr|mrs|ms|miss)\.? [A-Z][\w-]{1,30}(?!['’]))"
_PATIENT_ES = (
    r"(?:(?:el |la )?paciente|(?:don|doña|el señor|la señora|sra?\.?) [A-ZÁÉÍÓÚÑ][\w-]{1,30})(?![\w'’])"
)
_WHO_EN = (
    rf"(?:(?P<patient>{_PATIENT_EN})|(?P<pronoun>s?he\b)"
    rf"|(?:(?:the )?(?:patient|pt)['’]s |his |her |their |the |a )?(?P<relative>{_RELATIVE_EN}{_NAME}))"
)
_WHO_ES = (
    rf"(?:(?P<patient>{_PATIENT_ES})|(?P<pronoun>(?:ella|él)\b)"
    rf"|(?:su |el |la )?(?P<relative>{_RELATIVE_ES}{_NAME}))"
)
_SAYS_EN = (
    r"(?:states?|stated|says?|said|reports?|reported|shares?|shared|expresse[sd]|explains?|explained|adds?|added|"
    r"told (?:me|us|the team|the nurse|her doctor|his doctor|staff)|tells (?:me|us))"
)
_SAYS_ES = (
    r"(?:(?:me |nos )?(?:dice|dijo|cuenta|cont[óo]|refiere|refiri[óo]|comenta|coment[óo]|expresa|expres[óo]|"
    r"manifiesta|manifest[óo]|señala|explica|explic[óo]|afirma))"
)
_ADVERBS_EN = r"(?: (?:really|also|still|currently|mainly|most|very|especially)){0,2}"
_ADVERBS_ES = r"(?: (?:también|todavía|aún|mucho|muy|más|sobre todo)){0,2}"
_WISHES_EN = (
    r"(?:(?P<goal>wants to|would (?:like|love) to be able to)"
    r"|(?P<hope>hopes (?:to|that|for)|is hoping (?:to|that|for)|is looking forward to)"
    rf"|(?P<worry>is{_ADVERBS_EN} (?:worried|afraid|scared|frightened|fearful|concerned) (?:about|of|that)"
    r"|worries(?: most)? (?:about|that)|fears)"
    r"|(?P<treatment>(?:does|would)(?: not|n['’]t) want|would never want))\b"
)
_WISHES_ES = (
    r"(?:(?P<goal>quiere|desea|le gustar[íi]a)"
    r"|(?P<hope>espera (?:poder|que|volver)|tiene la esperanza)"
    r"|(?P<worry>est[áa](?: muy| más)? preocupad[oa] (?:por|de|porque)|tiene(?: mucho)? miedo (?:a|de)|teme)"
    r"|(?P<treatment>no (?:quiere|desea|querr[íi]a|aceptar[íi]a)))\b"
)
_OWNED_EN = (
    r"(?:(?P<patient>(?:the )?(?:patient|pt)['’]s |(?:mr|mrs|ms|miss)\.? [A-Z][\w-]{1,30}['’]s )"
    r"|(?P<pronoun>her |his ))"
    r"(?:(?:stated|main|personal|own|biggest|greatest|first|top) ){0,2}"
    r"(?:(?P<goal>goal|priority)|(?P<hope>hope)|(?P<worry>fear|worry|concern)) is\b"
)
_OWNED_ES = (
    r"(?P<pronoun>su )(?:(?:principal|mayor) )?"
    r"(?:(?P<goal>meta|objetivo|prioridad)|(?P<hope>esperanza|ilusi[óo]n)|(?P<worry>miedo|temor|preocupaci[óo]n))"
    r"(?: principal)? es\b"
)
_MATTERS_EN = (
    r"(?P<matters>what matters(?: the)? most) to "
    rf"(?:(?P<patient>{_PATIENT_EN})|(?P<pronoun>her|him))(?:(?: right)? now)? is\b"
)
_MATTERS_ES = (
    r"(?P<matters>lo más importante para|lo que más le importa a) "
    rf"(?:(?P<patient>{_PATIENT_ES})|(?P<pronoun>él|ella)) es\b"
)
_PER_EN = (
    rf"per (?:his |her |the |patient['’]s )?(?P<relative>{_RELATIVE_EN}{_NAME}),? (?:s?he|the patient) "
    r"(?P<treatment>would (?:not|never) want)\b"
)
_WORRIES_ES = (
    rf"(?:a (?P<patient>{_PATIENT_ES}) |al (?=paciente)paciente )?"
    r"(?P<pronoun>le )(?P<worry>preocupa|da miedo)\b"
)

ENGLISH: Final = Grammar(
    language="en",
    quoting=_pattern(
        rf"\b{_WHO_EN}(?: (?:also|again|then|clearly|often))? {_SAYS_EN}(?: (?:that|today|again|to us))?"
        r"[,:]?\s{0,3}$"
    ),
    claims=(
        _pattern(
            rf"{_WHO_EN}(?: {_SAYS_EN}(?: (?:that|today))? (?:s?he|the patient|pt))?"
            rf"{_ADVERBS_EN} {_WISHES_EN}"
        ),
        _pattern(_OWNED_EN),
        _pattern(_MATTERS_EN),
        _pattern(_PER_EN),
    ),
    quoted=(
        (Kind.TREATMENT_PREFERENCE, _pattern(r"\b(?:do not|don['’]t|never|would not|wouldn['’]t) want\b")),
        (Kind.WORRY, _pattern(r"\b(?:worr(?:y|ied|ies)|afraid|scare[sd]?|terrified|frightened|fear)\b")),
        (Kind.HOPE, _pattern(r"\b(?:i(?:['’]m| am)?(?: just)? hop(?:e|ing)|my hope|looking forward)\b")),
        (Kind.MATTERS, _pattern(r"\b(?:matters?(?: the)? most|most important|important to me)\b")),
        (
            Kind.GOAL,
            _pattern(
                r"\b(?:i(?: just| really| only| still)? want|i(?: would|['’]d) (?:like|love)|my goal|"
                r"i wish)\b"
            ),
        ),
    ),
)
SPANISH: Final = Grammar(
    language="es",
    quoting=_pattern(rf"\b{_WHO_ES}(?: también)? {_SAYS_ES}(?: que)?[,:]?\s{{0,3}}$"),
    claims=(
        _pattern(rf"{_WHO_ES}(?: {_SAYS_ES} que)?{_ADVERBS_ES} {_WISHES_ES}"),
        _pattern(_OWNED_ES),
        _pattern(_MATTERS_ES),
        _pattern(_WORRIES_ES),
    ),
    quoted=(
        (Kind.TREATMENT_PREFERENCE, _pattern(r"\bno (?:quiero|querr[íi]a|deseo|aceptar[íi]a)\b")),
        (Kind.WORRY, _pattern(r"\b(?:me preocupa|preocupad[oa]|(?:tengo|me da)(?: mucho)? miedo|temo)\b")),
        (Kind.HOPE, _pattern(r"\b(?:espero|ojal[áa]|tengo la esperanza)\b")),
        (Kind.MATTERS, _pattern(r"\b(?:lo más importante|me importa|lo que más importa)\b")),
        (Kind.GOAL, _pattern(r"\b(?:quiero|quisiera|me gustar[íi]a|deseo|mi meta)\b")),
    ),
)

OTHER_AS_SUBJECT: Final = _pattern(
    r"(?:^|[.!?;:\n])[\s*•-]{0,4}(?:(?:the )?(?:patient|pt)['’]s |el |la |su |her |his |their |the |a )?"
    rf"(?:{_RELATIVE_EN}|{_RELATIVE_ES}|{_CLINICIAN})"
)
"""Somebody else at the head of a sentence, whom a "she" or "he" after it may mean."""

PATIENT_NAMED: Final = _pattern(rf"\b(?:{_PATIENT_EN}|{_PATIENT_ES})")

NEVER: Final = _pattern(
    r"\*\*\*|\[ ?x?\]|_{3}|[☐☑{}@]|\?$|\b(?:kill|suicid\w{0,8}|harm|(?:him|her|them|my)self|"
    r"end (?:his|her|their|my)(?: own)? life|(?:wants? to|wish(?:es)? to) (?:die|be dead)"
    r"(?! (?:at|in|with|without|peacefully|naturally)))\b"
)
"""Templates, checklists, questions, and words about self-harm: a matter of safety and never a goal."""

ERRAND: Final = _pattern(
    r"[<>]|\b(?:discuss|talk (?:about|to|with)|(?:re)?schedule|refill|be (?:seen|tested|checked|evaluated)|"
    r"make an appointment|follow up|inr|map|a1c|titrate|wean|rule out)\b"
)
"""What a clinician's sentence about wishes is when it is about today's errands or a clinical target."""
