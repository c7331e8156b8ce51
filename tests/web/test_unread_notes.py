"""Notes that this app has no text of: why, in plain words, and a way to them only where the EHR tells one."""

from dataclasses import replace
from datetime import date

import pytest

from smartapp.fhir.patient_record import Note, Reason
from smartapp.notes.note_text import Unreadable
from smartapp.web.presenters.unread import Unread, unread_notes
from tests.web.charts import record

LETTER = Note(
    "DocumentReference/1",
    "clinic letter",
    date(2026, 4, 1),
    problem=Reason.UNREADABLE,
    unreadable=Unreadable.NO_TEXT_LAYER,
)


def told(*notes: Note) -> tuple[Unread, ...]:
    return unread_notes(record(notes=notes), "Sam")


@pytest.mark.parametrize("reason", Unreadable)
def test_each_reason_has_words_of_its_own(reason: Unreadable) -> None:
    (one,) = told(replace(LETTER, unreadable=reason))

    assert one.heading.startswith("Clinic letter, 1 Apr 2026, ")
    assert one.why.endswith(".")
    others = {told(replace(LETTER, unreadable=other))[0].why for other in Unreadable if other is not reason}
    assert one.why not in others


def test_scan_is_a_picture_of_text_and_something_may_be_in_it() -> None:
    (one,) = told(LETTER)

    assert one.heading == "Clinic letter, 1 Apr 2026, holds no text that this app can read."
    assert one.why == "It is a scan or a fax: a picture of text."
    assert one.consequence == "There may be more that Sam has said. Look in the chart."


@pytest.mark.parametrize("reason", [Unreadable.TOO_LONG, Unreadable.TOO_SLOW])
def test_note_that_was_given_up_is_not_said_to_hold_no_text(reason: Unreadable) -> None:
    assert "could not be read." in told(replace(LETTER, unreadable=reason))[0].heading


def test_note_that_never_arrived_says_so() -> None:
    (one,) = told(replace(LETTER, problem=Reason.TOO_SLOW, unreadable=None))

    assert one.heading == "Clinic letter, 1 Apr 2026, did not reach this app."
    assert one.why == "The EHR took too long to answer."


def test_note_that_was_read_in_part_is_told_after_those_that_were_not() -> None:
    in_part = replace(
        LETTER, problem=None, unreadable=None, partly=True, text="The beginning.", title="long one"
    )

    assert [one.heading for one in told(in_part, LETTER)] == [
        "Clinic letter, 1 Apr 2026, holds no text that this app can read.",
        "Long one, 1 Apr 2026, was read in part.",
    ]


def test_link_into_the_ehr_is_there_only_with_an_address_and_says_where_it_leads() -> None:
    (without,) = told(LETTER)
    (linked,) = told(replace(LETTER, link="https://ehr.test/viewer/1"))

    assert without.link == ""
    assert linked.link == "https://ehr.test/viewer/1"
    assert linked.link_name == "Open in the EHR: Clinic letter, 1 Apr 2026 (new window)"


def test_note_that_was_read_is_not_listed() -> None:
    assert told(replace(LETTER, problem=None, unreadable=None, text="All of it.")) == ()
