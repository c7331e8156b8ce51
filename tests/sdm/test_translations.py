"""Translations of questions: checked, of one version, and never shown in place of something newer."""

from dataclasses import replace
from pathlib import Path

import pytest

from smartapp.app import CONTENT
from smartapp.errors import ConfigurationError
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.knowledge import Question
from smartapp.sdm.translations import Translations, Wording, load_translations, notices

SPANISH = """
[[translation]]
id = "worry"
version = 1
text = "¿Qué es lo que más le preocupa?"
state = "draft"
"""
CATALOGUE = load_catalogue(CONTENT)


def worry() -> Question:
    question = CATALOGUE.question("worry")
    assert question is not None
    return question


def folder(tmp_path: Path, text: str, name: str = "es") -> Path:
    (tmp_path / "languages").mkdir(exist_ok=True)
    (tmp_path / "languages" / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def load(tmp_path: Path, text: str, *, drafts: bool = True) -> Translations:
    return load_translations(folder(tmp_path, text), ["es"], drafts=drafts)


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text)
    return [str(fault) for fault in caught.value.faults]


def test_shipped_translations_fit_the_shipped_questions() -> None:
    shipped = load_translations(CONTENT, ["es", "zh-Hans"])

    assert notices(shipped, CATALOGUE) == ()
    assert shipped.languages == ("en", "es", "zh-Hans")
    for tag in ("es", "zh-Hans"):
        said = [shipped.wording(question, tag) for question in CATALOGUE.questions]
        assert all(each.language == tag and each.is_draft for each in said)


def test_draft_is_shown_with_its_mark(tmp_path: Path) -> None:
    said = load(tmp_path, SPANISH).wording(worry(), "es")

    assert said == Wording("¿Qué es lo que más le preocupa?", "es", is_draft=True)


def test_site_that_forbids_drafts_sees_english_until_somebody_has_reviewed_it(tmp_path: Path) -> None:
    draft = load(tmp_path, SPANISH, drafts=False)
    reviewed = SPANISH.replace('"draft"', '"reviewed"\nreviewer = "A. Ruiz, CMI"\nreviewed = 2026-11-23')

    assert draft.languages == ("en",)
    assert draft.wording(worry(), "es") == Wording(worry().text, "en", is_fallback=True)
    assert load(tmp_path, reviewed, drafts=False).wording(worry(), "es").text.startswith("¿Qué")


def test_translation_of_an_older_version_is_not_shown_and_check_says_so(tmp_path: Path) -> None:
    translations = load(tmp_path, SPANISH)
    newer = replace(worry(), version=2)
    catalogue = replace(CATALOGUE, questions=(newer,), guides=())

    assert translations.wording(newer, "es").is_fallback
    assert [str(notice) for notice in notices(translations, catalogue)] == [
        "content/languages/es.toml:2: translation worry: translates version 1; the question is at 2"
    ]


def test_check_names_what_is_not_translated_and_what_translates_nothing(tmp_path: Path) -> None:
    translations = load(tmp_path, SPANISH.replace('"worry"', '"worri"'))
    catalogue = replace(CATALOGUE, questions=(worry(),), guides=())

    told = [notice.problem for notice in notices(translations, catalogue)]

    assert told == [
        'translation worri: no question has this id; did you mean "worry"?',
        "worry: not translated yet",
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
        (
            (
                "¿Qué es lo que más le preocupa?",
                "¿Cuáles preocupaciones particularmente significativas experimenta?",
            ),
            "Fernández-Huerta",
        ),
    ],
)
def test_fault_is_told_with_its_file_and_line(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    found = faults(tmp_path, SPANISH.replace(*change))

    assert any(problem in fault and fault.startswith("content/languages/es.toml:") for fault in found), found


def test_same_question_cannot_stand_there_twice(tmp_path: Path) -> None:
    assert any("this id stands here twice" in fault for fault in faults(tmp_path, SPANISH * 2))


def test_hard_word_passes_with_a_reason(tmp_path: Path) -> None:
    hard = SPANISH.replace("¿Qué es lo que más le preocupa?", "¿Un procedimiento diagnóstico?")

    assert load(tmp_path, f'{hard}grade_exception = "the word of the consent form"\n').by_language["es"]


def test_site_replaces_one_translation_and_takes_another_away(tmp_path: Path) -> None:
    own = folder(
        tmp_path,
        SPANISH.replace("¿Qué es lo que más le preocupa?", "¿Qué le preocupa más?")
        + '\n[[translation]]\nid = "hope"\noff = true\n',
    )

    found = load_translations(CONTENT, ["es", "zh-Hans"], extra=own).by_language["es"]

    assert found["worry"].text == "¿Qué le preocupa más?"
    assert "hope" not in found
    assert "matters" in found


def test_file_of_a_language_that_the_app_does_not_speak_is_a_fault(tmp_path: Path) -> None:
    own = folder(tmp_path, SPANISH, name="fr")

    with pytest.raises(ConfigurationError, match="no language of this app"):
        load_translations(CONTENT, ["es", "zh-Hans"], extra=own)
