import re
from itertools import pairwise
from typing import SupportsIndex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.errors import ConfigurationError
from smartapp.notes.headings import headings
from smartapp.notes.layout import LONGEST_SENTENCE, layout_of
from smartapp.notes.lexicon_file import read_lexicon
from smartapp.notes.section_names import Role, read_section_names, section_names
from smartapp.sdm.content_text import Entry

ENTRIES = read_lexicon("notes_sections.toml")
SECTION_ROLES = [entry for entry in ENTRIES if entry.values["role"] in list(Role)]
PIECES = st.sampled_from(
    [
        "PLAN:",
        "Goals: ",
        "\n",
        "\n\n",
        ".",
        ". ",
        ":",
        " ",
        "   ",
        "a",
        "Word",
        "FAMILY HISTORY",
        "Mother:",
        "#",
        "**",
        "- ",
        "[ ] ",
        "[x] ",
        "☐",
        "1. ",
        "Dr.",
        ",",
        '"',
        "“",
        "”",
        "İ",
        "é",
        "\t",
        "|",
        "____",
        "***",
        "---\n",
        "p.o.",
        "…",
        "\r\n",
        "\u2028",
    ]
)
NOTES = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200)


def roles(text: str) -> list[tuple[str, Role]]:
    return [(section.heading, section.role) for section in layout_of(text).sections]


def sentence(text: str, at: str) -> str:
    span = layout_of(text).sentence_at(text.index(at))
    return text[span.start : span.end]


def role_at(text: str, at: str) -> Role:
    return layout_of(text).section_at(text.index(at)).role


def listed(entry: Entry, key: str) -> list[str]:
    values = entry.values[key]
    assert isinstance(values, list)
    return values


@pytest.mark.parametrize(
    "text",
    [
        "FAMILY HISTORY\nstroke here",
        "Family History\nstroke here",
        "family history:\nstroke here",
        "FAMILY HISTORY: stroke here",
        "Family history - stroke\nFamily Hx: stroke here",
        "# Family history\nstroke here",
        "### Family History ###\nstroke here",
        "**Family History**\nstroke here",
        "**Family History:** stroke here",
        "__Family history__: stroke here",
        "Family History\n--------------\nstroke here",
        "=== Family History ===\nstroke here",
        "[Family History]\nstroke here",
        "4. FAMILY HISTORY: stroke here",
        "IV. Family history:\n   stroke here",
        "a) Family History\nstroke here",
        "• Family history: stroke here",
        "She was seen today.,FAMILY HISTORY:,  stroke here",
        "She was seen today. FAMILY HISTORY:  , stroke here",
        "Code Status: DNR  Family History: stroke here",
        "Code Status: DNR Family History: stroke here",
        "Code Status: DNR | Family History: stroke here",
        "PERTINENT FAMILY HISTORY (by phone): stroke here",
        "FAMILY HISTORY AND GENETICS: stroke here",
        "Seen.\nFAMILY HISTORY OF THE PATIENT\nstroke here",
        "Antecedentes familiares: stroke here",
    ],
)
def test_family_history_is_known_in_any_layout(text: str) -> None:
    assert role_at(text, "stroke here") is Role.FAMILY_HISTORY


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("GOALS OF CARE", Role.PREFERENCES),
        ("What Matters Most", Role.PREFERENCES),
        ("Patient's Goals", Role.PREFERENCES),
        ("SHORT-TERM GOALS (2 weeks)", Role.THERAPY_GOALS),
        ("Pt Goals", Role.THERAPY_GOALS),
        ("A/P", Role.PLAN),
        ("Assessment & Plan", Role.PLAN),
        ("Social Hx", Role.SOCIAL_HISTORY),
        ("Subjective / HPI", Role.SUBJECTIVE),
        ("Objetivos del paciente", Role.PREFERENCES),
        ("Revisión por sistemas", Role.REVIEW_OF_SYSTEMS),
        ("Outpatient Plan", Role.PLAN),
        ("Advance Directives", Role.CODE_STATUS),
        ("Nursing Goals for Shift", Role.THERAPY_GOALS),
        ("Signature", Role.BOILERPLATE),
        ("Active Problem List", Role.CODED_LIST),
        ("Vital Signs", Role.EXAM),
        ("Laboratory Data", Role.RESULTS),
        ("Patient Education", Role.INSTRUCTIONS),
        ("Weather Report", Role.ORDINARY),
    ],
)
def test_heading_tells_what_its_section_is_for(heading: str, role: Role) -> None:
    assert role_at(f"{heading}:\nsome words here", "some words") is role


