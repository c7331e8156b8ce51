"""Words that color the picture: what is found in whole notes, and the traps that are not."""

import tomllib
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from smartapp.notes.finding import Experiencer, Finding, Label, Status, Task
from smartapp.notes.layout import layout_of
from smartapp.notes.wording import WordingReader
from smartapp.notes.wording_entries import read_lexicon

READER = WordingReader.packaged()
CONTENT = files("smartapp") / "content"


def found(text: str) -> tuple[Finding, ...]:
    return READER.find(layout_of(text))


def reader_of(folder: Path, entries: str) -> WordingReader:
    """A reader with our groups and rules, and these entries only."""
    ours = (CONTENT / "notes_wording.toml").read_text(encoding="utf-8")
    blocks = [
        block for block in ours.split("\n\n") if block.lstrip().startswith(("[[group]]", "[[context]]"))
    ]
    path = folder / "wording.toml"
    path.write_text("\n\n".join([*blocks, entries]), encoding="utf-8")
    return WordingReader.of(read_lexicon(path, CONTENT / "notes_context.toml"))


def clear(text: str) -> list[str]:
    return [one.text for one in found(text) if one.severity == 1]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("She claims that the tablets were lost.", Label.CREDIBILITY_DOUBT),
        ("His story keeps changing.", Label.CREDIBILITY_DOUBT),
        ("Rates pain 9/10 while texting.", Label.CREDIBILITY_DOUBT),
        ("Nonadherent to her water pill.", Label.BLAME),
        ("Again failed to bring his log.", Label.BLAME),
        ("He would not wear the brace as he was told.", Label.BLAME),
        ("A known junkie with an abscess.", Label.LABEL_STEREOTYPE),
        ("Frequent flier, here for the third time.", Label.LABEL_STEREOTYPE),
        ("Rude to the nurses and demanding.", Label.DIFFICULT_PATIENT),
        ("Very difficult woman.", Label.DIFFICULT_PATIENT),
        ("I told her that she must stop drinking.", Label.UNILATERAL),
        ("He will be sent home whether he likes it or not.", Label.UNILATERAL),
    ],
)
def test_judging_words_are_found_with_their_label(text: str, label: Label) -> None:
    assert [(one.label, one.severity) for one in found(text)] == [(label, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "He is not combative or hostile.",
        "No drug-seeking behavior was seen.",
        "Denies being an alcoholic.",
        "Malingering is unlikely.",
        "Combative: no",
    ],
)
def test_negated_words_are_not_clear(text: str) -> None:
    assert clear(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Her brother is a heroin addict.",
        "The insurer refused to pay for the walker.",
        "Her boss was rude and demanding.",
        "The school claims that he was absent.",
        "FAMILY HISTORY: Father alcoholic, noncompliant with insulin.",
        "Growing up, her mother was manipulative.",
    ],
)
def test_words_about_somebody_else_are_left(text: str) -> None:
    assert clear(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "She fears that staff think she is drug-seeking.",
        "He describes himself as a recovering addict.",
        "He worries about being seen as a difficult patient.",
        "She says that she was noncompliant in her twenties.",
        "Her husband says that she is stubborn.",
        "Does not want to be treated like a junkie.",
    ],
)
def test_what_is_said_of_oneself_or_by_the_family_is_left(text: str) -> None:
    assert clear(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Noncompliant lungs on the ventilator.",
        "The left ventricle is noncompliant.",
        "A nonadherent pad covers the graft.",
        "Aggressive hydration overnight.",
        "An aggressive tumor, resistant to cisplatin.",
        "Dramatic relief after the block.",
        "Specimen refused: clotted.",
        "Two claims were denied by the plan.",
        "Manipulation of the shoulder under anesthesia.",
        "The airway was challenging.",
        "Lazy eye since birth.",
        "Alcoholic hepatitis with ascites.",
        "Wound dirty on arrival, then clean.",
        "Failure to thrive.",
        "The graft failed to take.",
        "Supratentorial mass, 2 cm.",
    ],
)
def test_physiology_devices_and_treatments_are_left(text: str) -> None:
    assert found(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "If noncompliant with the diet, call the clinic.",
        "Haloperidol as needed if combative.",
        "You may refuse any part of this test.",
        "Patients who are noncompliant lose their slot.",
        "[ ] Combative  [ ] Calm",
        "Cooperative / uncooperative / agitated: ____",
        "Noncompliance with renal dialysis (Z91.15)",
        "PROBLEM LIST:\n1. Alcohol abuse, uncomplicated\n2. Noncompliance with diet\n",
        "She was instructed to return if fever.",
    ],
)
def test_conditions_forms_codes_and_instructions_are_left(text: str) -> None:
    assert clear(text) == []


