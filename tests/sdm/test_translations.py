"""Translations: checked, of one version, and never shown in place of something newer or something else."""

from dataclasses import replace
from pathlib import Path

import pytest

from smartapp.app import CONTENT
from smartapp.errors import ConfigurationError
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.knowledge import Guide, Place, Question, Reminder, Sheet
from smartapp.sdm.texts import texts_of
from smartapp.sdm.translation_check import entries_of, faults_of_translations, notices
from smartapp.sdm.translation_entries import State
from smartapp.sdm.translation_rules import numbers_in
from smartapp.sdm.translations import Translations, Wording, a_to_z, load_translations

SPANISH = """
[[translation]]
id = "worry"
version = 1
text = "¿Qué es lo que más le preocupa?"
state = "draft"
"""
REMINDER = """
[[reminder]]
id = "R01"
version = 1
text = "Deje que el relato inicial llegue a su fin antes de la primera pregunta."
why = "A 27 de 40 pacientes se les interrumpió, tras 11 segundos. Quienes terminaron tardaron 6 segundos."
limits = "Una muestra pequeña."
state = "draft"
"""
CATALOGUE = load_catalogue(CONTENT)
SHIPPED = load_translations(CONTENT, ["es", "zh-Hans"])
TAGS = ("es", "zh-Hans")


def worry() -> Question:
    question = CATALOGUE.question("worry")
    assert question is not None
    return question


def story() -> Reminder:
    reminder = CATALOGUE.reminder("R01")
    assert reminder is not None
    return reminder


def stroke() -> Sheet:
    sheet = CATALOGUE.sheet("af-stroke")
    assert sheet is not None
    return sheet


def folder(tmp_path: Path, text: str, name: str = "es") -> Path:
    file = tmp_path / "languages" / f"{name}.toml"
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_text(text, encoding="utf-8")
    return tmp_path


def load(tmp_path: Path, text: str, *, drafts: bool = True) -> Translations:
    return load_translations(folder(tmp_path, text), ["es"], drafts=drafts)


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text)
    return [str(fault) for fault in caught.value.faults]


def told_faults(tmp_path: Path, text: str) -> list[str]:
    translations = load_translations(CONTENT, TAGS, extra=folder(tmp_path, text))
    return [fault.problem for fault in faults_of_translations(translations, CATALOGUE)]


@pytest.mark.parametrize("tag", TAGS)
def test_everything_that_is_shipped_is_translated_in_its_current_version_and_marked_as_a_draft(
    tag: str,
) -> None:
    entries, found = entries_of(CATALOGUE), SHIPPED.by_language[tag]

    assert notices(SHIPPED, CATALOGUE) == ()
    assert found.keys() == entries.keys()
    assert {one.state for one in found.values()} == {State.DRAFT}
    assert SHIPPED.languages == ("en", *TAGS)
    things: tuple[Question | Reminder | Guide | Sheet, ...] = (
        *CATALOGUE.questions,
        *CATALOGUE.reminders,
        *CATALOGUE.guides,
        *CATALOGUE.sheets,
    )
    for thing in things:
        told = SHIPPED.told(thing, tag)
        assert (told.language, told.is_draft, told.is_fallback) == (tag, True, False), thing.id
    assert all(SHIPPED.label(condition, tag) for condition in CATALOGUE.conditions)


def test_shipped_translations_have_no_fault() -> None:
    assert faults_of_translations(SHIPPED, CATALOGUE) == ()


@pytest.mark.parametrize("tag", TAGS)
def test_no_shipped_translation_is_left_in_english(tag: str) -> None:
    same = [
        (key, name)
        for key, entry in entries_of(CATALOGUE).items()
        for name, text in texts_of(entry).items()
        if SHIPPED.by_language[tag][key].texts[name] == text and " " in text
    ]

    assert same == []


@pytest.mark.parametrize("tag", TAGS)
def test_sheet_keeps_every_option_with_its_facts_and_their_sources(tag: str) -> None:
    for sheet in CATALOGUE.sheets:
        told = SHIPPED.told(sheet, tag).thing
        here = {option.id: option for option in told.options}
        assert here.keys() == {option.id for option in sheet.options}
        for option in sheet.options:
            assert here[option.id].is_waiting == option.is_waiting
            assert [fact.sources for fact in here[option.id].facts] == [fact.sources for fact in option.facts]


def test_options_stand_in_the_order_of_their_names_in_each_language() -> None:
    spanish = [option.label for option in SHIPPED.told(stroke(), "es").thing.options]
    chinese = [option.label for option in SHIPPED.told(stroke(), "zh-Hans").thing.options]

    assert spanish == sorted(spanish, key=a_to_z)
    assert [label[0] for label in chinese] == ["封", "华", "暂", "直"]  # feng, hua, zan, zhi