@pytest.mark.parametrize("entry", SECTION_ROLES, ids=lambda entry: str(entry.id))
def test_every_entry_of_the_section_names_keeps_its_examples(entry: Entry) -> None:
    role = entry.values["role"]
    for line in listed(entry, "yes"):
        assert layout_of(f"It rained.\n\n{line}\nHere").sections[-1].role == role, line
        assert layout_of(f"It rained.\n\n{line}\nHere").sections[-1].heading, line
    for line in listed(entry, "no"):
        own = [section for section in layout_of(f"It rained.\n{line}\n").sections if section.heading]
        assert all(section.role != role or section.role is Role.ORDINARY for section in own), line


@pytest.mark.parametrize("line", ["Maternal side: stroke", "HEENT: moist", "Abdomen: soft"])
@pytest.mark.parametrize("heading", ["FAMILY HISTORY:", "Physical Exam:", "# Review of Systems"])
def test_part_of_a_section_keeps_what_the_section_is_for(heading: str, line: str) -> None:
    first = layout_of(f"{heading}\nx").sections[-1].role

    assert role_at(f"{heading}\n{line}\n\n{line} again", "again") is first


@pytest.mark.parametrize("word", ["DNR", "FULL CODE", "NKDA", "Dnr/Dni"])
def test_answer_in_capitals_is_no_heading(word: str) -> None:
    assert role_at(f"CODE STATUS\n{word}\nas before", "as before") is Role.CODE_STATUS


@pytest.mark.parametrize(
    "line",
    [
        "Wife adds: he sleeps badly",
        'Patient said: "I am fine"',
        "She has these: cats",
        "at 10:30",
        "see https://x.example:80/a: b",
        "ratio 3:1",
    ],
)
def test_words_before_a_colon_that_begin_a_sentence_are_no_heading(line: str) -> None:
    assert len(layout_of(line).sections) == 1


def test_unknown_heading_ends_a_section_when_it_stands_out_as_much() -> None:
    text = "FAMILY HISTORY:\nCancer: aunt\nJob satisfaction: low\nTHE CAT: fed\n"

    assert [role for _, role in roles(text)] == [Role.FAMILY_HISTORY] * 3 + [Role.ORDINARY]


def test_unknown_heading_behind_a_blank_line_ends_a_section_that_began_as_quietly() -> None:
    assert roles("Family history: stroke\nCancer: aunt\n\nThe cat: fed")[-2:] == [
        ("Cancer", Role.FAMILY_HISTORY),
        ("The cat", Role.ORDINARY),
    ]


def test_narrative_behind_a_blank_line_is_no_longer_family_history() -> None:
    text = "Goals of care: talked.\n\nmore of it\nFamily history: none\n\nHe wants to go home."

    assert role_at(text, "He wants") is Role.ORDINARY
    assert role_at(text, "more of") is Role.PREFERENCES


@pytest.mark.parametrize("line", ["- Family history", "* FAMILY HISTORY", "• Family Hx"])
def test_item_of_a_list_is_no_heading(line: str) -> None:
    assert len(layout_of(f"Talked about:\n{line}\n- the cat").sections) == 1


def test_speaker_ends_what_nobody_says_and_stays_in_the_sentence() -> None:
    text = "Exam: lungs clear.\nWife: worried about the stairs.\nFAMILY HISTORY:\nMother: stroke."

    assert role_at(text, "worried") is Role.ORDINARY
    assert sentence(text, "worried") == "Wife: worried about the stairs."
    assert role_at(text, "stroke") is Role.FAMILY_HISTORY


def test_section_of_an_offset_inside_a_heading_is_that_of_the_heading() -> None:
    layout = layout_of("Hello.\n## Goals\nDance")

    assert [layout.section_at(offset).heading for offset in (0, 7, 12, 16)] == ["", "Goals", "Goals", "Goals"]


