"""What a note says that was said: found where it is plain, left alone where it is not, verbatim always."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.notes.questions import kind_asked_for
from smartapp.notes.statements import find_statements
from smartapp.sdm.model import Kind, SaidBy


@pytest.mark.parametrize(
    ("text", "kind", "words", "language"),
    [
        (
            'Patient states: "I want to go home. I miss my dog."',
            Kind.GOAL,
            "I want to go home. I miss my dog.",
            "en",
        ),
        ('She told us that "I am scared of the surgery".', Kind.WORRY, "I am scared of the surgery", "en"),
        (
            "Pt says “my biggest fear is being a burden”",
            Kind.WORRY,
            "my biggest fear is being a burden",
            "en",
        ),
        ('Mrs. Reyes said, "I hope to dance again."', Kind.HOPE, "I hope to dance again.", "en"),
        ('He says "I don\'t want a tube."', Kind.TREATMENT_PREFERENCE, "I don't want a tube.", "en"),
        (
            'The patient told me "what matters most is my garden"',
            Kind.MATTERS,
            "what matters most is my garden",
            "en",
        ),
        ('El paciente dice: "Quiero volver a caminar"', Kind.GOAL, "Quiero volver a caminar", "es"),
        ("La paciente nos dijo que «me preocupa caerme»", Kind.WORRY, "me preocupa caerme", "es"),
        (
            'Paciente refiere que "no quiero más operaciones"',
            Kind.TREATMENT_PREFERENCE,
            "no quiero más operaciones",
            "es",
        ),
    ],
)
def test_quoted_speech_is_the_patients_own_words(text: str, kind: Kind, words: str, language: str) -> None:
    (found,) = find_statements(text)

    assert (found.kind, found.words, found.said_by, found.language) == (kind, words, SaidBy.PATIENT, language)
    assert words in found.excerpt


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Patient wants to be able to walk her dog around the block.", Kind.GOAL),
        ("He is hoping to attend his daughter's wedding in June.", Kind.HOPE),
        ("Patient states that she hopes to see her son graduate.", Kind.HOPE),
        ("She is most worried about losing her memory.", Kind.WORRY),
        ("Patient's biggest fear is dying in pain.", Kind.WORRY),
        ("Her goal is to stop the dizziness so she can cook again.", Kind.GOAL),
        ("What matters most to her is staying in her own home.", Kind.MATTERS),
        ("She would not want to be on a breathing machine long term.", Kind.TREATMENT_PREFERENCE),
        ("Mr. Lee wants to die at home.", Kind.GOAL),
        ("Paciente refiere que quiere volver a trabajar.", Kind.GOAL),
        ("A la paciente le preocupa la cirugía.", Kind.WORRY),
        ("Su meta es caminar sin dolor.", Kind.GOAL),
        ("Lo más importante para él es estar en casa.", Kind.MATTERS),
        ("El paciente tiene miedo de caerse.", Kind.WORRY),
    ],
)
def test_a_plain_sentence_about_the_patient_is_reported_in_the_notes_words(text: str, kind: Kind) -> None:
    (found,) = find_statements(text)

    assert (found.kind, found.words, found.excerpt, found.said_by) == (kind, text, text, SaidBy.REPORTED)


@pytest.mark.parametrize(
    ("text", "speaker", "kind"),
    [
        ("Son is worried about her driving.", "son", Kind.WORRY),
        ('Her daughter Maria says "I am afraid he will fall".', "daughter Maria", Kind.WORRY),
        ("Patient's wife hopes to keep him at home.", "wife", Kind.HOPE),
        ("Per wife, he would never want a feeding tube.", "wife", Kind.TREATMENT_PREFERENCE),
        ("Su hija quiere llevarla a casa.", "hija", Kind.GOAL),
    ],
)
def test_what_the_family_says_stays_the_familys(text: str, speaker: str, kind: Kind) -> None:
    (found,) = find_statements(text)

    assert (found.said_by, found.speaker, found.kind) == (SaidBy.RELATED_PERSON, speaker, kind)


@pytest.mark.parametrize(
    "text",
    [
        'Patient states: "chest pain since Monday"',
        'Patient given the "What Matters to You" handout.',
        'The "goal" is unclear.',
        "The team wants to rule out PE.",
        "I am worried about sepsis.",
        "Goal INR 2-3.",
        "Goal BP <130/80.",
        "Her goal is to keep INR 2-3.",
        "Goal is to titrate to effect.",
        "PT goals: bed mobility min assist x1.",
        "Goals: ***",
        "Patient wants to ***",
        "[ ] Patient wants to go home",
        "[x] Patient is worried about cost",
        "Patient wants to ____",
        "Goals of care not yet discussed.",
        "If you are worried about your symptoms, call 911.",
        "Please let us know what you hope to get from today's visit.",
        "Denies wanting to hurt himself.",
        "Patient wants to kill himself.",
        'Patient says "I want to die"' + " and " + '"I want to hurt myself"',
        "Patient wants to discuss refills.",
        "Wanted in Ohio on an outstanding warrant.",
        "Hope Clinic referral placed.",
        "Will Power, RN, called the patient.",
        "Patient unable to state goals due to sedation.",
        "Copy-forward 2017: patient wants to quit smoking.",
        "Family history: Patient wants to walk",
        "# Family History\nMother is afraid of hospitals.\nPatient wants to walk.",
        "REVIEW OF SYSTEMS:\nPatient is worried about falls.",
        "Patient Instructions\nPatient wants to walk daily.",
        "Daughter is here today. She wants to see a lawyer.",
        "Dr. Osei was called. She is worried about the potassium.",
        "Does the patient wants to go home?",
    ],
)
def test_what_is_not_plainly_said_is_left_alone(text: str) -> None:
    assert find_statements(text) == ()


def test_a_section_that_is_skipped_ends_at_the_next_heading() -> None:
    text = (
        "FAMILY HISTORY:\nSon is worried about her.\n\n"
        "PLAN: Patient wants to walk to church\nagain by June.\nBP 120/80"
    )

    (found,) = find_statements(text)

    assert found.words == "Patient wants to walk to church\nagain by June."


def test_a_pronoun_means_the_patient_again_once_the_patient_was_named() -> None:
    text = "Daughter was at the bedside. Patient slept well. She hopes to go home."

    assert [found.words for found in find_statements(text)] == ["She hopes to go home."]


def test_a_sentence_with_a_quotation_in_it_is_told_once() -> None:
    text = 'Patient says "I want to go home" and is worried about stairs. She hopes to sleep.'

    assert [found.words for found in find_statements(text)] == ["I want to go home", "She hopes to sleep."]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What are you hoping for?", Kind.HOPE),
        ("What are you most worried about?", Kind.WORRY),
        ("What matters most to you right now?", Kind.MATTERS),
        ("What would you like to be able to do?", Kind.GOAL),
        ("Is there any care you do not want?", Kind.UNACCEPTABLE),
        ("Who do you want to help you decide?", Kind.PEOPLE),
        ("¿Qué es lo que más le preocupa?", Kind.WORRY),
        ("¿Qué espera lograr?", Kind.HOPE),
        ("¿Qué es lo más importante para usted?", Kind.MATTERS),
        ("List your surgeries", None),
        ("Little interest or pleasure in doing things", None),
        ("", None),
    ],
)
def test_a_question_tells_what_its_answer_is_about(question: str, kind: Kind | None) -> None:
    assert kind_asked_for(question) is kind


_pieces = st.sampled_from(
    [
        "Patient", "She", "Daughter", "El paciente", "says", "dice", "wants to", "is worried about", '"', "“",
        "”", "«", "I want to go home", "quiero", ". ", "\n", "\n\n", ": ", "Family History:", "- ", "é",
        "Mr. Lee", "\u2028",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_pieces | st.text(max_size=6), max_size=25).map(" ".join))
def test_every_candidate_stands_in_the_note_word_for_word(text: str) -> None:
    found = find_statements(text)

    for one in found:
        assert text[one.start : one.end] == one.words
        assert one.excerpt in text
        assert one.words.strip()
    assert [one.start for one in found] == sorted(one.start for one in found)


@pytest.mark.parametrize(
    "piece",
    [
        '"',
        'patient says "',
        "« ",
        "she ",
        "Patient wants to ",
        "a",
        "\n",
        ". ",
        "Family History:\n",
        "- ",
        "Mr. A ",
    ],
)
def test_a_megabyte_is_scanned_in_bounded_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))

    began = time.process_time()
    find_statements(text)

    assert time.process_time() - began < 10
