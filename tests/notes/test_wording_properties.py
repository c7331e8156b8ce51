"""Facts that hold for any text: it is read without an error, and quoted patients are never touched."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.notes.layout import layout_of
from smartapp.notes.quotations import quotations_of
from smartapp.notes.wording import WordingReader

READER = WordingReader.packaged()
CUES = sorted(
    {
        cue
        for wordings in READER.by_cue.values()
        for wording in wordings
        for cue in wording.cues
        if "~" not in cue
    }
)
PIECES = st.one_of(
    st.sampled_from(CUES),
    st.sampled_from(
        [
            "patient",
            "he",
            "she",
            "not",
            "if",
            "PLAN:",
            "\n",
            "\n\n",
            '"',
            "'",
            "\u201c",
            "\u201d",
            ". ",
            ",",
            "(",
        ]
    ),
    st.text(max_size=6),
)
TEXTS = st.lists(PIECES, max_size=40).map(" ".join)
PLAIN = st.lists(st.sampled_from(CUES), min_size=1, max_size=6).map(
    lambda cues: " ".join(cues).replace("'", "")
)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text_is_read_and_every_finding_is_verbatim_and_apart(text: str) -> None:
    findings = READER.find(layout_of(text))

    assert all(text[one.start : one.end] == one.text and one.text for one in findings)
    assert all(one.around_start <= one.start and one.end <= one.around_end for one in findings)
    assert all(before.end <= behind.start for before, behind in pairwise(findings))


@settings(max_examples=100, deadline=None)
@given(PLAIN, st.sampled_from(["Patient says: ", "She told me, ", "He states ", "Per patient, "]))
def test_nothing_that_the_patient_is_quoted_with_is_found(words: str, lead: str) -> None:
    for opening, closing in (('"', '"'), ("\u201c", "\u201d")):
        text = f"{lead}{opening}{words}{closing}."

        assert READER.find(layout_of(text)) == ()
        assert READER.find_in_draft(text) == ()


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_quotations_stand_in_order_and_apart(text: str) -> None:
    spans = quotations_of(text).spans

    assert all(span.start <= span.end for span in spans)
    assert all(before.end <= behind.start for before, behind in pairwise(spans))


def test_long_run_of_cues_without_a_full_stop_is_read() -> None:
    text = "he refuses to comply and claims " * 2_000

    assert READER.find(layout_of(text))


def test_mark_that_nothing_closes_hides_nothing() -> None:
    text = 'Height 5\'4". A " stray mark. He is a known junkie.'

    assert [one.text for one in READER.find(layout_of(text))] == ["junkie"]
