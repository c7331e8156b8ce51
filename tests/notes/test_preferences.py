"""What a note says that somebody wants, fears, values or refuses: whose it is, when it holds, what it is."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.notes.finding import Experiencer, Finding, Label, Status
from smartapp.notes.layout import layout_of
from smartapp.notes.preferences import PreferenceReader
from smartapp.notes.questions import kind_asked_for
from smartapp.sdm.model import Kind

_READER = PreferenceReader.of()


def _statements(text: str) -> list[Finding]:
    return [found for found in _READER.find(layout_of(text)) if found.is_statement]


def _words(text: str) -> list[str]:
    return [found.text for found in _statements(text)]


def _whose(text: str) -> list[Experiencer]:
    return [found.experiencer for found in _statements(text)]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (
            'Patient states: "I want to go home. I miss my dog."',
            Kind.GOAL,
            "I want to go home. I miss my dog.",
        ),
        ('She told us that "I am scared of the surgery".', Kind.WORRY, "I am scared of the surgery"),
        ("Pt says “my biggest fear is being a burden”", Kind.WORRY, "my biggest fear is being a burden"),
        ('Mrs. Reyes said, "I hope to dance again."', Kind.HOPE, "I hope to dance again."),
        ('He says "I don\'t want a tube."', Kind.TREATMENT_PREFERENCE, "I don't want a tube."),
        (
            'The patient told me "what matters most is my garden"',
            Kind.MATTERS,
            "what matters most is my garden",
        ),
        ('"I want to sleep in my own bed," she said.', Kind.GOAL, "I want to sleep in my own bed,"),
    ],
)
def test_quoted_speech_is_the_patients_own_words(text: str, kind: Kind, words: str) -> None:
    (found,) = _statements(text)

    assert (found.kind, found.text, found.is_quoted) == (kind, words, True)
    assert found.experiencer is Experiencer.PATIENT
    assert (
        text[found.around_start : found.around_end].strip('"“” ').startswith(words[:1])
        or found.around_start < found.start
    )


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
        ("Mr. Lee wants to die at home.", Kind.TREATMENT_PREFERENCE),
        ("This 71 y/o woman with heart failure wants to bake again.", Kind.GOAL),
        ("Resident prefers that the door stay open.", Kind.CARE_EXPERIENCE),
        ("Wishes to leave the decision to her surgeon.", Kind.DECISION_ROLE),
        ("She would rather not know the prognosis.", Kind.DECISION_ROLE),
        ("His health care proxy is his niece Ana.", Kind.PEOPLE),
        ("She takes pride in her quilts.", Kind.MATTERS),
        ("He would never want to be kept alive on machines.", Kind.UNACCEPTABLE),
        ("The stairs worry her.", Kind.WORRY),
        ("A feeding tube she would never accept.", Kind.TREATMENT_PREFERENCE),
        ("What she wants is to sing at Easter.", Kind.GOAL),
    ],
)
def test_a_plain_sentence_about_the_patient_is_found_in_the_notes_words(text: str, kind: Kind) -> None:
    (found,) = _statements(text)

    assert (found.kind, found.text, found.experiencer) == (kind, text.rstrip("."), Experiencer.PATIENT)
    assert (found.status, found.is_quoted, found.severity) == (Status.CURRENT, False, 1)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ('El paciente dice: "Quiero volver a caminar"', Kind.GOAL, "Quiero volver a caminar"),
        ("La paciente nos dijo que «me preocupa caerme»", Kind.WORRY, "me preocupa caerme"),
        (
            'Paciente refiere que "no quiero más operaciones"',
            Kind.TREATMENT_PREFERENCE,
            "no quiero más operaciones",
        ),
        (
            "Paciente refiere que quiere volver a trabajar.",
            Kind.GOAL,
            "Paciente refiere que quiere volver a trabajar",
        ),
        ("A la paciente le preocupa la cirugía.", Kind.WORRY, "A la paciente le preocupa la cirugía"),
        ("Su meta es caminar sin dolor.", Kind.GOAL, "Su meta es caminar sin dolor"),
        (
            "Lo más importante para él es estar en casa.",
            Kind.MATTERS,
            "Lo más importante para él es estar en casa",
        ),
        ("El paciente tiene miedo de caerse.", Kind.WORRY, "El paciente tiene miedo de caerse"),
    ],
)
def test_spanish_notes_are_read_too(text: str, kind: Kind, words: str) -> None:
    (found,) = _statements(text)

    assert (found.kind, found.text, found.language) == (kind, words, "es")


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Son is worried about her driving.", "son"),
        ('Her daughter Maria says "I am afraid he will fall".', "daughter Maria"),
        ("Patient's wife hopes to keep him at home.", "wife"),
        ("Daughter wants everything done.", "daughter"),
        ("Mother's goal for the child is to sleep through the night.", "mother"),
        ("WIFE BY PHONE:\nWants him home by Sunday.", "WIFE"),
        ("Su hija quiere llevarla a casa.", "hija"),
        ("The parents want him to finish school.", "parents"),
    ],
)
def test_what_the_family_wants_or_fears_stays_the_familys(text: str, speaker: str) -> None:
    (found,) = _statements(text)

    assert (found.experiencer, found.speaker) == (Experiencer.FAMILY, speaker)


@pytest.mark.parametrize(
    "text",
    [
        "Per wife, he would never want a feeding tube.",
        "According to his son, she wants to go home.",
        "His daughter reports that he would not want dialysis.",
        "Per husband, would never accept a nursing home.",
        "Her son says his mother wants to die at home.",
        "Ms. Roy is a 70-year-old woman. Daughter says she would never want a ventilator.",
    ],
)
def test_a_relative_may_tell_what_the_patient_wants(text: str) -> None:
    assert _whose(text) == [Experiencer.PROXY_REPORT]


def test_somebodys_fear_after_she_says_is_the_tellers_own() -> None:
    text = "Ms. Roy is a 70-year-old woman. Daughter says she is afraid of another fall."

    assert _whose(text) == [Experiencer.FAMILY]


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("Daughter was at the bedside. Patient slept well. She hopes to go home.", Experiencer.PATIENT),
        ("Mr. Lee slept well. His wife is here. She is worried about the stairs.", Experiencer.FAMILY),
        ("Mr. Lee came with his wife. He wants to drive again.", Experiencer.PATIENT),
        ("His son called; he is a 60-year-old man who wants to walk again.", Experiencer.PATIENT),
    ],
)
def test_a_pronoun_means_the_last_one_named_whom_it_may_mean(text: str, whose: Experiencer) -> None:
    assert _whose(text) == [whose]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("In 2019 she wanted everything done.", Status.HISTORICAL),
        ("Previously DNR.", Status.HISTORICAL),
        ("He had wanted dialysis.", Status.HISTORICAL),
        ("If her breathing got worse she would not want a ventilator.", Status.HYPOTHETICAL),
        ("Should he stop breathing, he would not want to be intubated.", Status.HYPOTHETICAL),
        ("She would not want dialysis if her kidneys fail.", Status.HYPOTHETICAL),
        ("Patient is willing to take more pills if it means avoiding surgery.", Status.CURRENT),
        ("She was worried about the stairs.", Status.CURRENT),
        ("She no longer wants chemotherapy.", Status.CURRENT),
        ("CODE STATUS: DNR", Status.CURRENT),
    ],
)
def test_when_a_statement_holds(text: str, status: Status) -> None:
    (found,) = _statements(text)

    assert found.status is status


def test_a_change_of_mind_gives_both_with_their_times() -> None:
    found = _statements("Previously DNR, reversed to full code on 3/2 for surgery.")

    assert [(one.text, one.label) for one in found] == [
        ("Previously DNR", Label.CODE_STATUS),
        ("reversed to full code on 3/2 for surgery", Label.CODE_STATUS),
    ]
    assert found[0].status is Status.HISTORICAL


def test_a_presumed_code_status_is_a_template_and_no_statement() -> None:
    (found,) = _READER.find(layout_of("Full code (presumed)."))

    assert (found.label, found.status, found.is_statement) == (Label.CODE_STATUS, Status.TEMPLATE, False)


def test_a_code_status_that_was_talked_about_is_confirmed() -> None:
    assert [
        found.is_confirmed for found in _statements("Code status: DNR/DNI, confirmed with patient today.")
    ] == [True]
    assert [found.is_confirmed for found in _statements("CODE STATUS: Full Code")] == [False]


@pytest.mark.parametrize(
    ("text", "is_negated"),
    [
        ("She does not want chemotherapy.", True),
        ("Declines blood products.", True),
        ("He is not interested in CPAP.", True),
        ("She is not willing to go to a nursing home.", True),
        ("She wants chemotherapy.", False),
        ("He is not opposed to dialysis.", False),
    ],
)
def test_what_is_not_wanted_is_content(text: str, is_negated: bool) -> None:
    (found,) = _statements(text)

    assert (found.label, found.is_negated) == (Label.TREATMENT_PREFERENCE, is_negated)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "She wants to go home and is worried about the stairs.",
            ["She wants to go home", "is worried about the stairs"],
        ),
        (
            "Does not want chemotherapy; prefers comfort-focused care.",
            ["Does not want chemotherapy", "prefers comfort-focused care"],
        ),
        (
            "He hopes to fish again, but his wife is afraid he will fall.",
            ["He hopes to fish again", "his wife is afraid he will fall"],
        ),
        ("Pt wants to walk again and lives alone.", ["Pt wants to walk again"]),
        ("She hopes he wants to come.", ["She hopes he wants to come"]),
        ("He would give up driving but not living alone.", ["He would give up driving but not living alone"]),
        (
            'Patient says "I want to go home" and is worried about stairs.',
            ["I want to go home", "is worried about stairs"],
        ),
    ],
)
def test_a_sentence_is_cut_into_its_statements(text: str, words: list[str]) -> None:
    assert _words(text) == words


@pytest.mark.parametrize(
    "text",
    [
        'Patient states: "chest pain since Monday"',
        'Patient given the "What Matters to You" handout.',
        'The "goal" is unclear.',
        "The team wants to rule out PE.",
        "I am worried about sepsis.",
        "We would like her to return in two weeks.",
        "I'd like to see her back on Friday.",
        "Goal INR 2-3.",
        "Goal BP <130/80.",
        "Her goal is to keep INR 2-3.",
        "Goal is to titrate to effect.",
        "PT goals: bed mobility min assist x1.",
        "Goals: ***",
        "Patient wants to ***",
        "[ ] Patient wants to go home",
        "Patient wants to ____",
        "Goals of care not yet discussed.",
        "Will discuss goals of care tomorrow.",
        "If you are worried about your symptoms, call 911.",
        "Please let us know what you hope to get from today's visit.",
        "Ask whether she wants to go home.",
        "If the patient wants to eat, call speech therapy.",
        "Denies wanting to hurt himself.",
        "Patient wants to kill himself.",
        "Patient wants to die.",
        'Patient says "I want to die" and "I want to hurt myself"',
        "Patient wants to discuss refills.",
        "Wanted in Ohio on an outstanding warrant.",
        "Hope Clinic referral placed.",
        "Will Power, RN, called the patient.",
        "Patient unable to state goals due to sedation.",
        "Family history: Patient wants to walk",
        "# Family History\nMother is afraid of hospitals.",
        "REVIEW OF SYSTEMS:\nPatient is worried about falls.",
        "Patient Instructions\nPatient wants to walk daily.",
        "Dr. Osei was called. She is worried about the potassium.",
        "Does the patient want to go home?",
        "Risks and benefits were explained. She understands and wishes to proceed.",
        "Advance directive: none on file.",
        "No health care proxy on file.",
        "HCP form was given to her.",
        "She asked what DNR means.",
        "Code status was not discussed.",
        "Patient agrees to comply with the plan of care.",
        "She is not worried about the scan.",
        "Tolerated well and did fine with therapy.",
        "Preferred pharmacy: Main Street.",
        "Function declined over the year.",
        "He may want to see a lawyer.",
        "She was asked to keep the dressing dry.",
        "Fearful affect.",
        "No more vomiting.",
        "Wants to know if the scan is back.",
    ],
)
def test_what_nobody_said_is_left_alone(text: str) -> None:
    assert _statements(text) == []


def test_lines_below_a_heading_on_what_matters_are_statements() -> None:
    text = "WHAT MATTERS MOST:\n- Mass on Sundays\n- Her cats\n\nPLAN:\nReturn in May.\n"

    assert [(one.label, one.text) for one in _statements(text)] == [
        (Label.VALUE, "Mass on Sundays"),
        (Label.VALUE, "Her cats"),
    ]


def test_a_heading_that_nobody_answered_is_no_statement() -> None:
    assert _statements("PATIENT GOALS:\nNot assessed.\n\nFEARS:\nNone.\n") == []


def test_a_section_that_is_skipped_ends_at_the_next_heading() -> None:
    text = (
        "FAMILY HISTORY:\nSon is worried about her.\n\n"
        "PLAN: Patient wants to walk to church with her two sisters\nagain by June.\nBP 120/80"
    )

    assert _words(text) == ["Patient wants to walk to church with her two sisters\nagain by June"]


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
        "Mr. Lee", "\u2028", "'s", ")", "(", ",", "who", "per", "DNR", "HCP", "is", "goal",
        "what matters most", "important to her", "if", "not", "and", "but", "her", "no more", "strengths",
        "code status", "she would", "that",
        "CODE STATUS:", "PATIENT GOALS:", "wife", "İ",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_pieces | st.text(max_size=6), max_size=25).map(" ".join))
def test_every_finding_stands_in_the_note_word_for_word(text: str) -> None:
    found = _READER.find(layout_of(text))

    for one in found:
        assert text[one.start : one.end] == one.text
        assert one.text.strip()
        assert 0 <= one.around_start <= one.start < one.end <= len(text)
        assert one.around_end <= len(text)
    assert [one.start for one in found] == sorted(one.start for one in found)


@pytest.mark.parametrize(
    "piece",
    [
        '"',
        'patient says "',
        "« ",
        "she ",
        "Patient wants to ",
        "wants ",
        "a",
        "\n",
        ". ",
        "goal: ",
        "- ",
        "Mr. A ",
        "DNR, ",
        "her daughter says she would ",
    ],
)
def test_a_long_text_is_read_in_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))

    began = time.process_time()
    _READER.find(layout_of(text))

    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "sentence",
    [
        "The brace is the only thing that gets him through a shift",
        "Sunday dinner with the boys is what keeps her going",
        "Painting is the one thing that gets her out of bed",
    ],
)
def test_worth_of_a_thing_is_quoted_to_its_end(sentence: str) -> None:
    assert _words(f"Lives alone. {sentence}, and sleep is fine. BP 130/80.") == [sentence]


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("70M with COPD. Family agreed that he would not want dialysis.", Experiencer.PROXY_REPORT),
        (
            "70M. According to his daughter, being of use was what made a day good for him.",
            Experiencer.PROXY_REPORT,
        ),
        ("Mother declines the central line. She is worried about infection.", Experiencer.FAMILY),
        ("Husband would like to meet the team. He is hoping for more time.", Experiencer.FAMILY),
    ],
)
def test_who_agrees_declines_or_would_like_has_the_floor(text: str, whose: Experiencer) -> None:
    assert set(_whose(text)) == {whose}
