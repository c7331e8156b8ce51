"""The language of a request: what it says, and who decides."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp import i18n
from smartapp.i18n import ENGLISH, accepted, gettext, load_languages, match, nearest, ngettext, speaking
from tests.pseudo import RIGHT_TO_LEFT, with_pseudo_languages

LANGUAGES = load_languages()
PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Hello %(name)s"
msgstr "Hola, %(name)s"

msgid "%(n)s word"
msgid_plural "%(n)s words"
msgstr[0] "%(n)s palabra"
msgstr[1] "%(n)s palabras"

#, fuzzy
msgid "Guessed"
msgstr "Adivinado"
"""


def test_outside_a_request_everything_is_english() -> None:
    assert gettext("Review and send") == "Review and send"
    assert (i18n.language(), i18n.direction()) == ("en", "ltr")


def test_message_is_filled_in_and_numbers_take_their_form(tmp_path: Path) -> None:
    (tmp_path / "messages.po").write_text(PO, encoding="utf-8")
    spanish = i18n.language_of("es", i18n.read_translations(tmp_path / "messages.po"))

    with speaking(spanish):
        said = [
            gettext("Hello %(name)s", name="Rosa"),
            *(ngettext("%(n)s word", "%(n)s words", n) for n in (1, 2)),
        ]

    assert said == ["Hola, Rosa", "1 palabra", "2 palabras"]


def test_what_nobody_translated_or_was_only_guessed_shows_in_english(tmp_path: Path) -> None:
    (tmp_path / "messages.po").write_text(PO, encoding="utf-8")
    spanish = i18n.language_of("es", i18n.read_translations(tmp_path / "messages.po"))

    with speaking(spanish):
        assert gettext("Send now") == "Send now"
        assert gettext("Guessed") == "Guessed"


def test_empty_message_does_not_show_the_header_of_the_file() -> None:
    with speaking(LANGUAGES["es"]):
        assert gettext("") == ""


def test_language_ends_with_its_request() -> None:
    with speaking(RIGHT_TO_LEFT):
        assert (i18n.language(), i18n.direction()) == ("ar-XB", "rtl")

    assert i18n.language() == "en"


def test_per_cent_sign_of_a_message_without_values_stays() -> None:
    assert gettext("100 % sure") == "100 % sure"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["es-MX"], "es"),
        (["fr", "es"], "es"),
        (["zh-CN"], "zh-Hans"),
        (["zh"], "zh-Hans"),
        (["zh-Hans-SG"], "zh-Hans"),
        (["zh-TW"], None),
        (["zh-Hant"], None),
        (["EN_us"], "en"),
        (["fr"], None),
        ([], None),
        ([""], None),
    ],
)
def test_language_of_a_tag_is_found(wanted: list[str], found: str | None) -> None:
    assert match(wanted, LANGUAGES) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["zh-TW"], "zh-Hans"),
        (["zh-Hant"], "zh-Hans"),
        (["zh_HK"], "zh-Hans"),
        (["zh-TW", "en"], "en"),
        (["zh-Hant", "es"], "es"),
        (["fr"], None),
    ],
)
def test_who_reads_traditional_chinese_gets_simplified_where_nothing_else_is_asked_for(
    wanted: list[str], found: str | None
) -> None:
    assert nearest(wanted, LANGUAGES) == found


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("es-MX,es;q=0.9,en;q=0.5", ("es-MX", "es", "en")),
        ("en;q=0.5, zh-CN", ("zh-CN", "en")),
        ("*", ()),
        ("es;q=0", ()),
        ("es;q=high", ()),
        ("", ()),
    ],
)
def test_browsers_languages_are_read_best_first(header: str, tags: tuple[str, ...]) -> None:
    assert accepted(header) == tags


@given(st.text(max_size=200))
@settings(max_examples=80)
def test_any_header_is_read_without_an_error(header: str) -> None:
    assert match(accepted(header), LANGUAGES) in {None, *LANGUAGES}


def test_each_language_is_named_in_itself() -> None:
    assert [language.name for language in LANGUAGES.values()] == ["English", "Español", "中文 (简体)"]


def test_languages_for_tests_are_not_offered() -> None:
    assert set(with_pseudo_languages()) - set(LANGUAGES) == {"en-XA", "ar-XB"}
    assert LANGUAGES["en"] is ENGLISH