def test_transcribed_report_without_line_breaks_is_read_by_its_headings() -> None:
    text = (
        "SUBJECTIVE:,  She came alone.,PAST MEDICAL HISTORY:  ,1. Gout.,2.  Asthma.,"
        "FAMILY HISTORY: , None.,PLAN:,  Rest."
    )

    assert roles(text) == [
        ("SUBJECTIVE", Role.SUBJECTIVE),
        ("PAST MEDICAL HISTORY", Role.ORDINARY),
        ("FAMILY HISTORY", Role.FAMILY_HISTORY),
        ("PLAN", Role.PLAN),
    ]
    assert [sentence(text, at) for at in ("came", "Gout", "Asthma", "None", "Rest")] == [
        "She came alone.",
        "Gout.",
        "Asthma.",
        "None.",
        "Rest.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. Here we go now. Then not.", "Here we go now."),
        (
            "Seen by Dr. Here at 2.5 mg p.o. b.i.d. with food. Then not.",
            "Seen by Dr. Here at 2.5 mg p.o. b.i.d. with food.",
        ),
        ("Seen by Maria J. Here today. Then.", "Seen by Maria J. Here today."),
        ("Takes vitamin D. Here it is. Then.", "Here it is."),
        ("Cancer at stage C. Here it is. Then.", "Here it is."),
        ("See no. 3 Here e.g. bread. Then.", "See no. 3 Here e.g. bread."),
        ('She said, "I want to go. Here I am tired." Then.', 'Here I am tired."'),
        ("Tired... Here it is; and so on? Then.", "Here it is; and so on?"),
        ("Well... not Here yet. Then.", "Well... not Here yet."),
        ("pt sleepy. Here by 5. she ate", "Here by 5."),
        ("- one\n- Here two\n- three", "Here two"),
        ("1. one\n2. Here two\n3. three", "Here two"),
        ("* Here\nGo on", "Here"),
        ("pt resting\nHere to go home\ndenies pain", "Here to go home"),
        ("She wants to\nHere go home. No.", "She wants to\nHere go home."),
        ("| one | Here two | three |", "Here two"),
        ("one\tHere two\tthree", "Here two"),
        ("[ ] one [x] Here two [ ] three", "Here two"),
        ("☐ one ☒ Here two ☐ three", "Here two"),
        ("one\n\nHere two\n\nthree", "Here two"),
        ("Goals: Here it is. Then.", "Here it is."),
        ("He asked (twice.) Here it is.", "Here it is."),
        ("Pt. Here said so. Then.", "Pt. Here said so."),
    ],
)
def test_sentence_is_found_from_inside_it(text: str, expected: str) -> None:
    assert sentence(text, "Here") == expected


def test_line_wrapped_by_hand_goes_on() -> None:
    first = "The patient talked for a long while today about the garden and told"
    text = f"{first}\nMaria that she wants to see it once more before the end of the\nsummer. Then not."

    assert sentence(text, "wants").startswith("The patient talked")
    assert sentence(text, "wants").endswith("summer.")


def test_quotation_over_two_lines_is_one() -> None:
    assert (
        sentence('She said "to go\nto my garden" and wept', "garden")
        == 'She said "to go\nto my garden" and wept'
    )


def test_sentence_of_a_heading_is_the_heading_with_what_follows_it() -> None:
    assert sentence("Ok.\nBiggest fear: being a burden. She wept.", "fear") == "Biggest fear: being a burden."
    assert sentence("CODE STATUS\nDNR\nas before", "STATUS") == "CODE STATUS\nDNR"


@pytest.mark.parametrize(
    ("line", "is_form"),
    [
        ("Goals: ____", True),
        ("Patient goals: ***", True),
        ("[ ] DNR  [ ] Full code", True),
        ("Goal: @GOAL@", True),
        ("Goal: {goals:1234}", True),
        ("☐ wants CPR ☐ does not", True),
        ("Wants CPR: Yes / No", True),
        ("CPR (circle one): do or not", True),
        ("Goal: <insert goal>", True),
        ("Goals: ......", True),
        ("( ) home ( ) hospital", True),
        ("[x] DNR  [ ] Full code", False),
        ("☐ wants CPR ☒ does not", False),
        ("Goals: __walk the dog__", False),
        ("Goals: to walk", False),
        ("***Goals*** to walk", False),
        ("He wants... more", False),
        ("(x) home ( ) hospital", False),
    ],
)
def test_line_of_a_form_that_nobody_answered_is_told(line: str, is_form: bool) -> None:
    text = f"Before it: ____\n{line}\n[x] after"

    assert layout_of(text).is_form_line(text.index(line) + 2) is is_form


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[x] Here [ ] other", True),
        ("[ ] Here [x] other", False),
        ("☒ Here ☐ other", True),
        ("[X]Here", True),
        ("(x) Here", True),
        ("( ) Here", False),
        ("Code: [ ] other [x] Here", True),
        ("Here [x] other [ ]", True),
        ("Here [ ]", False),
        ("Here it is", None),
        ("Here: [x] one [ ] other", None),
        ("[✓] Here", True),
        ("☐ other ☑ Here", True),
    ],
)
def test_box_tells_whether_its_words_are_ticked(line: str, expected: bool | None) -> None:
    text = f"[x] above\n{line}\n[x] below"

    assert layout_of(text).is_checked(text.index("Here")) is expected


