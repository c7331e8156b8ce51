"""Domain values in the words of the screens."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from smartapp.errors import AppError, SessionEnded, UnknownIssuer
from smartapp.fhir.patient_record import AnyPart, Part, PartName, PatientIdentity, PatientRecord, Reason
from smartapp.sdm.model import Kind, SaidBy, Source, Statement
from smartapp.sdm.wording import KIND_WORDS
from smartapp.web.presenters import stop as presenters_stop
from smartapp.web.presenters.before import most_telling
from smartapp.web.presenters.said import language_name, language_tag, said
from smartapp.web.presenters.unread import PART_WORDS, parts_read, unread_people, unread_rules, unread_said

TODAY = date(2026, 6, 9)
AT = datetime(2026, 6, 9, 10, 31, tzinfo=UTC)
GOAL = Statement(
    Kind.GOAL,
    "I want to dance at Lucía’s wedding in October.",
    SaidBy.PATIENT,
    Source("Goal/7431"),
    said_on=date(2026, 1, 8),
    recorder="D. Whitfield, NP",
    status="active",
)


def record(*problems: AnyPart) -> PatientRecord:
    """A chart in which every part was read and is empty, but for `problems`."""
    names = [name for name in PartName if name is not PartName.PATIENT]
    parts: dict[str, Any] = {name.value: Part(name) for name in names}  # Any: one field each, of many types
    parts |= {part.name.value: part for part in problems}
    return PatientRecord(patient=PatientIdentity("p"), note_statements=(), read_at=AT, **parts)


def test_statement_is_shown_with_kind_date_and_who_wrote_it_down() -> None:
    view = said(GOAL, TODAY)

    assert view.source == "Goal, 8 Jan 2026, written down by D. Whitfield, NP."
    assert (view.words, view.is_quoted, view.flag, view.unconfirmed) == (GOAL.words, True, "", "")


def test_old_and_undated_statements_are_to_be_asked_again() -> None:
    assert said(replace(GOAL, said_on=date(2025, 6, 8)), TODAY).flag == "Over 12 months old. Ask again"
    assert said(replace(GOAL, said_on=None), TODAY).flag == "No date. Ask again"


def test_what_a_note_says_is_not_shown_as_a_quotation() -> None:
    claim = replace(
        GOAL, said_by=SaidBy.REPORTED, confirmed=False, source=Source("DocumentReference/1", "Note")
    )

    view = said(claim, TODAY)

    assert not view.is_quoted
    assert view.unconfirmed == "From a note, not confirmed"


@pytest.mark.parametrize("said_by_whom", [SaidBy.CLINICIAN, SaidBy.UNKNOWN])
def test_words_of_nobody_known_are_not_shown_as_a_quotation(said_by_whom: SaidBy) -> None:
    assert not said(replace(GOAL, said_by=said_by_whom), TODAY).is_quoted


def test_hostile_speaker_stays_one_line_and_hostile_language_is_left_out() -> None:
    view = said(replace(GOAL, speaker="\u202eEve\nNurse" * 50, language='en" onload="x'), TODAY)

    assert view.lang == ""
    assert "\u202e" not in view.source
    assert "\n" not in view.source
    assert len(view.source) < 250


def test_anchor_tells_nothing_and_is_the_same_each_time() -> None:
    assert said(GOAL, TODAY).anchor == said(GOAL, TODAY).anchor
    assert "dance" not in said(GOAL, TODAY).anchor


def test_three_statements_are_own_words_first_and_of_different_kinds() -> None:
    other_goal = replace(GOAL, words="Run")
    hope = replace(GOAL, kind=Kind.HOPE, words="Hope")
    claim = replace(GOAL, kind=Kind.WORRY, words="She worries", said_by=SaidBy.REPORTED, confirmed=False)
    over = replace(GOAL, kind=Kind.MATTERS, status="completed")

    assert most_telling((claim, GOAL, other_goal, over, hope)) == (GOAL, hope, claim)
    assert most_telling((GOAL, other_goal)) == (GOAL, other_goal)
    assert most_telling(()) == ()


def test_unread_parts_of_one_reason_share_a_line_with_the_code_for_it() -> None:
    chart = record(
        Part(PartName.NOTES, problem=Reason.NOT_PERMITTED, status=403),
        Part(PartName.GOALS, problem=Reason.NOT_PERMITTED, status=403),
    )

    (line,) = unread_said(chart, "Rosa")

    assert line.heading == "Goals and notes could not be read."
    assert line.consequence == "There may be more that Rosa has said. Look in the chart, or ask."
    assert line.why == "The EHR did not give this app permission. (not_permitted, 403)"
    assert parts_read(chart) == "14 of 16 parts read"


def test_part_that_is_not_whole_says_so() -> None:
    chart = record(Part(PartName.CARE_TEAM, left_out=1, whole=False))

    (line,) = unread_people(chart)

    assert "in part" in line.heading
    assert line.why == "1 record made no sense to this app. The EHR has more than this app reads at once."
    assert unread_rules(chart) == ()
    assert parts_read(record()) == "Chart read"


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.STILL_READING}))
def test_every_reason_has_words(reason: Reason) -> None:
    chart = record(Part(PartName.GOALS, problem=reason))

    assert unread_said(chart, "Rosa")[0].why.startswith(("The EHR", "This EHR", "Your EHR"))


def test_part_that_is_still_being_read_is_no_failure() -> None:
    chart = record(Part(PartName.GOALS, problem=Reason.STILL_READING))

    assert unread_said(chart, "Rosa") == ()


def test_every_kind_and_part_has_words() -> None:
    assert set(KIND_WORDS) == set(Kind)
    assert set(PART_WORDS) == set(PartName)


def test_languages_are_named_and_tags_checked() -> None:
    assert language_name("es-MX") == "Spanish"
    assert language_name("xx") == "xx"
    assert language_tag("zh-Hant") == "zh-Hant"
    assert language_tag("<b>") == ""


def test_page_for_an_unknown_ehr_cuts_the_address_and_keeps_it_on_one_line() -> None:
    iss = "https://evil.test/" + "x" * 500 + "\ncode all-good"

    page = presenters_stop.unknown_issuer_page(UnknownIssuer(), iss=iss, known=2, reference="7F3K-22", at=AT)

    lines = page.for_it.splitlines()
    assert len(lines) == 4
    assert len(lines[0]) <= 204
    assert lines[1:] == [
        "not in launch_config (2 known)",
        "code unknown-issuer, reference 7F3K-22",
        "9 Jun 2026 10:31",
    ]


def test_ended_session_says_what_is_kept_and_since_when() -> None:
    page = presenters_stop.session_ended_page(SessionEnded(), reference="7F3K-22", statements=5, kept_at=AT)

    assert page.heading == ("Your EHR session ended.", "Your text is safe.")
    assert page.lead == (
        "5 statements are kept, last changed at 10:31. They wait 12 hours, for you and this patient only."
    )


def all_errors(root: type[AppError] = AppError) -> list[type[AppError]]:
    return [root, *(found for child in root.__subclasses__() for found in all_errors(child))]


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.__name__)
def test_every_error_has_a_page_in_calm_words(error: type[AppError]) -> None:
    text = f"{error.heading} {error.message} {error.next_step}"

    assert 400 <= error.status <= 503
    assert "!" not in text
    assert "please" not in text.lower()
    assert error.code
