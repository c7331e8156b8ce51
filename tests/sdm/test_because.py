"""Reasons and rules in words: whole sentences of one language, with its own punctuation."""

import re

import pytest

from smartapp.app import CONTENT
from smartapp.i18n import load_languages, speaking
from smartapp.sdm.because import because, in_english
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.conditions import Condition
from smartapp.sdm.rule_words import in_words, told
from smartapp.sdm.selection import select
from smartapp.sdm.translations import load_translations
from tests.sdm.charts import chart, icd10, order, oximetry

CATALOGUE = load_catalogue(CONTENT)
LANGUAGES = load_languages()
TRANSLATIONS = load_translations(CONTENT, ["es", "zh-Hans"])
FACTS = chart(
    conditions=(icd10("I48.91"), icd10("E11.9", number=2)), orders=(order(),), values=(oximetry(91),)
)
# Names of code systems and medicines, units, and names under which a chart lists a medicine.
_NAMES = re.compile(
    r"SNOMED CT|ICD-10-CM|RxNorm|LOINC|eGFR|TFGe|THC|HIV|VIH|kg/m2|Or by name.*|O por nombre.*"
)


def reason(tag: str, reminder: str) -> str:
    (found,) = (one for one in select(CATALOGUE, FACTS).reminders if one.reminder.id == reminder)
    with speaking(LANGUAGES[tag]):
        return because(found.evidence, TRANSLATIONS.labels(tag)).text


def test_reason_is_a_sentence_of_the_page() -> None:
    assert reason("en", "R17") == ("Shown because: oxygen saturation by pulse oximetry 91 % (22 Nov 2026).")
    assert reason("es", "R17") == (
        "Se muestra porque: saturación de oxígeno por oximetría de pulso 91 % (22 nov 2026)."
    )
    assert reason("zh-Hans", "R17") == "显示原因：脉搏血氧仪测得的血氧饱和度 91 %（2026年11月22日）。"


def test_where_one_name_is_not_known_the_whole_sentence_is_english() -> None:
    (shown, *_rest) = select(CATALOGUE, FACTS).reminders
    with speaking(LANGUAGES["es"]):
        line = because(shown.evidence, lambda id_, english: None)
        (rule,) = told(shown.reminder.when, lambda id_, english: None)

    assert (line.language, rule.language) == ("en", "en")
    assert line.text == because(shown.evidence, in_english).text
    assert rule.text.startswith("The newest oxygen saturation")


@pytest.mark.parametrize("condition", CATALOGUE.conditions, ids=lambda condition: condition.id)
def test_rule_is_told_in_spanish_and_chinese_without_an_english_word(condition: Condition) -> None:
    with speaking(LANGUAGES["es"]):
        spanish = in_words(condition, TRANSLATIONS.labels("es"))
    with speaking(LANGUAGES["zh-Hans"]):
        chinese = in_words(condition, TRANSLATIONS.labels("zh-Hans"))

    assert not re.search(r"\b(the|and|or|of|is|in the|below|codes|chart)\b", _NAMES.sub("", spanish), re.I)
    assert not re.search(r"[a-z]{2,}", _NAMES.sub("", re.sub(r"按名称：.*?。", "", chinese)))
    assert not re.search(r"[一-鿿][,.;:]|[,.;:] ?[一-鿿]", chinese), chinese
    assert chinese.endswith("。")


@pytest.mark.parametrize("tag", ["en", "es", "zh-Hans"])
def test_language_of_the_page_changes_nothing_in_what_is_selected(tag: str) -> None:
    in_english_page = select(CATALOGUE, FACTS)
    with speaking(LANGUAGES[tag]):
        here = select(CATALOGUE, FACTS)

    assert here.reminders == in_english_page.reminders
    assert here.questions == in_english_page.questions
    assert [(one.reminder, one.silence) for one in here.silent] == [
        (one.reminder, one.silence) for one in in_english_page.silent
    ]