@given(NOTES)
@settings(max_examples=300, deadline=None)
def test_sections_follow_one_another_and_cover_the_text(text: str) -> None:
    sections = layout_of(text).sections

    assert sections[0].heading_start == 0
    assert sections[-1].end == len(text)
    for section, following in pairwise(sections):
        assert (
            section.heading_start <= section.start <= section.end == following.heading_start < following.end
            or not following.heading
        )
    assert all(section.heading in text[section.heading_start : section.start] for section in sections)


@given(NOTES, st.data())
@settings(max_examples=300, deadline=None)
def test_sentence_lies_in_its_section_around_the_offset(text: str, data: st.DataObject) -> None:
    layout = layout_of(text)
    offset = data.draw(st.integers(0, len(text)))

    span, section = layout.sentence_at(offset), layout.section_at(offset)

    assert section.heading_start <= span.start <= span.end <= section.end
    assert span.end - span.start <= LONGEST_SENTENCE
    assert layout.is_form_line(offset) in (True, False)
    assert layout.is_checked(offset) in (True, False, None)


@given(NOTES, st.data())
@settings(max_examples=300, deadline=None)
def test_every_place_in_a_short_sentence_finds_the_same_sentence(text: str, data: st.DataObject) -> None:
    layout = layout_of(text[:200])
    section = data.draw(st.sampled_from(layout.sections))
    if section.start < section.end:
        span = layout.sentence_at(data.draw(st.integers(section.start, section.end - 1)))
        found = {layout.sentence_at(at) for at in range(span.start, span.end)}
        assert found <= {span}


@pytest.mark.parametrize(
    "piece",
    [
        "word ",
        "\n",
        "PLAN:\nx\n",
        "PLAN: ",
        ":",
        "a: ",
        "A",
        ". ",
        "A. ",
        "[ ] ",
        "#",
        "**",
        "-\n",
        "| ",
        " ",
        "\t",
        "[",
        '"',
        "Goals\n",
        "a\n",
        "1. ",
    ],
)
def test_work_grows_no_faster_than_the_text(piece: str) -> None:
    assert _looked_at(piece * 4000) <= 2.2 * _looked_at(piece * 2000) + 1000


def _looked_at(text: str) -> int:
    """Characters that reading the text takes out of it and looks at, one slice after another."""
    counted = _Counted(text)
    list(headings(counted, section_names()))
    return counted.looked_at


class _Counted(str):
    __slots__ = ("looked_at",)
    looked_at: int

    def __new__(cls, text: str) -> "_Counted":
        made = super().__new__(cls, text)
        made.looked_at = 0
        return made

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        piece = str.__getitem__(self, key)
        self.looked_at += len(piece)
        return piece


def test_long_text_without_a_full_stop_has_sentences_of_bounded_length() -> None:
    layout = layout_of("word " * 1_000_000)

    assert {
        layout.sentence_at(at).end - layout.sentence_at(at).start <= LONGEST_SENTENCE
        for at in (0, 2_500_000, 4_999_999)
    } == {True}


def test_hundred_thousand_headings_are_a_hundred_thousand_sections() -> None:
    layout = layout_of("PLAN:\nrest\n" * 100_000)

    assert len(layout.sections) == 100_000
    assert layout.section_at(600_000).role is Role.PLAN


def test_empty_text_has_one_empty_section() -> None:
    layout = layout_of("")

    assert layout.section_at(0).role is Role.ORDINARY
    assert layout.sentence_at(0).start == layout.sentence_at(0).end == 0


def test_section_names_have_more_than_two_hundred_headings() -> None:
    assert sum(len(listed(entry, "names")) for entry in SECTION_ROLES) > 200


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"id": "a", "role": "plan", "names": ["plan", "Plan"]}, '"plan" stands here twice'),
        ({"id": "a", "role": "plans", "names": ["plan"]}, "role: write one of"),
        ({"id": "a", "role": "plan", "names": []}, "names: write a list of texts"),
        ({"id": "a", "role": "plan", "names": ["x y"], "nmaes": []}, 'unknown key "nmaes"'),
    ],
)
def test_fault_in_the_section_names_is_told(values: dict[str, object], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(fault)):
        read_section_names([Entry("heading", values, "notes_sections.toml", 1, {})])
