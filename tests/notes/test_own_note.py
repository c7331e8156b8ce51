"""The app's own note read back: every statement as it was typed, and nobody else's words among them."""

import time
from dataclasses import fields
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from smartapp.notes.own_note import NotedStatement, chosen_in, own_notes
from smartapp.sdm.choices import CHOICES
from smartapp.sdm.model import RECORDABLE_KINDS, DraftStatement, Kind, SaidBy
from smartapp.sdm.wording import KIND_WORDS
from smartapp.writing.note_text import line, note_text

ON = date(2026, 6, 9)
RECORDER = "Dr Ada Osei"
_NAMED = {SaidBy.RELATED_PERSON, SaidBy.REPORTED}
_ANY = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
_TYPED = st.text(
    st.sampled_from("abc ñ日’“”\"'.,:;()<&\n\t1-") | _ANY,
    min_size=1,
    max_size=60,
)
_NAMES = st.text(st.sampled_from("Maria Ernesto, (son)é’.-"), min_size=1, max_size=30).map(str.strip)

_PIECES = ("Goal: ", "Hope (", "): ", '"', "\n", "x", "Recorded by A.", " Target 9 Jun 2026.", "8 of 10")
_HEAD = "What matters to Rosa (9 Jun 2026)\n"


@st.composite
def drafts(draw: st.DrawFn) -> DraftStatement:
    """What the questions page can make, and the speakers that it cannot."""
    kind = draw(st.sampled_from(RECORDABLE_KINDS))
    said_by = draw(st.sampled_from(SaidBy))
    choice = draw(st.sampled_from(["", *CHOICES.get(kind, {})]))
    label = CHOICES[kind][choice] if choice else ""
    words = draw(st.just(label) | _TYPED) if label else draw(_TYPED)
    return DraftStatement(
        id="d",
        kind=kind,
        words=words,
        said_by=said_by,
        speaker=draw(_NAMES) if said_by in _NAMED else "",
        verbatim=draw(st.booleans()),
        due=draw(st.none() | st.dates(date(2026, 6, 9), date(2036, 1, 1))) if kind is Kind.GOAL else None,
        choice=choice,
    )


def noted(draft: DraftStatement) -> NotedStatement:
    """What is to be read back. Blanks around words that stand without quotation marks are lost."""
    is_quoted = draft.verbatim and draft.kind is not Kind.PRIORITIES
    return NotedStatement(
        **{each.name: getattr(draft, each.name) for each in fields(NotedStatement)}
        | {"words": draft.words if is_quoted else draft.words.strip()}
    )


def is_plain(draft: DraftStatement) -> bool:
    """Whether its words have no line that reads as a statement or as the last line, none that ends like a
    quotation, no label of a choice that was not made, and no second target.
    """
    starts = tuple(KIND_WORDS.values())
    lines = [one.strip() for one in draft.words.split("\n")]
    is_like_ours = any(one.startswith((*starts, "Recorded by", "What matters to")) for one in lines)
    until = [at for at in range(len(draft.words)) if draft.words.startswith('"\n', at)]
    is_cut = any(draft.words[: at + 1].count('"') % 2 for at in until)
    return (
        not is_like_ours
        and not (draft.verbatim and is_cut)
        and bool(draft.words.strip())
        and (draft.verbatim or bool(draft.choice) or not chosen_in(draft.kind, draft.words.strip())[0])
        and "): " not in draft.speaker
        and "Target" not in draft.words
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(drafts(), min_size=1, max_size=5), st.booleans())
def test_every_statement_of_a_note_is_read_back_as_it_was_typed(
    typed: list[DraftStatement], read_back: bool
) -> None:
    assume(all(is_plain(draft) for draft in typed))
    text = note_text(typed, patient_name="DELGADO, Rosa (Mrs)", on=ON, read_back=read_back, recorder=RECORDER)

    (note,), rest = own_notes(text)

    assert (note.patient_name, note.on, note.recorder) == ("DELGADO, Rosa (Mrs)", ON, RECORDER)
    assert list(note.statements) == [noted(draft) for draft in typed]
    assert rest.strip() == ""


