"""The handout's texts: what is shipped is whole and plain, and a site's own are checked line by line."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from smartapp.errors import ConfigurationError
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.handout_content import faults_of_handouts, fixed_lines, load_handouts, sentences
from smartapp.sdm.handout_texts import TEXTS, Paper, SiteLines
from smartapp.sdm.reading_level import reading_level
from tests.sdm.handouts import CONTENT, TAGS, language, shipped

Write = Callable[..., Path]


@pytest.fixture
def site(tmp_path: Path) -> Write:
    """Writes files of a site's own folder, named by what follows `handout_`."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            file = f"handout_{name.replace('_', '-')}.toml"
            (tmp_path / file).write_text(text.lstrip("\n"), encoding="utf-8")
        return tmp_path

    return write


def faults_of(extra: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_handouts(CONTENT, extra)
    return [f"{Path(fault.file).name}:{fault.line}: {fault.problem}" for fault in caught.value.faults]


def test_shipped_languages_are_whole_and_only_english_is_no_translation() -> None:
    found = shipped().languages

    assert tuple(found) == TAGS
    assert all(each.texts.keys() == TEXTS.keys() for each in found.values())
    assert [tag for tag, each in found.items() if each.is_draft] == ["es", "zh-Hans"]


def test_shipped_texts_have_no_fault() -> None:
    assert faults_of_handouts(shipped()) == ()


@pytest.mark.parametrize("tag", TAGS)
def test_all_texts_of_a_language_together_are_plain(tag: str) -> None:
    for lines in (fixed_lines(language(tag)), sentences(language(tag))):
        level = reading_level(lines, tag)
        assert level is not None
        assert level.is_plain, level.told


def test_english_sentences_are_short() -> None:
    sentences = [each for text in fixed_lines(language("en")) for each in re.split(r"(?<=[.?:])\s", text)]

    assert max(len(each.split()) for each in sentences) <= 15


def test_without_drafts_only_english_is_offered() -> None:
    assert list(shipped().offered(drafts=False)) == ["en"]


def test_english_is_offered_whatever_a_site_writes(site: Write) -> None:
    own = site(en='[[text]]\nid = "title"\ntext = "For you"\nstate = "draft"\n')

    assert list(load_handouts(CONTENT, own).offered(drafts=False)) == ["en"]


def test_site_replaces_a_text_and_names_its_reviewer(site: Write) -> None:
    own = site(
        es="""
[[text]]
id = "title"
text = "Lo importante para usted"
state = "reviewed"
reviewer = "L. Ejemplo, traductora certificada"
reviewed = 2026-11-20
"""
    )

    found = load_handouts(CONTENT, own).languages["es"]

    assert found.say("title") == "Lo importante para usted"
    assert found.texts["title"].reviewer == "L. Ejemplo, traductora certificada"
    assert found.is_draft


REVIEWED = """
[[language]]
id = "es"
name = "Español"
direction = "ltr"
version = {version}
state = "reviewed"
reviewer = "L. Ejemplo, traductora certificada"
reviewed = 2026-11-20
"""


def test_site_whose_translator_read_everything_has_no_draft(site: Write) -> None:
    found = load_handouts(CONTENT, site(es=REVIEWED.format(version=1)))

    assert list(found.offered(drafts=False)) == ["en", "es"]


def test_review_of_another_version_does_not_hold(site: Write) -> None:
    assert faults_of(site(es=REVIEWED.format(version=2))) == [
        "handout_es.toml:5: language es: version: the texts are version 1"
    ]


def test_site_prints_its_own_numbers_and_switches_links_off(site: Write) -> None:
    own = site(
        site="""
[[site]]
clinic = "Cedar Hill Family Medicine"
call = "555-0117"
paper = "a4"
education_links = false
"""
    )

    assert load_handouts(CONTENT, own).site == SiteLines(
        clinic="Cedar Hill Family Medicine", call="555-0117", paper=Paper.A4, education_links=False
    )


def test_every_fault_is_told_with_its_line(site: Write) -> None:
    own = site(
        site='[[site]]\ncal = "555"\npaper = "a5"\n',
        es="""
[[text]]
id = "titel"
text = "Lo que importa"

[[text]]
id = "for_name"
text = "Para usted."

[[tekst]]
id = "told"
text = "Dicho"

[[text]]
id = "ask"
text = "¿Qué preguntas?"
reviewer = "Nobody"
""",
        fr="""
[[language]]
id = "fr"
name = "Français"
direction = "ltr"
version = 1
state = "draft"
""",
    )

    assert faults_of(own) == [
        'handout_es.toml:2: text titel: there is no text "titel"; did you mean "title"?',
        "handout_es.toml:7: text for_name: text: has to hold {name}, and no other braces",
        "handout_es.toml:9: tekst told: unknown table [[tekst]]; did you mean [[text]]?".replace(
            "[[text]]", '"text"'
        ),
        "handout_es.toml:13: text ask: state: write a text here",
        'handout_es.toml:16: text ask: reviewer: belongs to state = "reviewed"',
        f"handout_fr.toml:1: language fr: these texts are missing: {', '.join(sorted(TEXTS))}",
        'handout_site.toml:2: site: unknown key "cal"; did you mean "call"?',
        'handout_site.toml:3: site: paper: "a5" is not one of letter, a4',
    ]


HARD = "Individualized multidisciplinary rehabilitation necessitates comprehensive evaluation."


def test_words_that_blame_and_hard_texts_are_told_by_the_check(site: Write) -> None:
    plain = [id_ for id_, values in TEXTS.items() if not values and id_ != "title"]
    texts = ["What you refused", *(HARD for _ in plain)]
    own = site(
        en="\n".join(
            f'[[text]]\nid = "{id_}"\ntext = "{text}"\n'
            for id_, text in zip(["title", *plain], texts, strict=True)
        )
    )

    problems = [fault.problem for fault in faults_of_handouts(load_handouts(CONTENT, own))]

    assert any("refused" in problem for problem in problems)
    assert any("Flesch-Kincaid" in problem for problem in problems)


def test_catalogue_leaves_the_handouts_files_to_it(site: Write) -> None:
    beside = load_catalogue(CONTENT, site(site='[[site]]\ncall = "555-0117"\n', es=""))

    assert beside == load_catalogue(CONTENT)
    assert len(beside.questions) > len(TAGS)