def test_letters_with_accents_stand_beside_their_plain_ones() -> None:
    assert sorted(["zumo", "índice", "ir", "dos"], key=a_to_z) == ["dos", "índice", "ir", "zumo"]


def test_draft_is_shown_with_its_mark(tmp_path: Path) -> None:
    said = load(tmp_path, SPANISH).wording(worry(), "es")

    assert said == Wording("¿Qué es lo que más le preocupa?", "es", is_draft=True)


def test_site_that_forbids_drafts_sees_english_until_somebody_has_reviewed_it(tmp_path: Path) -> None:
    draft = load(tmp_path, SPANISH, drafts=False)
    reviewed = SPANISH.replace('"draft"', '"reviewed"\nreviewer = "A. Ruiz, CMI"\nreviewed = 2026-11-23')

    assert draft.languages == ("en",)
    assert draft.wording(worry(), "es") == Wording(worry().text, "en", is_fallback=True)
    assert load(tmp_path, reviewed, drafts=False).wording(worry(), "es").text.startswith("¿Qué")


def test_site_that_forbids_drafts_sees_all_content_in_english() -> None:
    reviewed_only = load_translations(CONTENT, TAGS, drafts=False)

    assert reviewed_only.told(stroke(), "es").is_fallback
    assert reviewed_only.told(story(), "es").thing == story()
    assert reviewed_only.label(CATALOGUE.conditions[0], "es") is None


def test_sheet_with_one_option_that_is_not_translated_is_english_from_end_to_end(tmp_path: Path) -> None:
    off = '[[option]]\nid = "af-warfarin"\noff = true\n'
    translations = load_translations(CONTENT, TAGS, extra=folder(tmp_path, off))

    told = translations.told(stroke(), "es")

    assert told.is_fallback
    assert told.thing == stroke()
    assert [str(notice.problem) for notice in notices(translations, CATALOGUE)] == [
        "option af-warfarin: not translated yet"
    ]


def test_translation_of_an_older_version_is_not_shown_and_check_says_so(tmp_path: Path) -> None:
    translations = load(tmp_path, SPANISH)
    newer = replace(worry(), version=2)
    catalogue = replace(
        CATALOGUE,
        questions=(newer,), reminders=(), guides=(), sheets=(), conditions=(), sources=(), topics=(),
    )  # fmt: skip

    assert translations.wording(newer, "es").is_fallback
    assert [str(notice) for notice in notices(translations, catalogue)] == [
        "content/languages/es.toml:2: translation worry: translates version 1; the question is at 2"
    ]


def test_name_that_changed_is_not_shown_in_its_old_translation() -> None:
    condition = next(one for one in CATALOGUE.conditions if one.id == "diabetes")
    renamed = replace(condition, label="diabetes of any type")

    assert SHIPPED.label(condition, "es") == "diabetes"
    assert SHIPPED.label(renamed, "es") is None


def test_our_translation_is_not_shown_of_an_entry_that_a_site_wrote_anew() -> None:
    theirs = replace(worry(), text="What troubles you?", place=Place("/etc/site/questions.toml", 4))

    assert SHIPPED.wording(theirs, "es") == Wording("What troubles you?", "en", is_fallback=True)
    catalogue = replace(
        CATALOGUE, questions=tuple(theirs if q.id == "worry" else q for q in CATALOGUE.questions)
    )
    assert [one.problem for one in notices(SHIPPED, catalogue)] == [
        "translation worry: translates our entry; the site has its own, and no translation of it"
    ] * len(TAGS)


def test_check_names_what_a_site_translates_that_is_not_there(tmp_path: Path) -> None:
    found = told_faults(tmp_path, SPANISH.replace('"worry"', '"worri"'))

    assert found == ['translation worri: no question has this id; did you mean "worry"?']


def test_translation_of_a_version_that_is_not_there_yet_is_a_fault(tmp_path: Path) -> None:
    found = told_faults(tmp_path, SPANISH.replace("version = 1", "version = 3"))

    assert found == ["translation worry: translates version 3, but the question is at 1"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            ("tras 11 segundos", "tras unos segundos"),
            "why: has the numbers 27, 40, 6; the English has 11",
        ),
        (('limits = "Una muestra pequeña."\n', ""), "limits: not translated"),
        (
            ("limits =", 'limts = "Una muestra."\nlimits ='),
            "limts: the English has no such text",
        ),
        (("Una muestra", "Usted debe leer: una muestra"), 'limits: "debe" presses'),
        (("pequeña.", "pequeña, sin adherencia."), 'limits: "adherencia" blames'),
        (("pequeña.", "pequeña!"), 'limits: "!" presses'),
    ],
)
def test_translation_that_says_something_else_is_a_fault(
    tmp_path: Path, change: tuple[str, str], problem: str
) -> None:
    assert told_faults(tmp_path, REMINDER) == []
    assert any(problem in each for each in told_faults(tmp_path, REMINDER.replace(*change)))


