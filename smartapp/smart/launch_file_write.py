"""The sections [write], [questionnaire] and [handout] of a launch file: what the site wants written, in which
form.
"""

import re
from dataclasses import replace
from typing import Final

from smartapp.sdm.model import RECORDABLE_KINDS
from smartapp.smart.registration import Questionnaire, Registration
from smartapp.smart.toml_source import TomlSource, did_you_mean

CLIPBOARD: Final = "clipboard"
RUNGS: Final = (
    "Goal", "Observation", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse", CLIPBOARD,
)  # fmt: skip
US_CORE: Final = ("auto", "6.1", "7.0", "8.0", "9.0", "none")
QUESTION_KINDS: Final = tuple(kind.value for kind in RECORDABLE_KINDS)
"""Kinds of statement that a questionnaire may ask for: all that are typed in a visit."""

WRITE_KEYS: Final = ("order", "confirm", "provenance", "us_core", "pco", "note_type", "transaction")
QUESTIONNAIRE_KEYS: Final = ("canonical", *QUESTION_KINDS)
HANDOUT_KEYS: Final = ("file", "type")

_LOINC = re.compile(r"([0-9]{1,7})-([0-9])")
_CANONICAL = re.compile(r"(?:https?://[^\s|#]+|urn:(?:uuid|oid):[^\s|#]+)(?:\|[^\s|#]+)?")


def with_writing(source: TomlSource, registration: Registration) -> Registration:
    """The registration with what the file says about writing. Faults are noted in `source`."""
    # There is no other value: nothing is sent that the clinician did not see and confirm.
    source.choice("write", "confirm", ("always",), default="always")
    if_supported = ("if-supported", "never")
    provenance = source.choice("write", "provenance", if_supported, default="if-supported")
    transaction = source.choice("write", "transaction", if_supported, default="if-supported")
    return replace(
        registration,
        write_order=_order(source, registration.write_order),
        provenance=provenance == "if-supported",
        transactions=transaction == "if-supported",
        us_core=source.choice("write", "us_core", US_CORE, default=registration.us_core),
        pco=source.flag("write", "pco", default=registration.pco),
        note_type=_loinc(source, "write", "note_type") or registration.note_type,
        questionnaire=_questionnaire(source) if source.has("questionnaire") else None,
        files_handout=source.flag("handout", "file", default=registration.files_handout),
        handout_type=_loinc(source, "handout", "type"),
    )


def check_digit(number: str) -> int:
    """The digit that belongs behind a LOINC number ("11506" -> 3): modulus 10, doubling from the right.

    https://loinc.org/kb/users-guide/ (check digit)
    """
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(number))]
    return -sum(value // 10 + value % 10 for value in doubled) % 10


def _order(source: TomlSource, default: tuple[str, ...]) -> tuple[str, ...]:
    order = source.texts("write", "order", default=default)
    for rung in order:
        if rung not in RUNGS:
            hint = did_you_mean(rung, RUNGS)
            source.fault("write", "order", f"has {rung!r}, which is not one of {', '.join(RUNGS)}{hint}")
    if CLIPBOARD in order[:-1]:
        unreached = ", ".join(order[order.index(CLIPBOARD) + 1 :])
        source.fault("write", "order", f"has {unreached} after clipboard, which always works: put it last")
    return order


def _loinc(source: TomlSource, section: str, key: str) -> str:
    """The code, "" without one."""
    code = source.text(section, key)
    if not code:
        return ""
    parts = _LOINC.fullmatch(code)
    if parts is None:
        source.fault(section, key, f"is {code!r}, which is no LOINC code such as 11506-3")
    elif int(parts[2]) != check_digit(parts[1]):
        right = check_digit(parts[1])
        source.fault(section, key, f"is {code}: the digit behind {parts[1]} would have to be {right}")
    return code


def _questionnaire(source: TomlSource) -> Questionnaire:
    canonical = source.text("questionnaire", "canonical", required=True)
    if canonical and not _CANONICAL.fullmatch(canonical):
        source.fault(
            "questionnaire", "canonical", f"is {canonical!r}, which is no address such as https://...|1.0"
        )
    kinds = [key for key in source.keys("questionnaire") if key in QUESTION_KINDS]
    if not kinds:
        source.fault("questionnaire", "", 'has no question: name a kind and its linkId, such as goal = "1"')
    link_ids = tuple((kind, source.text("questionnaire", kind)) for kind in kinds)
    return Questionnaire(canonical, link_ids)
