"""What the reader of notes finds: a piece of a text, word for word, with what it is and the rule that says
so.

The labels are the outside contract of `smartapp notes`.
"""

from dataclasses import dataclass
from enum import StrEnum

from smartapp.sdm.model import Kind


class Task(StrEnum):
    """What is looked for: what somebody said that matters to them, or words that color the picture."""

    PREFERENCE = "preference"
    WORDING = "wording"


class Label(StrEnum):
    """The first seven belong to preferences, the others to wording (categories after Park 2021)."""

    GOAL = "goal"
    WORRY = "worry"
    VALUE = "value"
    TREATMENT_PREFERENCE = "treatment_preference"
    CARE_EXPERIENCE = "care_experience"
    DECISION_ROLE = "decision_role"
    CODE_STATUS = "code_status"
    CREDIBILITY_DOUBT = "credibility_doubt"
    BLAME = "blame"
    LABEL_STEREOTYPE = "label_stereotype"
    DIFFICULT_PATIENT = "difficult_patient"
    UNILATERAL = "unilateral"


class Experiencer(StrEnum):
    """Whose preference it is, or of whom the words speak. PROXY_REPORT: somebody tells what the patient
    wants.
    """

    PATIENT = "patient"
    FAMILY = "family"
    PROXY_REPORT = "proxy-report"
    CLINICIAN = "clinician"


class Status(StrEnum):
    """CURRENT: holds when the note was written. HISTORICAL: was so before. HYPOTHETICAL: would be so, if.
    TEMPLATE: stands in every note of this kind, and nobody said it.
    """

    CURRENT = "current"
    HISTORICAL = "historical"
    HYPOTHETICAL = "hypothetical"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Finding:
    """`text` is the note's own from `start` to `end` (Unicode code points); `around_start` to `around_end`
    the sentence it stands in. `severity`: 1 clear, 2 usually, 3 an idiom; preferences have 1. `rule`: the id
    of the entry of the lexicon. `instead`: a neutral wording, "" for preferences.

    For preferences: `kind` is finer than the label. `is_negated`: what is not wanted. `is_quoted`: the text
    is what stands between quotation marks. `speaker`: who said it where that is not the patient ("wife
    Ana"). `is_confirmed`: of a code status, that it was talked about with the patient. `language`: "en" or
    "es".
    """

    task: Task
    label: Label
    start: int
    end: int
    text: str
    experiencer: Experiencer
    status: Status
    rule: str
    around_start: int
    around_end: int
    severity: int = 1
    instead: str = ""
    kind: Kind | None = None
    is_negated: bool = False
    is_quoted: bool = False
    is_confirmed: bool = False
    speaker: str = ""
    language: str = "en"

    @property
    def is_statement(self) -> bool:
        """Whether somebody's words or wishes stand behind it, and not a form or a clinician's own."""
        is_said = self.experiencer is not Experiencer.CLINICIAN
        return self.task is Task.PREFERENCE and is_said and self.status is not Status.TEMPLATE
