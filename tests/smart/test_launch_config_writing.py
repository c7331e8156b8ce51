"""What a launch file says about writing: every key becomes a setting, every fault is told with its line."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.smart.launch_file_write import check_digit
from smartapp.smart.registration import Mode, Questionnaire, Registration
from tests.smart.test_launch_config import OPEN, faults, load

WRITING = """\
[write]
order = ["Goal", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse", "clipboard"]
provenance = "never"
us_core = "7.0"
pco = true
note_type = "34117-2"
transaction = "never"

[questionnaire]
canonical = "https://ehr.example/Questionnaire/what-matters|1.2"
goal = "what-matters.1"
worry = "what-matters.2"
"""


def writing(directory: Path, text: str = WRITING) -> Registration:
    return load(directory, OPEN + text)


def test_every_key_about_writing_becomes_a_setting(tmp_path: Path) -> None:
    registration = writing(tmp_path)

    assert registration == Registration(
        id="open",
        label="Open",
        mode=Mode.OPEN,
        environment="sandbox",
        iss=("https://o.example/r4",),
        write_order=(
            "Goal", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse", "clipboard",
        ),
        provenance=False,
        transactions=False,
        us_core="7.0",
        pco=True,
        note_type="34117-2",
        questionnaire=Questionnaire(
            "https://ehr.example/Questionnaire/what-matters|1.2",
            (("goal", "what-matters.1"), ("worry", "what-matters.2")),
        ),
    )  # fmt: skip


def test_without_a_word_about_writing_everything_may_be_written_as_the_server_takes_it(
    tmp_path: Path,
) -> None:
    registration = writing(tmp_path, "")

    assert registration.write_order == (
        "Goal", "Observation", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse", "clipboard",
    )  # fmt: skip
    assert (registration.us_core, registration.pco, registration.note_type) == ("auto", False, "11506-3")
    assert (registration.provenance, registration.transactions) == (True, True)
    assert registration.questionnaire is None


def test_worked_example_of_the_docs_has_no_fault(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "connect.md").read_text(encoding="utf-8")
    [text] = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)

    registration = writing(tmp_path, text)

    assert registration.write_order == ("DocumentReference", "QuestionnaireResponse", "clipboard")
    assert registration.questionnaire is not None


def test_questions_stay_in_the_order_of_the_file_and_one_may_take_several_kinds(tmp_path: Path) -> None:
    text = WRITING + 'matters = "what-matters.2"\nhope = "what-matters.0"\n'

    questionnaire = writing(tmp_path, text).questionnaire

    assert questionnaire is not None
    assert [kind for kind, _ in questionnaire.link_ids] == ["goal", "worry", "matters", "hope"]


@pytest.mark.parametrize("us_core", ["auto", "6.1", "7.0", "8.0", "9.0", "none"])
def test_each_published_us_core_can_be_chosen(us_core: str, tmp_path: Path) -> None:
    assert writing(tmp_path, f'[write]\nus_core = "{us_core}"\n').us_core == us_core


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"List"', '"list"', "9: write.order has 'list', which is not one of Goal, Observation, CarePlan, "),
        ('"List"', '"list"', "clipboard (did you mean List?)"),
        ('"CarePlan"', '"Care Plan"', "(did you mean CarePlan?)"),
        ('"Goal", ', '"clipboard", "Goal", ', "9: write.order has 'clipboard' twice"),
        ('["Goal", ', '["Goal", "Goal+Observation", ', "9: write.order has 'Goal+Observation', which is not"),
        (
            '"QuestionnaireResponse", "clipboard"',
            '"clipboard", "QuestionnaireResponse"',
            "9: write.order has QuestionnaireResponse after clipboard, which always works: put it last",
        ),
        ('"never"', '"maybe"', "10: write.provenance is not one of if-supported, never"),
        ("us_core", "uscore", "11: write.uscore is not a key (did you mean us_core?)"),
        (
            '"7.0"',
            '"7.1"',
            "11: write.us_core is not one of auto, 6.1, 7.0, 8.0, 9.0, none (did you mean 7.0?)",
        ),
        (
            '"7.0"',
            "7.0",
            "11: write.us_core is not one of auto, 6.1, 7.0, 8.0, 9.0, none (did you mean 7.0?)",
        ),
        ("pco = true", 'pco = "yes"', "12: write.pco is neither true nor false"),
        (
            '"34117-2"',
            '"progress"',
            "13: write.note_type is 'progress', which is no LOINC code such as 11506-3",
        ),
        (
            '"34117-2"',
            '"LOINC:34117-2"',
            "13: write.note_type is 'LOINC:34117-2', which is no LOINC code such as 11506-3",
        ),
        (
            '"34117-2"',
            '"34117-3"',
            "13: write.note_type is 34117-3: the digit behind 34117 would have to be 2",
        ),
        ('"34117-2"', "34117", "13: write.note_type is not a line of text"),
        (
            'transaction = "never"',
            'transaction = "neverr"',
            "14: write.transaction is not one of if-supported, never (did you mean never?)",
        ),
        (
            "[questionnaire]",
            "[questionaire]",
            "16: [questionaire] is not a section (did you mean questionnaire?)",
        ),
        (
            "canonical =",
            "cannonical =",
            "17: questionnaire.cannonical is not a key (did you mean canonical?)",
        ),
        ("canonical =", "cannonical =", "16: questionnaire.canonical is missing"),
        (
            "https://ehr.example/Questionnaire/what-matters",
            "Questionnaire/7",
            "17: questionnaire.canonical is 'Questionnaire/7|1.2', which is no address such as https://...|1.0",
        ),
        ("what-matters|1.2", "what matters", "which is no address such as https://...|1.0"),
        ("goal =", "gaol =", "18: questionnaire.gaol is not a key (did you mean goal?)"),
        ("worry =", "planning_document =", "19: questionnaire.planning_document is not a key"),
        ('"what-matters.1"', '""', "18: questionnaire.goal is not a line of text"),
        ('"what-matters.1"', "1", "18: questionnaire.goal is not a line of text"),
        (
            'goal = "what-matters.1"\nworry = "what-matters.2"\n',
            "",
            '16: questionnaire has no question: name a kind and its linkId, such as goal = "1"',
        ),
    ],
)
def test_fault_about_writing_is_told_with_its_line(old: str, new: str, fault: str, tmp_path: Path) -> None:
    assert old in WRITING
    text = WRITING.replace(old, new)

    told = faults(tmp_path, OPEN + text)

    assert [line for line in told if fault in line], told


@pytest.mark.parametrize(
    "code",
    [
        "11506-3", "34117-2", "11488-4", "18842-5", "28570-0", "18748-4", "11502-2", "11526-1", "11504-8",
        "34111-5", "87528-6", "81340-2", "1-8",
    ],
)  # fmt: skip
def test_real_loinc_code_is_taken_as_the_type_of_the_note(code: str, tmp_path: Path) -> None:
    assert writing(tmp_path, f'[write]\nnote_type = "{code}"\n').note_type == code


@pytest.mark.parametrize("code", ["28655-1", "34745-8", "81378-8"])
def test_loinc_code_that_cannot_exist_is_a_fault(code: str, tmp_path: Path) -> None:
    """The first two stand in US Core 9.0.0's own page about writing notes."""
    (told,) = faults(tmp_path, OPEN + f'[write]\nnote_type = "{code}"\n')

    assert "the digit behind" in told


def test_clipboard_need_not_be_named_since_it_is_always_there(tmp_path: Path) -> None:
    assert writing(tmp_path, '[write]\norder = ["Goal"]\n').write_order == ("Goal",)


@given(st.text("0123456789", min_size=1, max_size=7), st.data())
def test_one_wrong_digit_of_a_loinc_number_is_always_noticed(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))

    assert check_digit(number[:place] + wrong + number[place + 1 :]) != check_digit(number)


def test_handout_is_filed_only_where_the_file_says_so(tmp_path: Path) -> None:
    silent = writing(tmp_path, "")
    asked = writing(tmp_path, '[handout]\nfile = true\ntype = "34117-2"\n')

    assert (silent.files_handout, silent.handout_type) == (False, "")
    assert (asked.files_handout, asked.handout_type) == (True, "34117-2")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("file = 1", "handout.file is neither true nor false"),
        ('type = "handout"', "handout.type is 'handout', which is no LOINC code such as 11506-3"),
        ('type = "34117-3"', "handout.type is 34117-3: the digit behind 34117 would have to be 2"),
        ("files = true", "handout.files is not a key (did you mean file?)"),
    ],
)
def test_fault_in_what_it_says_of_the_handout_is_told_at_its_line(
    tmp_path: Path, text: str, fault: str
) -> None:
    found = faults(tmp_path, f"{OPEN}[handout]\n{text}\n")

    assert found == [f"{len(OPEN.splitlines()) + 2}: {fault}"]
