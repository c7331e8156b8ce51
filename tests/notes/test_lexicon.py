import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.errors import ConfigurationError
from smartapp.notes.lexicon import Hit, Scanner, folded_text
from smartapp.notes.lexicon_file import faults_of_lexica, read_lexicon

WORDS = ("go", "home", "goes", "want", "wants", "self", "care", "é", "no")
ENTRY = '[[cue]]\nid = "one"\nsource = "known"\nyes = ["a b", "b"]\nno = ["c"]\n'


def found(cues: dict[str, str], text: str) -> list[tuple[str, str]]:
    return [(text[hit.start : hit.end], hit.name) for hit in Scanner(cues).hits(text)]


def test_hit_tells_where_the_cue_stands_and_what_it_is_for() -> None:
    scanner = Scanner({"go home": "goal"})

    assert list(scanner.hits("He will go home.")) == [Hit(8, 15, "goal")]


@pytest.mark.parametrize(
    "text", ["Go Home", "go  home", "go\nhome", "go \n   home", "GO\thome", "go\xa0home"]
)
def test_blank_in_a_cue_is_any_short_run_of_blanks_or_one_line_break(text: str) -> None:
    assert found({"go home": "goal"}, f"x {text}, y") == [(text, "goal")]


@pytest.mark.parametrize("text", ["go\n\nhome", "go, home", "gohome", "to gogo home", "go homes"])
def test_cue_is_not_found_across_a_blank_line_nor_inside_words(text: str) -> None:
    assert found({"go home": "goal"}, text) == []


@pytest.mark.parametrize("text", ["won’t eat", "won't eat", "WON‘T EAT"])
def test_shape_of_apostrophes_does_not_count(text: str) -> None:
    assert found({"won't eat": "no"}, text) == [(text, "no")]


@pytest.mark.parametrize(
    "text", ["non-compliant", "non compliant", "noncompliant", "non‑compliant", "non-\ncompliant"]
)
def test_hyphen_in_a_cue_is_a_hyphen_a_blank_or_nothing(text: str) -> None:
    assert found({"non-compliant": "blame"}, f"is {text} with") == [(text, "blame")]


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("want~", "wants"), ("want~", "wanted"), ("refuse~", "refusing"), ("refuse~", "refused"),
        ("deny~", "denies"), ("deny~", "denied"), ("stop~ it", "stopped it"), ("wish~", "wishes"),
    ],
)  # fmt: skip
def test_tilde_stands_for_the_inflections_of_a_word(cue: str, text: str) -> None:
    assert found({cue: "x"}, f"he {text}.") == [(text, "x")]


def test_longest_cue_wins_where_several_begin() -> None:
    cues = {"go": "short", "go home": "long", "home care": "other"}

    assert found(cues, "go home care; go hom; home care") == [
        ("go home", "long"), ("go", "short"), ("home care", "other"),
    ]  # fmt: skip


def test_cue_without_tilde_names_its_words_also_where_an_inflection_is_the_same() -> None:
    assert found({"fail~": "verb", "failed": "idiom"}, "fails failed") == [
        ("fails", "verb"),
        ("failed", "idiom"),
    ]


@pytest.mark.parametrize(
    "cues",
    [
        {"": "a"},
        {"  ": "a"},
        {"~": "a"},
        {"go ~home": "a"},
        {"*go": "a"},
        {"go": "a", "Go": "b"},
        {"-".join("abcdefgh"): "a"},
    ],
)
def test_cue_that_cannot_be_looked_for_is_refused(cues: dict[str, str]) -> None:
    with pytest.raises(ValueError, match='"'):
        Scanner(cues)


def test_scanner_without_cues_finds_nothing() -> None:
    assert found({}, "go home") == []


def test_offsets_are_those_of_the_text_though_its_lower_case_is_longer() -> None:
    text = "İİİ İ go home"

    assert list(Scanner({"go home": "goal"}).hits(text)) == [Hit(6, 13, "goal")]


