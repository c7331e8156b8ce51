"""Whose a statement is: the patient, somebody close, or the patient as somebody close tells it."""

import pytest

from smartapp.notes.finding import Finding, Task
from smartapp.notes.reader import NoteReader, note_reader


@pytest.fixture(scope="module")
def reader() -> NoteReader:
    return note_reader()


def _last(reader: NoteReader, text: str) -> Finding:
    return [one for one in reader.read(text) if one.task is Task.PREFERENCE][-1]


def _whose(reader: NoteReader, text: str) -> tuple[str, str]:
    found = _last(reader, text)
    return found.experiencer.value, found.speaker


@pytest.mark.parametrize(
    "text",
    [
        "70F. Her sister died on dialysis last year. She wants to try home dialysis first.",
        "70F. Her mother had the same operation and limped. She hopes to garden again.",
        "58M. Brother wears a brace. He wants to drive his truck again.",
        "66M. Wife does the shopping. Wants to return to work.",
        "66M. Wife wishes he would rest more. Would rather sleep in the chair by the window.",
        "81F. Her daughter is anxious about falls. She wants to stay in her own house.",
        "81F. Dtr worried about the stairs.\nWants to stay in her own house.",
        "81F. Dtr worried about the stairs. Pt wants to stay in her own house.",
        "81F. Wife: tearful about the bills. Pt wants to stay in her own house.",
        "44M.\n- Wife: exhausted\n- wants to go home by the weekend",
        "44M. Surrogate: he wants his sister to speak for him.",
        "60F. HCP form: her son, not her ex; wants to hear every result first.",
        "74M. The team met with the patient and his son, and they agreed to a feeding tube.",
        "52F. The nephew wants a second opinion. She is afraid of another operation.",
        "52M. The nephew wants a second opinion. He himself wants to go home.",
    ],
)
def test_a_relative_who_is_mentioned_does_not_take_over(reader: NoteReader, text: str) -> None:
    assert _whose(reader, text) == ("patient", "")


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("61M. Wife: worried about the nights. Wants a hospital bed.", "wife"),
        ("61M. Son by phone: pushing for a nursing home now.", "son"),
        ("61M. Dtr on speaker: cannot visit before Friday. Wants everything done.", "dtr"),
        ("61M. Brother (TC, from Ohio): tired; fine with hospice.", "brother"),
        ("61M. Sister Pam (helped while he was sedated): wants him near home.", "sister Pam"),
        ("61M. Son upset at the news, fears another stroke. Wants to be called at any hour.", "son"),
        ("61M. His wife is worn out. She is not ready to consider a nursing home.", "wife"),
        ("61M. Wife (Bev) called.\n\nFor her own part she is afraid of lifting him.", "wife Bev"),
        ("61M. His wife, who flew in from Ohio, is pushing for the trial.", "wife"),
        ("61M. Mother is terrified of the seizures. She would like to go ahead with surgery.", "mother"),
        ("4F. Dad: ready for the tube. For himself: afraid of the operation.", "dad"),
        ("75F. Husband: he is afraid she is in pain.", "husband"),
        ("75F. Code status: daughters elect DNR.", "daughters"),
        ("75F. Wife by phone: long week\n\nSon at bedside: wants everything done.", "son"),
    ],
)
def test_who_has_the_floor_speaks_of_their_own_wish(reader: NoteReader, text: str, speaker: str) -> None:
    assert _whose(reader, text) == ("family", speaker)


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("61M. Wife: he is afraid of falling again.", "wife"),
        ("61M. Wife: tired herself. He wants to die at home.", "wife"),
        ("61M. Wife tearful. Says he wants to die at home.", "wife"),
        ("61M. He would hate being shaved by strangers, wife says.", "wife"),
        ("61M. Per wife, being outdoors means everything to him.", "wife"),
        ("61M. His faith is very important to him, per wife, and he rests well.", "wife"),
        ("61M. His wife is calm. She does say that he would not want to be kept on machines.", "wife"),
        (
            "61M. His wife is calm. She tells me he has told her over and over he would not want a tube.",
            "wife",
        ),
        ("61M. Wife called. He told her he is afraid of losing his mind.", "wife"),
        ("83F. Dtr Ann reports Mother told all of them she won't go back on a ventilator.", "dtr Ann"),
        ("83F. Son reached at noon. He is clear that she would not want the ICU.", "son"),
        ("83F. Son thinks she would agree to a short trial of dialysis.", "son"),
        ("83F. Niece thinks she would agree to a short trial of dialysis.", "niece"),
        ("83F. Husband is quiet. He described her as someone who would rather die at home.", "husband"),
        ('83F. Wife Ana: "He told all of us he would never want a feeding tube."', "wife Ana"),
        ("83F. Ana (niece) in room. According to Ana, being at home means everything to her.", "niece Ana"),
    ],
)
def test_what_a_relative_tells_of_the_patient_is_a_report(
    reader: NoteReader, text: str, speaker: str
) -> None:
    assert _whose(reader, text) == ("proxy-report", speaker)


def test_a_relatives_wish_is_never_the_patients_behind_a_label(reader: NoteReader) -> None:
    text = "61M. Wife: tearful, exhausted. Wants him home. Afraid of the nights. Hopes to have help."
    found = [one.experiencer.value for one in reader.read(text) if one.task is Task.PREFERENCE]
    assert found
    assert set(found) == {"family"}


def test_a_blank_line_gives_the_floor_back(reader: NoteReader) -> None:
    assert _whose(reader, "61M. Wife: tearful, exhausted.\n\nWants to go home soon.") == ("patient", "")


def test_a_list_below_a_speaker_is_the_speakers(reader: NoteReader) -> None:
    text = "61M. Seen today.\nWife:\n- wants a hospital bed\n- afraid of the nights\n"
    assert _whose(reader, text) == ("family", "wife")


def test_what_is_quoted_behind_a_label_is_the_speakers(reader: NoteReader) -> None:
    text = '61M. Sister Lorna, 3 miles off.\nTC to Lorna: "I am afraid he will fall on the stairs."'
    assert _whose(reader, text) == ("family", "sister Lorna")
