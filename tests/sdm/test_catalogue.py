"""Loading content: everything shipped is sound, and every fault in a file is told with its line."""

import re
from collections.abc import Callable
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from smartapp.errors import ConfigurationError
from smartapp.notes.lexicon_file import LEXICA, read_lexicon
from smartapp.sdm.catalogue import faults_of_age, load_catalogue
from smartapp.sdm.conditions import AnyOf, Condition, ProblemOnList
from smartapp.sdm.knowledge import Opens, Question, Reminder, Tier
from smartapp.sdm.measured import asked
from smartapp.sdm.model import Kind
from tests.sdm.charts import shipped

CONTENT = resources.files("smartapp.content")
LAST_REVIEW = date(2026, 11, 23)
REMINDER = """
[[reminder]]
id = "S01"
version = 1
released = 2026-11-01
reviewed = 2026-11-20
reviewer = "the clinic"
moment = "room"
tier = "decision"
priority = 5
text = "Ask what a good day looks like."
when = ["diabetes"]
why = "It was asked for."
limits = "It was not tested."
sources = ["grob2019"]
reads = ["conditions"]
"""


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Path]:
    """Writes a site's own content; file names are given without their ending."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text.lstrip("\n"), encoding="utf-8")
        return tmp_path

    return write


def faults_of(extra: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue(CONTENT, extra)
    return [f"{Path(fault.file).name}:{fault.line}: {fault.problem}" for fault in caught.value.faults]


def test_shipped_catalogue_has_no_fault_and_all_37_reminders() -> None:
    catalogue = shipped()

    assert [reminder.id for reminder in sorted(catalogue.reminders, key=lambda each: each.id)] == [
        f"R{number:02}" for number in range(1, 38)
    ]
    assert faults_of_age(catalogue, LAST_REVIEW) == ()


def test_all_but_the_four_reminders_that_ask_nothing_have_a_question() -> None:
    silent = {reminder.id for reminder in shipped().reminders if reminder.question is None}

    assert silent == {"R05", "R15", "R16", "R36"}


def test_core_questions_come_first_in_their_exact_words() -> None:
    core = [question for question in shipped().questions if question.core]

    assert shipped().questions[:4] == tuple(core)
    assert [(question.text, question.kind) for question in core] == [
        ("What are you hoping for?", Kind.GOAL),
        ("What are you most worried about?", Kind.WORRY),
        ("What matters most in your daily life?", Kind.MATTERS),
        ("Who do you want to help you decide?", Kind.PEOPLE),
    ]
    assert [source.id for source in core[0].sources] == ["grob2019"]
    assert [source.id for source in core[1].sources] == ["grob2019"]


def test_all_sources_and_conditions_shipped_are_in_use() -> None:
    catalogue = shipped()
    prompts: list[Question | Reminder] = [*catalogue.questions, *catalogue.reminders]
    conditions: list[Condition] = [condition for prompt in prompts for condition in prompt.when]
    conditions += [condition for reminder in catalogue.reminders for condition in reminder.unless]
    conditions += [condition for sheet in catalogue.sheets for condition in (*sheet.when, *sheet.unless)]
    conditions += [each for condition in conditions if isinstance(condition, AnyOf) for each in condition.of]

    used = {source.id for prompt in prompts for source in prompt.sources}
    used |= {source.id for guide in catalogue.guides for source in guide.sources}
    used |= {source.id for sheet in catalogue.sheets for source in sheet.sources}
    for lexicon in LEXICA:
        used |= {str(entry.values["source"]) for entry in read_lexicon(lexicon) if "source" in entry.values}
    assert used == {source.id for source in catalogue.sources}
    assert {condition.id for condition in conditions} == {condition.id for condition in catalogue.conditions}


def test_no_rule_reads_a_code_that_names_orientation_or_a_code_known_to_mislead() -> None:
    catalogue = shipped()
    problems = [condition for condition in catalogue.conditions if isinstance(condition, ProblemOnList)]
    icd10 = {code for problem in problems for code in (*problem.codes.icd10, *problem.codes.icd10_initial)}
    snomed = {code for problem in problems for code in problem.codes.snomed}

    assert not [code for code in icd10 if code.startswith(("Z725", "M545", "Z532", "F66", "F64"))]
    assert snomed.isdisjoint({"94260004", "279039007"})


def test_no_rule_reads_a_line_that_may_be_something_else() -> None:
    """A blood gas, a race term that the name does not tell, a score that does not tell what lasts."""
    read = {code for group in asked(shipped().conditions) for code in group.codes}

    assert read.isdisjoint({"2708-6", "33914-3", "62238-1", "77147-7", "50044-7", "70969-1", "72514-3"})


@pytest.mark.parametrize(
    ("reminder", "source"),
    [("R06", "fitzgerald2019"), ("R08", "nhlbi2014"), ("R11", "vanryn2006"), ("R14", "kdigo2020"),
     ("R20", "dowell2022"), ("R22", "sullivan2018"), ("R34", "unger2021"), ("R02", "forscher2017"),
     ("R05", "lau2015"), ("R17", "valbuena2022"), ("R18", "wharton2020"), ("R27", "azimi2025"),
     ("R37", "cdcprep2021")],
)  # fmt: skip
def test_correction_to_a_reminders_sources_is_applied(reminder: str, source: str) -> None:
    found = shipped().reminder(reminder)

    assert found is not None
    assert source in {each.id for each in found.sources}


@pytest.mark.parametrize(
    ("reminder", "source"),
    [("R08", "dowell2022"), ("R11", "schulman1999"), ("R14", "delgado2022"), ("R05", "burgess2010"),
     ("R05", "johnson2016")],
)  # fmt: skip
def test_source_that_does_not_carry_a_reminder_is_gone(reminder: str, source: str) -> None:
    found = shipped().reminder(reminder)

    assert found is not None
    assert source not in {each.id for each in found.sources}


def test_site_adds_a_reminder_of_its_own(site: Callable[..., Path]) -> None:
    catalogue = load_catalogue(CONTENT, site(reminders=REMINDER))

    assert catalogue.reminders[0].id == "S01"
    added = catalogue.reminder("S01")
    assert added is not None
    assert (added.tier, added.priority, added.reviewed) == (Tier.DECISION, 5, date(2026, 11, 20))


def test_site_replaces_a_question_by_its_id(site: Callable[..., Path]) -> None:
    entry = """
        [[all_questions]]
        released = 2026-11-22
        reviewed = 2026-11-23
        reviewer = "Dr A. Example"

        [[question]]
        id = "barrier"
        text = "What makes your plan hard?"
        kind = "worry"
        topic = "access"
        moment = "room"
        order = 31
        sources = ["grob2019"]
        version = 2
    """

    catalogue = load_catalogue(CONTENT, site(questions=entry))

    replaced = catalogue.question("barrier")
    assert replaced is not None
    assert replaced.text == "What makes your plan hard?"
    assert (replaced.reviewer, replaced.reviewed) == ("Dr A. Example", date(2026, 11, 23))
    assert len(catalogue.questions) == len(shipped().questions)


def test_question_without_reviewer_and_days_is_a_fault(site: Callable[..., Path]) -> None:
    told = faults_of(site(questions='[[question]]\nid = "ours"\ntext = "How are you?"\n'))

    assert any("question ours: reviewer: write a text here" in fault for fault in told)
    assert any("question ours: reviewed: write a date" in fault for fault in told)


def test_what_a_file_says_for_all_its_questions_is_spelled_right(site: Callable[..., Path]) -> None:
    told = faults_of(site(questions='[[all_questions]]\nreviwer = "Dr A. Example"\n'))

    assert told == ['questions.toml:2: all_questions: unknown key "reviwer"; did you mean "reviewer"?']


def test_every_question_tells_who_read_it_and_when() -> None:
    for question in shipped().questions:
        assert question.reviewer
        assert question.released <= question.reviewed


def test_site_switches_a_reminder_off(site: Callable[..., Path]) -> None:
    catalogue = load_catalogue(CONTENT, site(reminders='[[reminder]]\nid = "R20"\noff = true\n'))

    assert catalogue.reminder("R20") is None
    assert len(catalogue.reminders) == len(shipped().reminders) - 1


def test_switching_off_what_is_not_there_is_a_fault(site: Callable[..., Path]) -> None:
    extra = site(reminders='[[reminder]]\nid = "R020"\noff = true\n')

    assert faults_of(extra) == [
        'reminders.toml:2: reminder R020: switched off, but there is no such id; did you mean "R20"?'
    ]


def test_switching_off_a_core_question_is_a_fault(site: Callable[..., Path]) -> None:
    extra = site(questions='[[question]]\nid = "worry"\noff = true\n')

    assert faults_of(extra) == [
        'questions.toml:None: the core question "What are you most worried about?" is missing'
    ]


def test_switching_off_the_opening_question_names_both_things_it_breaks(site: Callable[..., Path]) -> None:
    extra = site(questions='[[question]]\nid = "hope"\noff = true\n')

    assert faults_of(extra) == [
        'questions.toml:None: the core question "What are you hoping for?" is missing',
        'questions.toml:None: one question opens "usually"; found: none',
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("why =", "whi =", '12: reminder S01: unknown key "whi"; did you mean "why"?'),
        ('sources = ["grob2019"]', "", "1: reminder S01: sources: name at least one source"),
        ('"grob2019"', '"grob2018"', '14: reminder S01: unknown source "grob2018"; did you mean "grob2019"?'),
        ('["diabetes"]', '["diabets"]', '11: reminder S01: unknown condition "diabets"; did you mean "dia'),
        ('when = ["diabetes"]', "when = []", "11: reminder S01: when: name at least one condition"),
        ("2026-11-20", '"last week"', "5: reminder S01: reviewed: write a date without quotes"),
        ("2026-11-20", "2026-10-20", "5: reminder S01: reviewed: earlier than released"),
        ('"room"', '"rooms"', '7: reminder S01: moment: "rooms" is not one of'),
        ("priority = 5", 'priority = "high"', "9: reminder S01: priority: write a whole number"),
        ("Ask what", "You must ask what", '10: reminder S01: text: "must" presses'),
        ("good day", "day " * 30, "10: reminder S01: text: 35 words"),
        ("It was asked for.", "It reduces bias.", "12: reminder S01: why: claims an effect on bias"),
        ('["conditions"]', '["orders"]', "15: reminder S01: reads: the conditions read conditions"),
        ('"grob2019"]', '"grob2019"]\nquestion = "hopes"', '15: reminder S01: unknown question "hopes"'),
        ('id = "S01"', "", "1: reminder: id: write a text here"),
        ("version = 1", "", "1: reminder S01: version: write a whole number, 1 or more"),
    ],
)  # fmt: skip
def test_fault_in_a_reminder_is_told_on_its_line(
    site: Callable[..., Path], old: str, new: str, fault: str
) -> None:
    faults = faults_of(site(reminders=REMINDER.replace(old, new)))

    assert any(found.startswith(f"reminders.toml:{fault}") for found in faults), faults


def test_all_faults_of_all_files_are_told_at_once(site: Callable[..., Path]) -> None:
    extra = site(
        reminders=REMINDER.replace("2026-11-20", "true").replace("Ask what", "Women should ask what"),
        questions='[[question]]\nid = "x"\ntext = "Why!"\n',
        sources='[[source]]\nid = "y"\ncitation = "Y. 2020."\ndoi = "10.1/z"\nsupports = "s"\ngrade = "g"\n',
        conditions='[[condition]]\nid = "z"\nlabel = "z"\nform = "problem on list"\nicd10 = ["C7"]\n',
    )

    told = " | ".join(faults_of(extra))

    for part in ("reviewed: write a date", '"should" presses', '"women" names a group', "exclamation mark",
                 "kind: write a text", "the citation names another DOI", '"C7" is neither'):  # fmt: skip
        assert part in told


def test_same_id_twice_in_one_folder_is_a_fault(site: Callable[..., Path]) -> None:
    assert "reminders.toml:18: reminder S01: this id stands here twice" in faults_of(
        site(reminders=REMINDER + REMINDER)
    )


def test_faulty_condition_is_told_once_and_not_at_each_use(site: Callable[..., Path]) -> None:
    extra = site(conditions='[[condition]]\nid = "diabetes"\nlabel = "diabetes"\nform = "problem on list"\n')

    assert faults_of(extra) == [
        "conditions.toml:1: condition diabetes: give at least one code in snomed or icd10"
    ]


def test_condition_switched_off_while_in_use_is_a_fault_at_each_use(site: Callable[..., Path]) -> None:
    told = faults_of(site(conditions='[[condition]]\nid = "diabetes"\noff = true\n'))

    assert len(told) == 2
    assert all('unknown condition "diabetes"' in fault for fault in told)


def test_absence_of_a_medicine_needs_names_as_well_as_codes(site: Callable[..., Path]) -> None:
    entry = '[[condition]]\nid = "n"\nlabel = "none"\nform = "no medicine on list"\nrxnorm = ["1"]\n'

    assert faults_of(site(conditions=entry)) == [
        "conditions.toml:1: condition n: "
        "give both rxnorm codes and names: a product code alone would pass for absence"
    ]


def test_file_that_is_not_toml_is_told_with_its_line(site: Callable[..., Path]) -> None:
    told = faults_of(site(reminders='[[reminder]]\nid = "S01\n'))

    assert len(told) == 1
    assert told[0].startswith("reminders.toml:2: not valid TOML")


def test_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "reminders.toml").write_bytes(b"\xff\xfe\x00")

    assert faults_of(tmp_path) == ["reminders.toml:None: this file cannot be read as UTF-8 text"]


def test_misspelt_file_or_table_is_told_with_the_nearest_name(site: Callable[..., Path]) -> None:
    told = faults_of(site(reminder=REMINDER, questions='[[questions]]\nid = "x"\n'))

    assert told == [
        'questions.toml:1: questions x: unknown table [[questions]]; did you mean "question"?',
        'reminder.toml:None: unknown content file; did you mean "reminders.toml"?',
    ]


def test_single_table_in_place_of_a_list_is_told(site: Callable[..., Path]) -> None:
    assert faults_of(site(reminders='[reminder]\nid = "S01"\n')) == [
        "reminders.toml:None: reminder: write each entry below a [[reminder]] line of its own"
    ]


def test_site_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"

    assert faults_of(missing) == ["nowhere:None: this content folder does not exist"]


def test_words_inside_a_long_text_are_not_taken_for_headers(site: Callable[..., Path]) -> None:
    long_text = 'why = """\n[[reminder]]\nid = 7\n"""'
    text = REMINDER.replace('why = "It was asked for."', long_text).replace('["conditions"]', '["orders"]')

    assert faults_of(site(reminders=text)) == [
        "reminders.toml:18: reminder S01: reads: the conditions read conditions"
    ]


def test_review_counts_for_two_years(site: Callable[..., Path]) -> None:
    catalogue = load_catalogue(CONTENT)

    assert faults_of_age(catalogue, date(2028, 11, 22)) == ()
    faults = faults_of_age(catalogue, date(2028, 11, 24))
    dated = (*catalogue.questions, *catalogue.reminders, *catalogue.guides, *catalogue.sheets)
    assert len(faults) == len(dated)
    assert all(fault.line for fault in faults)
    assert "more than 2 years ago" in faults[0].problem


def test_review_in_the_future_is_a_fault_of_age() -> None:
    faults = faults_of_age(shipped(), date(2026, 11, 21))

    assert "is after today" in faults[0].problem


def test_place_of_a_reminder_is_the_line_of_its_header() -> None:
    place = shipped().reminders[0].place
    lines = (CONTENT / "reminders.toml").read_text(encoding="utf-8").splitlines()

    assert lines[place.line - 1] == "[[reminder]]"
    assert lines[place.line] == f'id = "{shipped().reminders[0].id}"'


def test_every_reminder_id_is_of_the_form_that_the_documents_use() -> None:
    assert all(re.fullmatch(r"R\d\d", reminder.id) for reminder in shipped().reminders)


def test_each_way_of_opening_has_its_question() -> None:
    catalogue = shipped()

    assert catalogue.opening(Opens.USUALLY).text == "What are you hoping for?"
    assert catalogue.opening(Opens.WHEN_NOTHING_IS_ON_FILE).id == "person"