def test_cue_is_found_across_the_blocks_in_which_a_long_text_is_read() -> None:
    size = 1 << 18
    texts = ["x" * (size - before) + " go home and" for before in range(14)]

    assert [found({"go home": "goal", "home": "place"}, text) for text in texts] == [
        [("go home", "goal")]
    ] * 14


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), min_size=1, max_size=8),
    st.lists(st.sampled_from([*WORDS, "Go", "HOME", ",", "x"]), max_size=30),
)
@settings(max_examples=150, deadline=None)
def test_scanner_finds_what_a_naive_search_finds(cues: list[str], words: list[str]) -> None:
    text = " ".join(words)
    longest_first = sorted(set(cues), key=len, reverse=True)
    naive = re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b", re.I)

    assert [(hit.start, hit.end, hit.name) for hit in Scanner({cue: cue for cue in cues}).hits(text)] == [
        (match.start(), match.end(), match[0].lower()) for match in naive.finditer(text)
    ]


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_folded_text_keeps_every_character_in_its_place(text: str) -> None:
    assert len(folded_text(text)) == len(text)


@given(st.text(alphabet="go hme\n\tİßΣ’'-~[](){}*\\", max_size=200))
@settings(max_examples=200, deadline=None)
def test_every_hit_is_the_cue_itself_in_any_text(text: str) -> None:
    for hit in Scanner({"go home": "goal", "h-m": "x", "me'g": "y"}).hits(text):
        plain = " ".join(folded_text(text[hit.start : hit.end]).split())
        assert plain in {"go home", "h-m", "h m", "hm", "me'g", "h- m"}


def content(tmp_path: Path, lexicon: str) -> Path:
    (tmp_path / "sources.toml").write_text('[[source]]\nid = "known"\n', encoding="utf-8")
    (tmp_path / "lexicon.toml").write_text(lexicon, encoding="utf-8")
    return tmp_path


def test_entries_of_a_lexicon_come_in_order(tmp_path: Path) -> None:
    entries = read_lexicon("lexicon.toml", content(tmp_path, ENTRY + ENTRY.replace('"one"', '"two"')))

    assert [(entry.table, entry.id) for entry in entries] == [("cue", "one"), ("cue", "two")]


def test_building_block_needs_no_examples_of_its_own(tmp_path: Path) -> None:
    entries = read_lexicon("lexicon.toml", content(tmp_path, '[[group]]\nid = "who"\nwords = ["she"]\n'))

    assert [entry.id for entry in entries] == ["who"]


@pytest.mark.parametrize(
    ("lexicon", "fault"),
    [
        (
            ENTRY.replace('"known"', '"knwon"'),
            ':3: cue one: source: no "knwon" in sources.toml; did you mean "known"?',
        ),
        (ENTRY.replace("source", "sources"), ":1: cue one: source: write an id of sources.toml"),
        (ENTRY.replace('"a b", ', ""), ":4: cue one: yes: 2 or more examples are needed"),
        (ENTRY.replace('"a b"', '"b"'), ":4: cue one: yes: an example stands here twice"),
        (ENTRY.replace('["c"]', "[]"), ":5: cue one: no: 1 or more examples are needed"),
        (ENTRY.replace('["c"]', '"c"'), ':5: cue one: no: write a list of texts, for example ["one", "two"]'),
        (ENTRY.replace('id = "one"', 'id = ""'), ":2: cue: id: write a short name that no other entry has"),
        (ENTRY * 2, ":2: cue one: this id stands here twice"),
        ("[[cue\n", ":1: not valid TOML"),
    ],
)
def test_fault_in_a_lexicon_is_told_with_its_line(tmp_path: Path, lexicon: str, fault: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_lexicon("lexicon.toml", content(tmp_path, lexicon))

    assert str(refused.value.faults[0]).startswith(f"content/lexicon.toml{fault}")


def test_content_check_misses_no_lexicon_that_is_not_there(tmp_path: Path) -> None:
    faults = faults_of_lexica(content(tmp_path, ENTRY))

    assert [fault.file for fault in faults] == [
        "content/notes_context.toml", "content/notes_preferences.toml",
        "content/notes_sections.toml", "content/notes_wording.toml",
    ]  # fmt: skip


def test_phrase_of_too_many_forms_is_told_and_one_of_some_forms_is_not(tmp_path: Path) -> None:
    choice = "(a|b|c|d|e|f|g|h|i|j)"
    words = f'words = ["{choice * 6}", "({choice}|k) l? m-n"]\n'

    with pytest.raises(ConfigurationError) as refused:
        read_lexicon("lexicon.toml", content(tmp_path, ENTRY + words))

    (fault,) = refused.value.faults
    assert (fault.line, "has 1000000 forms" in fault.problem) == (6, True)