@pytest.mark.parametrize(
    "text",
    [
        'She says, "I am a difficult patient and a junkie."',
        "He told the nurse: \u201cyou all think I am drug-seeking\u201d.",
        'Patient states "the last doctor was rude and noncompliant was all he wrote".',
    ],
)
def test_quoted_patient_is_left_in_notes_and_drafts(text: str) -> None:
    assert found(text) == ()
    assert READER.find_in_draft(text) == ()


def test_quoted_note_of_a_colleague_is_read_in_a_note_and_left_in_a_draft() -> None:
    text = 'The triage nurse charted "frequent flyer, drug-seeking".'

    assert clear(text) == ["frequent flyer, drug-seeking"]
    assert READER.find_in_draft(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        'Prior notes call him "a frequent flyer" and "drug-seeking".',
        'The chart calls her "manipulative".',
        'She is labelled "noncompliant" in the old record.',
        'Hand-off: "belligerent all night".',
        'Known as a "sickler" here.',
    ],
)
def test_quotation_with_no_speaker_of_the_family_is_read_in_a_note_and_left_in_a_draft(text: str) -> None:
    assert clear(text)
    assert READER.find_in_draft(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        'States "nobody here is noncompliant".',
        'Her son reports: "the last nurse was rude and manipulative".',
        '"I was noncompliant back then."',
        'She feels judged as "a junkie".',
        'CC: "drug-seeking, they said".',
    ],
)
def test_quotation_that_is_plainly_of_the_patient_or_a_relative_is_left(text: str) -> None:
    assert clear(text) == []


PEOPLES = (
    "African American",
    "Black",
    "white",
    "Caucasian",
    "Hispanic",
    "Asian",
    "Native",
    "Pacific Islander",
)


@pytest.mark.parametrize(
    "text",
    [
        "This is a noncompliant {} man.",
        "Belligerent {} woman brought by ambulance.",
        "A rude, demanding {} patient.",
        "Obese {} female with diabetes.",
        "54-year-old {} diabetic, poor historian.",
        "Difficult {} lady; claims that the tablets were lost.",
        "Pleasant {} gentleman, cooperative with the exam.",
        "{} male. No drug-seeking behavior was seen.",
    ],
)
def test_words_of_race_and_ethnicity_change_no_finding(text: str) -> None:
    def told(people: str) -> list[tuple[str, int, str]]:
        return [(one.rule, one.severity, one.text.replace(people, "")) for one in found(text.format(people))]

    first, *others = [told(people) for people in PEOPLES]

    assert all(other == first for other in others)


def test_negation_ends_at_a_comma_unless_a_list_goes_on() -> None:
    assert clear("No fever, combative with the crew.") == ["combative"]
    assert clear("He is not combative, hostile or rude.") == []


def test_report_ends_at_a_comma() -> None:
    assert clear("Reports a fall last week, likely malingering.")
    assert clear("She says that she was lazy and noncompliant.") == []


def test_judged_relatives_are_left_and_the_patient_beside_them_is_not() -> None:
    patient = found("Daughter at the bedside. Patient was rude to the nurse.")
    object_behind = found("He refuses his daughter's help.")

    assert clear("Daughter was rude to the nurse.") == clear("Her son, who came late, was rude.") == []
    assert [one.experiencer for one in (*patient, *object_behind)] == [Experiencer.PATIENT] * 2


