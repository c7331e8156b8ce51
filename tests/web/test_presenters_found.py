"""What can be done about a statement that a note holds, and what is shown beside it."""

from dataclasses import replace
from datetime import date

import pytest

from smartapp.sdm.contrast import Contrast
from smartapp.sdm.model import Kind, SaidBy, Source, Statement, Time
from smartapp.sdm.standing import is_over
from smartapp.web.presenters.differ import differ_views, differs_from
from smartapp.web.presenters.found import Taken, can_be_written, found_view, says_it_whole
from smartapp.web.presenters.said import said
from tests.web.charts import TODAY

NOTE = Source(
    "DocumentReference/1", title="Progress note", excerpt="She wants to sing, if her breath allows."
)
FOUND = Statement(
    Kind.GOAL,
    "wants to sing",
    SaidBy.REPORTED,
    NOTE,
    said_on=date(2026, 3, 3),
    recorder="Wanda Writer, MD",
    confirmed=False,
    verbatim=False,
)


def labels(statement: Statement, taken: Taken = Taken.NO) -> list[str]:
    return [answer.label for answer in found_view(statement, taken).answers]


def test_each_button_says_what_it_is_about() -> None:
    view = found_view(FOUND, Taken.NO)

    assert labels(FOUND) == ["Confirm", "Edit", "Not right"]
    assert [answer.name for answer in view.answers] == [
        "Confirm: wants to sing",
        "Edit: wants to sing",
        "Not right: wants to sing",
    ]
    assert (view.state, view.note) == ("", "")


@pytest.mark.parametrize("time", [Time.HISTORICAL, Time.HYPOTHETICAL])
def test_words_of_another_time_are_not_confirmed_as_they_stand(time: Time) -> None:
    assert labels(replace(FOUND, time=time)) == ["Edit", "Not right"]


def test_denial_that_stands_outside_of_the_words_is_not_lost_by_confirming() -> None:
    outside = replace(FOUND, words="a breathing tube", negated=True)
    inside = replace(FOUND, words="does not want a breathing tube", negated=True)

    assert not says_it_whole(outside)
    assert says_it_whole(inside)
    assert labels(outside) == ["Edit", "Not right"]


def test_code_status_is_sent_to_its_own_place_in_the_ehr() -> None:
    status = replace(FOUND, kind=Kind.CODE_STATUS, words="DNR", said_by=SaidBy.UNKNOWN)

    assert labels(status) == ["Not right"]
    assert "in the EHR, in its own place" in found_view(status, Taken.NO).note
    assert not can_be_written(status)


def test_document_and_agent_are_not_written_as_statements() -> None:
    assert labels(replace(FOUND, kind=Kind.PLANNING_DOCUMENT)) == ["Not right"]
    assert labels(replace(FOUND, kind=Kind.PEOPLE, about_person="Ana Gray")) == ["Not right"]


def test_what_is_among_todays_statements_says_so() -> None:
    draft, sent = found_view(FOUND, Taken.DRAFT), found_view(FOUND, Taken.SENT)

    assert (draft.state, draft.link) == ("Among today’s statements, and not sent yet.", "review")
    assert (sent.state, sent.link) == ("Among today’s statements, and past review.", "done")
    assert labels(FOUND, Taken.DRAFT) == ["Edit"]
    assert labels(FOUND, Taken.SENT) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "Goal, 3 Mar 2026, Progress note, in the clinician’s words, written down by Wanda Writer, MD."),
        (
            {"time": Time.HISTORICAL, "recorder": ""},
            "Goal, 3 Mar 2026, Progress note, said of an earlier time, in the clinician’s words.",
        ),
        (
            {"time": Time.HYPOTHETICAL, "recorder": "", "said_by": SaidBy.PATIENT},
            "Goal, 3 Mar 2026, Progress note, for the case that it comes to that.",
        ),
        (
            {"also_on": (date(2026, 5, 1), date(2026, 4, 2), date(2026, 4, 1)), "recorder": ""},
            "Goal, 3 Mar 2026, also on 1 May 2026 and 2 more days, Progress note, in the clinician’s words.",
        ),
        (
            {"also_on": (date(2026, 5, 1),), "recorder": "", "speaker": "wife Ana"},
            "Goal, 3 Mar 2026, also on 1 May 2026, Progress note, as wife Ana told it.",
        ),
    ],
)
def test_line_below_the_words_says_when_where_and_whose(changes: dict[str, object], line: str) -> None:
    statement = replace(FOUND, **changes)  # type: ignore[arg-type]

    assert said(statement, TODAY).source == line


def test_field_of_care_is_named_unless_the_title_names_it() -> None:
    social = replace(FOUND, source=replace(NOTE, title="Social work note"), recorder="")

    assert "Progress note (social work)," in said(FOUND, TODAY, role="social work").source
    assert "Social work note, in" in said(social, TODAY, role="social work").source
    assert "(social" not in said(replace(FOUND, confirmed=True), TODAY, role="social work").source


def test_what_was_so_before_is_over() -> None:
    assert is_over(replace(FOUND, time=Time.HISTORICAL))
    assert not is_over(replace(FOUND, time=Time.HYPOTHETICAL))


def test_two_meanings_of_the_same_words_have_two_places() -> None:
    places = {
        said(each, TODAY).anchor
        for each in (FOUND, replace(FOUND, negated=True), replace(FOUND, time=Time.HISTORICAL))
    }

    assert len(places) == 3


def test_two_that_differ_stand_older_first_and_neither_is_chosen() -> None:
    later = replace(FOUND, words="does not want to sing", said_on=date(2026, 6, 1))
    pair = Contrast(FOUND, later, "singing")

    (view,) = differ_views([pair], lambda one: said(one, TODAY), name="Sam", can_ask=True)
    (of_one_who_died,) = differ_views([pair], lambda one: said(one, TODAY), name="Sam", can_ask=False)

    assert view.heading == "Two statements about singing differ."
    assert view.ask == "Ask Sam which is true now."
    assert [each.words for each in view.both] == ["wants to sing", "does not want to sing"]
    assert of_one_who_died.ask == ""
    assert set(differs_from([pair]).values()) == {"Differs from 1 Jun 2026", "Differs from 3 Mar 2026"}


def test_condition_and_denial_stand_beside_the_words_wherever_they_are_shown() -> None:
    whole, conditional = said(FOUND, TODAY), said(replace(FOUND, time=Time.HYPOTHETICAL), TODAY)
    denied = said(replace(FOUND, words="a breathing tube", negated=True), TODAY)

    assert (whole.excerpt, whole.around) == (NOTE.excerpt, "")
    assert (conditional.excerpt, conditional.around) == ("", NOTE.excerpt)
    assert denied.around == NOTE.excerpt


def test_sentence_that_is_the_words_themselves_is_not_repeated() -> None:
    assert said(replace(FOUND, source=replace(NOTE, excerpt="Wants to sing.")), TODAY).excerpt == ""


def test_in_the_room_it_stays_unconfirmed_whoever_said_it() -> None:
    assert said(FOUND, TODAY).by == "in the clinician’s words, from a note, not confirmed"
