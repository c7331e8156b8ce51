"""Measures of how plain a text is, held against figures that were counted apart."""

import pytest

from smartapp.sdm.reading_level import characters_a_sentence, fernandez_huerta, reading_level


def test_spanish_ease_is_counted_from_syllables_and_words() -> None:
    # 5 words, 1 sentence, 8 syllables: 206.84 - 60 * 8 / 5 - 1.02 * 5
    assert fernandez_huerta("El gato bebe su leche.") == 105.7


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("país", 2), ("agua", 2), ("leer", 2), ("quiere", 2), ("guitarra", 3), ("muy", 1), ("cuidado", 3)],
)
def test_spanish_vowels_join_and_part_as_they_are_spoken(word: str, syllables: int) -> None:
    assert fernandez_huerta(word) == round(206.84 - 60 * syllables - 1.02, 1)


def test_chinese_sentences_are_counted_in_characters() -> None:
    assert characters_a_sentence("您好。您有哪些选择？Rosa 12") == 4.0


def test_line_without_a_full_stop_ends_a_sentence() -> None:
    assert reading_level(["您的目标", "您的希望"], "zh-Hans") == reading_level(["您的目标。您的希望。"], "zh")


def test_language_without_a_measure_has_no_level() -> None:
    assert reading_level(["Bonjour."], "fr") is None
    assert reading_level(["", " "], "en") is None


def test_level_tells_its_limit() -> None:
    level = reading_level(["You can call us."], "en")

    assert level is not None
    assert level.is_plain
    assert level.told.endswith(", at most 6")
