"""Whose a name is."""

import pytest

from smartapp.notes.context import Context
from smartapp.notes.lexicon_file import read_lexicon
from smartapp.notes.mentions import Mention, Who
from smartapp.notes.names import Names


@pytest.fixture(scope="module")
def context() -> Context:
    return Context.of(read_lexicon("notes_context.toml"))


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("Lives with her daughter Ana. Ana cooks.", "Ana", "daughter"),
        ("Husband, Darnell (agent), was there.", "Darnell", "husband"),
        ("Ana, her niece, drove her.", "Ana", "niece"),
        ("Toby (partner) sat with him.", "Toby", "partner"),
        ("Spoke w/ daughter-in-law Patrice today.", "Patrice", "daughter-in-law"),
    ],
)
def test_a_name_is_known_by_its_relation(context: Context, text: str, name: str, words: str) -> None:
    found = Names(text, context).introduced(name)
    assert found is not None
    assert (found.who, found.words) == (Who.RELATIVE, words)


@pytest.mark.parametrize(
    ("text", "name"),
    [("Mr. Lee slept.", "Lee"), ("Tamika, 29, is here.", "Tamika"), ("Visit with Rosa at home.", "Rosa")],
)
def test_a_patient_is_known_by_title_age_or_visit(context: Context, text: str, name: str) -> None:
    found = Names(text, context).introduced(name)
    assert found is not None
    assert found.who is Who.PATIENT


def test_what_somebody_owns_does_not_tell_who_they_are(context: Context) -> None:
    assert Names("Toby's boss called. It rained.", context).introduced("Toby") is None


def test_a_name_that_nothing_introduces_stays_unknown(context: Context) -> None:
    mention = Mention(Who.OTHER, 0, 0, "", "Corinne")
    assert Names("Corinne was there.", context).known(mention) == mention


def test_a_known_name_carries_its_relation(context: Context) -> None:
    known = Names("Her son Ken called.", context).known(Mention(Who.OTHER, 4, 4, "", "Ken"))
    assert (known.who, known.words, known.gender, known.first) == (Who.RELATIVE, "son Ken", "he", 4)
