"""Which notes are read first: a mix of the kinds that hold goals, and the newest, within a budget."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.fhir.note_order import Budget, Candidate, NoteKind, field_of, in_order, to_read

TODAY = date(2026, 11, 22)


def one(
    name: str,
    kind: NoteKind = NoteKind.OTHER,
    *,
    days_ago: int | None = 0,
    size: int = 0,
    is_ours: bool = False,
) -> Candidate:
    day = None if days_ago is None else TODAY - timedelta(days=days_ago)
    return Candidate(name, kind, day, is_ours=is_ours, is_fetched=True, size=size)


@pytest.mark.parametrize(
    ("title", "code", "kind", "name"),
    [
        ("Social Work Progress Note", "", NoteKind.SOCIAL_WORK, "social work"),
        ("Progress note", "28656-7", NoteKind.SOCIAL_WORK, "social work"),
        ("Note", "100532-1", NoteKind.SOCIAL_WORK, "social work"),
        ("PALLIATIVE CARE CONSULT", "", NoteKind.PALLIATIVE, "palliative care"),
        ("Hospice admission", "", NoteKind.PALLIATIVE, "hospice"),
        ("Consult note / Goals-of-care discussion", "11488-4", NoteKind.PLANNING, "advance care planning"),
        ("PT evaluation", "", NoteKind.THERAPY, "physical therapy"),
        ("Note", "11508-9", NoteKind.THERAPY, "physical therapy"),
        ("Speech-language pathology", "", NoteKind.THERAPY, "speech therapy"),
        ("Occupational Therapy", "", NoteKind.THERAPY, "occupational therapy"),
        ("Nurse visit", "", NoteKind.NURSING, "nursing"),
        ("Family medicine visit", "", NoteKind.PRIMARY_CARE, "primary care"),
        ("Enfermería", "", NoteKind.NURSING, "nursing"),
        ("Progress note", "11506-3", NoteKind.OTHER, ""),
        ("PT/INR result", "", NoteKind.OTHER, ""),
        ("Nursery note", "", NoteKind.OTHER, ""),
        ("Chaplain visit", "", NoteKind.OTHER, ""),
        ("", "", NoteKind.OTHER, ""),
    ],
)
def test_the_kind_of_a_note_follows_from_its_type_or_its_title(
    title: str, code: str, kind: NoteKind, name: str
) -> None:
    field = field_of(title, frozenset({code} - {""}))

    assert (field.kind, field.name) == (kind, name)


def test_ten_newer_nursing_notes_do_not_crowd_out_the_palliative_one() -> None:
    nursing = [one(f"nurse-{n}", NoteKind.NURSING, days_ago=n) for n in range(10)]
    old = one("palliative", NoteKind.PALLIATIVE, days_ago=900)

    assert to_read([*nursing, old], Budget(3)) == {"nurse-0", "palliative", "nurse-1"}


def test_one_of_each_kind_and_the_newest_come_in_the_first_round() -> None:
    kinds = [one(kind.name, kind, days_ago=100 + kind) for kind in NoteKind if kind is not NoteKind.OTHER]
    others = [one(f"other-{n}", days_ago=n) for n in range(30)]

    first = [found.reference for found in in_order([*others, *kinds])][:7]

    assert first == ["other-0", "PLANNING", "PALLIATIVE", "SOCIAL_WORK", "THERAPY", "PRIMARY_CARE", "NURSING"]


def test_our_own_come_before_all_others() -> None:
    own = one("own", days_ago=2000, is_ours=True)

    assert to_read([one("a"), own, one("b", NoteKind.PALLIATIVE)], Budget(1)) == {"own"}


def test_a_note_without_a_day_counts_as_the_oldest() -> None:
    assert [
        found.reference for found in in_order([one("no-day", days_ago=None), one("old", days_ago=9999)])
    ] == [
        "old",
        "no-day",
    ]


def test_a_note_that_is_too_large_gives_way_to_the_next() -> None:
    notes = [one("a", size=50), one("b", days_ago=1, size=60), one("c", days_ago=2, size=40)]

    assert to_read(notes, Budget(10, size=100)) == {"a", "c"}


def test_text_that_came_along_costs_no_request_but_counts_as_a_note() -> None:
    inline = [Candidate(f"inline-{n}", NoteKind.OTHER, TODAY) for n in range(5)]

    assert to_read([*inline, one("far", days_ago=1), one("farther", days_ago=2)], Budget(1)) == {
        *(note.reference for note in inline),
        "far",
    }
    assert len(to_read(inline, Budget(1, notes=3))) == 3


def test_none_are_read_where_none_are_wanted() -> None:
    assert to_read([Candidate("a", NoteKind.OTHER, TODAY)], Budget(0)) == frozenset()


candidates = st.lists(
    st.builds(
        Candidate,
        reference=st.integers(0, 500).map(str),
        kind=st.sampled_from(list(NoteKind)),
        written_on=st.none() | st.dates(date(2010, 1, 1), TODAY),
        is_ours=st.booleans(),
        is_fetched=st.booleans(),
        size=st.integers(0, 60),
    ),
    max_size=40,
    unique_by=lambda found: found.reference,
)


@settings(max_examples=120, deadline=None)
@given(candidates, st.integers(0, 12), st.integers(0, 30), st.integers(0, 400))
def test_whatever_is_listed_the_budget_holds_and_every_note_has_its_turn(
    listed: list[Candidate], requests: int, notes: int, size: int
) -> None:
    budget = Budget(requests, notes, size)

    chosen = [found for found in listed if found.reference in to_read(listed, budget)]

    assert sum(found.is_fetched for found in chosen) <= requests
    assert len(chosen) <= notes
    assert sum(found.size for found in chosen) <= size
    assert sorted(found.reference for found in in_order(listed)) == sorted(
        found.reference for found in listed
    )


@settings(max_examples=80, deadline=None)
@given(candidates)
def test_every_kind_that_is_there_is_among_the_first(listed: list[Candidate]) -> None:
    others = [found for found in listed if not found.is_ours]

    first = list(in_order(others))[: 2 * len(NoteKind)]

    holding = {found.kind for found in others} - {NoteKind.OTHER}
    assert holding <= {found.kind for found in first}