def test_translation_with_another_number_is_never_shown(tmp_path: Path) -> None:
    good = load_translations(CONTENT, TAGS, extra=folder(tmp_path, REMINDER))
    assert good.told(story(), "es").thing.limits == "Una muestra pequeña."

    other = load_translations(CONTENT, TAGS, extra=folder(tmp_path, REMINDER.replace("tras 11", "tras 110")))

    assert other.told(story(), "es").is_fallback


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2,900 people, 1.7 out of 100.", ["2900", "1.7", "100"]),
        ("baby talk (.55)", ["0.55"]),
        ("6.9 % and 28,044; 2007.", ["6.9", "28044", "2007"]),
        ("每 100 人中有 64 人，共 2900 人。", ["100", "64", "2900"]),
        ("half of the people", []),
    ],
)
def test_numbers_are_the_same_in_every_way_of_writing(text: str, numbers: list[str]) -> None:
    assert numbers_in(text) == tuple(sorted(numbers))


def test_fact_of_a_sheet_may_not_rank_in_any_language(tmp_path: Path) -> None:
    shipped = (CONTENT / "languages" / "es" / "sheets.toml").read_text(encoding="utf-8")
    ranked = shipped.replace("Puede causar sangrado.", "Es la mejor, y puede causar sangrado.")

    assert told_faults(tmp_path, ranked.replace("#", "# ")) == [
        'option af-direct: hard.1: "mejor" ranks the options; say what happens'
    ]


def test_english_needs_no_translation(tmp_path: Path) -> None:
    assert load(tmp_path, SPANISH).wording(worry(), "en") == Wording(worry().text, "en")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('"draft"', '"checked"'), 'state: "checked" is not one of draft, reviewed'),
        (('"draft"', '"reviewed"'), "reviewer: write a text here"),
        (('"draft"', '"draft"\nreviewer = "A"'), "a draft has no reviewer"),
        (("version = 1", "version = 0"), "version: write a whole number, 1 or more"),
        (("version = 1", 'version = 1\ntxt = "a"'), 'unknown key "txt"'),
        (("[[translation]]", "[[translations]]"), "unknown table [[translations]]"),
        (('text = "¿Qué es lo que más le preocupa?"', "text = 4"), "text: write a text here"),
    ],
)
def test_fault_is_told_with_its_file_and_line(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    found = faults(tmp_path, SPANISH.replace(*change))

    assert any(problem in fault and fault.startswith("content/languages/es.toml:") for fault in found), found


def test_question_that_is_hard_to_understand_is_a_fault_unless_there_is_a_reason(tmp_path: Path) -> None:
    hard = SPANISH.replace("¿Qué es lo que más le preocupa?", "¿Un procedimiento diagnóstico?")

    assert any("Fernández-Huerta" in each for each in told_faults(tmp_path, hard))
    assert told_faults(tmp_path, f'{hard}grade_exception = "the word of the consent form"\n') == []


def test_same_question_cannot_stand_there_twice(tmp_path: Path) -> None:
    assert any("this id stands here twice" in fault for fault in faults(tmp_path, SPANISH * 2))


def test_site_replaces_one_translation_and_takes_another_away(tmp_path: Path) -> None:
    own = folder(
        tmp_path,
        SPANISH.replace("¿Qué es lo que más le preocupa?", "¿Qué le preocupa más?")
        + '\n[[translation]]\nid = "hope"\noff = true\n',
    )

    found = load_translations(CONTENT, TAGS, extra=own).by_language["es"]

    assert found["translation", "worry"].texts == {"text": "¿Qué le preocupa más?"}
    assert ("translation", "hope") not in found
    assert ("translation", "matters") in found


def test_site_replaces_what_stands_in_a_folder_of_the_language(tmp_path: Path) -> None:
    own = folder(tmp_path, REMINDER, name="es/reminders")

    assert load_translations(CONTENT, TAGS, extra=own).told(story(), "es").thing.limits == (
        "Una muestra pequeña."
    )


@pytest.mark.parametrize(
    ("name", "problem"), [("fr", "no language of this app"), ("es/reminder", "unknown content file")]
)
def test_file_that_nobody_would_read_is_a_fault(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        load_translations(CONTENT, TAGS, extra=folder(tmp_path, SPANISH, name=name))