def test_delirium_beside_it_makes_a_judging_word_no_less_clear() -> None:
    assert [one.severity for one in found("Delirium after surgery. He was combative.")] == [1]


def test_idioms_and_usual_phrases_have_their_own_levels() -> None:
    assert [one.severity for one in found("Poor historian.")] == [2]
    assert [one.severity for one in found("She suffers from gout.")] == [2]
    assert [one.severity for one in found("He failed lisinopril.")] == [3]


def test_words_of_one_kind_side_by_side_are_one_finding() -> None:
    assert [one.text for one in found("He was rude, argumentative and belligerent.")] == [
        "rude, argumentative and belligerent"
    ]


def test_finding_carries_the_verbatim_words_their_sentence_and_an_alternative() -> None:
    text = "Seen today. Patient is noncompliant with his insulin. Will call."

    (one,) = found(text)

    assert (one.task, one.label, one.status) == (Task.WORDING, Label.BLAME, Status.CURRENT)
    assert text[one.start : one.end] == one.text == "noncompliant with his insulin"
    assert text[one.around_start : one.around_end] == "Patient is noncompliant with his insulin."
    assert one.rule == "blame-noncompliant"
    assert one.instead


def test_draft_is_read_without_sections() -> None:
    text = "FAMILY HISTORY: he is noncompliant with his insulin."

    assert found(text) == ()
    assert [one.label for one in READER.find_in_draft(text)] == [Label.BLAME]


def test_no_question_reminder_or_condition_of_ours_is_found() -> None:
    content = files("smartapp") / "content"
    texts = [
        value
        for name in ("questions.toml", "reminders.toml", "conditions.toml")
        for entries in tomllib.loads((content / name).read_text(encoding="utf-8")).values()
        for entry in entries
        for key, value in entry.items()
        if isinstance(value, str) and key in {"text", "ask", "say", "question", "name"}
    ]

    assert texts
    assert [text for text in texts if READER.find_in_draft(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "EMS reports that he was combative.",
        "Triage RN felt that he was malingering.",
        "Night nurse wrote that she is manipulative.",
        'Float RN handoff: "crabby old man".',
        'Consultant: "acopic, not motivated".',
        "Per PT she is lazy.",
    ],
)
def test_what_staff_tell_of_the_patient_is_found_though_somebody_tells_it(text: str) -> None:
    assert clear(text)


@pytest.mark.parametrize(
    "text",
    [
        "He feels that the staff think he is drug-seeking.",
        'He told the nurse: "I am lazy and a junkie".',
        'Her wife, tired of it, says pt "never listens and is lazy".',
    ],
)
def test_what_the_patient_or_the_family_tell_to_staff_or_of_them_is_left(text: str) -> None:
    assert clear(text) == []


def test_longer_cue_that_does_not_apply_hides_no_shorter_one(tmp_path: Path) -> None:
    reader = reader_of(
        tmp_path,
        '[[wording]]\nid = "short"\nlabel = "blame"\ncues = ["lazy"]\n'
        '[[wording]]\nid = "long"\nlabel = "blame"\ncues = ["so lazy today", "lazy today"]\nthen = " ever"\n',
    )

    assert [one.rule for one in reader.find_in_draft("He is so lazy today.")] == ["short"]


def test_milder_finding_ends_where_a_clear_one_begins_within_it() -> None:
    both = found("She is very pleasant but noncompliant with her tablets.")

    assert [(one.severity, one.label) for one in both][-1] == (1, Label.BLAME)
    assert all(one.end <= other.start for one, other in pairwise(both))


def test_most_serious_of_the_entries_of_one_cue_counts(tmp_path: Path) -> None:
    reader = reader_of(
        tmp_path,
        '[[wording]]\nid = "mild"\nlabel = "blame"\nseverity = 2\ncues = ["idle"]\n'
        '[[wording]]\nid = "clear"\nlabel = "blame"\ncues = ["idle"]\n',
    )

    assert [one.rule for one in reader.find_in_draft("He is idle.")] == ["clear"]