@settings(max_examples=300, deadline=None)
@given(drafts())
def test_one_line_with_nobody_named_below_is_read_back_too(typed: DraftStatement) -> None:
    assume(is_plain(typed))
    text = note_text([typed], patient_name="Rosa", on=ON, read_back=True)

    (note,), _ = own_notes(text)

    assert text.endswith(line(typed))
    assert (note.recorder, list(note.statements)) == ("", [noted(typed)])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*_PIECES, _HEAD]), max_size=40).map("".join))
def test_no_text_makes_the_reader_raise_and_no_line_is_there_twice(text: str) -> None:
    found, rest = own_notes(text)

    words = [one.words for note in found for one in note.statements]
    assert len("".join([rest, *words])) <= len(text) + 2 * len(found)


NOTE = note_text(
    [
        DraftStatement("1", Kind.GOAL, 'Dance at the "big" wedding.', due=date(2027, 10, 17)),
        DraftStatement("2", Kind.HOPE, 'She said "no"\nand left.'),
        DraftStatement("3", Kind.CONFIDENCE, "8 of 10", choice="8"),
    ],
    patient_name="Rosa Delgado",
    on=ON,
    read_back=True,
    recorder=RECORDER,
)
WORDS = ['Dance at the "big" wedding.', 'She said "no"\nand left.', "8 of 10"]


def read(text: str) -> tuple[list[str], list[str]]:
    found, rest = own_notes(text)
    return [one.words for note in found for one in note.statements], rest.split("\n")


def test_what_stands_around_the_note_is_left_for_others() -> None:
    said, rest = read(f'HPI: knee pain.\n\n{NOTE}\n\nPlan: exercise. She adds "thanks".')

    assert said == WORDS
    assert [one for one in rest if one] == ["HPI: knee pain.", 'Plan: exercise. She adds "thanks".']


def test_lines_that_somebody_put_between_do_not_become_the_patients_words() -> None:
    between = NOTE.replace("\nHope:", "\nDiscussed with family.\nHope:")

    said, rest = read(between)

    assert said == WORDS
    assert "Discussed with family." in rest


def test_quotation_that_somebody_tore_open_is_no_statement() -> None:
    said, rest = read(NOTE.replace('wedding." Target', "wedding. Target"))

    assert said == WORDS[1:]
    assert any("wedding." in one for one in rest)


def test_line_with_a_quotation_that_somebody_put_between_does_not_become_the_patients_words() -> None:
    said, rest = read(NOTE.replace("\nHope:", '\nHer daughter agrees: "yes"\nHope:'))

    assert said == WORDS
    assert 'Her daughter agrees: "yes"' in rest


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.replace("\n", "  \n"),
        lambda text: f"{text}\n\n",
    ],
)
def test_blank_lines_and_blanks_that_an_ehr_adds_change_no_one_line_statement(change: object) -> None:
    assert callable(change)
    one_line = NOTE.replace('She said "no"\nand left.', "Rest.")

    said, _ = read(change(one_line))

    assert said == [WORDS[0], "Rest.", WORDS[2]]


@pytest.mark.parametrize(
    "heading",
    [
        "What matters to Rosa Delgado (9 Jun 2026, read aloud)",
        "What matters to Rosa Delgado (31 Jun 2026, read back to the patient)",
        "What matters to Rosa Delgado (9 Juni 2026, read back to the patient)",
        "  What matters to Rosa Delgado (9 Jun 2026, read back to the patient)",
        "What matters to her is her garden.",
    ],
)
def test_text_under_another_first_line_is_not_the_apps(heading: str) -> None:
    text = "\n".join([heading, *NOTE.split("\n")[1:]])

    assert own_notes(text) == ((), text)


def test_several_notes_in_one_text_keep_their_days() -> None:
    later = NOTE.replace("9 Jun 2026", "10 Jun 2026").replace("8 of 10", "9 of 10")

    found, _ = own_notes(f"{NOTE}\n{later}")

    assert [(note.on.day, len(note.statements)) for note in found] == [(9, 3), (10, 3)]


@pytest.mark.parametrize(
    "piece", ['Goal: "x\n', 'x"y\n', "How to decide: I decide\n", f"Goal ({'a' * 290}\n", _HEAD]
)
def test_a_megabyte_is_read_in_bounded_time(piece: str) -> None:
    text = f'{_HEAD}Goal: "' + piece * (1_000_000 // len(piece))

    began = time.process_time()
    own_notes(text)

    assert time.process_time() - began < 10
