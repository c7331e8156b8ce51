"""Where statements go and what became of them, in the words of the screens."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from smartapp.ehr.profile import NoteShape
from smartapp.sdm.model import Change, ChangeKind, DraftStatement, Kind, SaidBy
from smartapp.smart.registration import Questionnaire
from smartapp.web.presenters.banner import Banner
from smartapp.web.presenters.done import done_page, heading, to_copy
from smartapp.web.presenters.ending import OpenView
from smartapp.web.presenters.frame import Frame
from smartapp.web.presenters.note import note_view
from smartapp.web.presenters.outcome import outcome, undo_view
from smartapp.web.presenters.places import more_exactly, place, reason, why_not
from smartapp.web.presenters.receipt import ReceiptView, Told
from smartapp.web.presenters.review import (
    Message,
    Shown,
    Ticks,
    chosen,
    is_quoted,
    review_page,
    said_by,
    words_of,
)
from smartapp.writing.model import (
    ChangeReceipt,
    PlannedItem,
    Receipt,
    Rung,
    State,
    WhyNot,
    WriteContext,
    WriteSite,
)
from smartapp.writing.note_text import note_of
from smartapp.writing.readback import Difference

AT = datetime(2026, 6, 9, 10, 42, tzinfo=UTC)
DRAFT = DraftStatement("a" * 32, Kind.GOAL, "Dance")
HOPE = DraftStatement("b" * 32, Kind.HOPE, "Rest")
ORDER = DraftStatement("c" * 32, Kind.PRIORITIES, "1. Rest\n2. Dance", about=("b" * 32, "a" * 32))
QUESTIONS = Questionnaire("https://clinic.example/Questionnaire/what-matters|2", (("goal", "q1"),))
SITE = WriteSite(
    order=(
        "Goal",
        "Observation",
        "CarePlan",
        "List",
        "DocumentReference",
        "QuestionnaireResponse",
        "clipboard",
    ),
    questionnaire=QUESTIONS,
)
ORACLE = replace(SITE, note_shape=NoteShape.ORACLE)
OPEN = OpenView("10:42", 900, is_longest=False)
FRAME = Frame(
    Banner("DELGADO, Rosa", "12-Mar-1958", ()), "Rosa", (), "", True, "t", "p", "/visits/x/", OPEN, ""
)
CONTEXT = WriteContext(
    launch_id="l",
    owner="o",
    patient_id="p",
    patient_name="DELGADO, Rosa (Mrs)",
    encounter_id="e",
    practitioner="Practitioner/1",
    practitioner_name="A. Osei, MD",
    organization="",
    organization_name="Demo EHR",
    site=SITE,
)


def receipt(state: State, rung: Rung = Rung.GOAL, draft: DraftStatement = DRAFT, **more: object) -> Receipt:
    return Receipt(draft, rung, state, **more)  # type: ignore[arg-type]


def rows(*receipts: Receipt, **told: object) -> tuple[ReceiptView, ...]:
    return done_page(FRAME, Told(receipts, (), SITE, "text", **told)).receipts  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rung", "text"),
    [
        (Rung.GOAL, "Goal in the chart"),
        (Rung.OBSERVATION, "Observation in the chart"),
        (Rung.CARE_PLAN, "Care plan in the chart"),
        (Rung.LIST, "List in the chart"),
        (Rung.NOTE, "Progress note, for you to sign"),
        (Rung.QUESTIONNAIRE, "Answer in your site’s questionnaire"),
        (Rung.COPY, "Text for your note"),
    ],
)
def test_every_place_has_words(rung: Rung, text: str) -> None:
    assert place(rung, SITE) == text


def test_note_that_is_signed_at_once_says_so() -> None:
    assert place(Rung.NOTE, ORACLE) == "Signed progress note"


def test_note_of_another_type_is_not_called_a_progress_note() -> None:
    assert place(Rung.NOTE, replace(SITE, note_type="11488-4")) == "Note, for you to sign"


def test_questionnaire_is_named() -> None:
    item = PlannedItem(DRAFT, Rung.QUESTIONNAIRE)

    assert more_exactly(item, SITE) == "https://clinic.example/Questionnaire/what-matters|2"


@pytest.mark.parametrize("why", list(WhyNot))
@pytest.mark.parametrize("rung", list(Rung))
def test_every_reason_for_a_lower_place_has_words_and_says_what_happens_instead(
    why: WhyNot, rung: Rung
) -> None:
    item = PlannedItem(DRAFT, rung, why)

    first, *rest = why_not(item, SITE).split(". ")
    assert first.startswith(("This EHR", "Your site", "No chart"))
    if not rung.is_data:
        assert rest[0].startswith(("You copy", "It will be filed as"))


def test_passed_over_place_is_named_as_what_it_is() -> None:
    notes_first = replace(SITE, order=("DocumentReference", "Goal", "clipboard"))
    to_note = PlannedItem(DRAFT, Rung.NOTE, WhyNot.NOT_OFFERED)
    to_goal = PlannedItem(DRAFT, Rung.GOAL, WhyNot.NOT_OFFERED)

    assert why_not(to_note, SITE) == (
        "This EHR takes no goals as data. It will be filed as a progress note for you to sign."
    )
    assert why_not(to_note, ORACLE).endswith("It will be filed as a signed progress note.")
    assert why_not(to_goal, notes_first) == "This EHR takes no notes."
    assert reason(PlannedItem(HOPE, Rung.COPY, WhyNot.NOT_PERMITTED), SITE) == (
        "This EHR does not let this app write preferences."
    )


def test_best_place_needs_no_reason() -> None:
    assert why_not(PlannedItem(DRAFT, Rung.GOAL), SITE) == ""


def test_summary_never_passes_for_a_quotation() -> None:
    by_family = replace(DRAFT, said_by=SaidBy.RELATED_PERSON, speaker="Ernesto, husband")

    assert said_by(DRAFT, "Rosa") == "Said by Rosa"
    assert said_by(by_family, "Rosa") == "Said by Ernesto, husband"
    assert said_by(replace(DRAFT, verbatim=False), "Rosa") == "Your summary of what Rosa said"


def test_order_of_importance_is_told_as_what_it_is() -> None:
    assert said_by(ORDER, "Rosa") == "The order that Rosa gave"
    assert not is_quoted(ORDER)


def test_chosen_option_stands_beside_what_was_said() -> None:
    role = DraftStatement("d" * 32, Kind.DECISION_ROLE, "You know best", choice="clinician")
    only = replace(role, words="You decide")

    assert (words_of(role), chosen(role), is_quoted(role)) == ("You know best", "Chosen: You decide", True)
    assert (words_of(only), chosen(only), is_quoted(only)) == ("You decide", "", False)
    assert words_of(replace(role, words="")) == "You decide"


@pytest.mark.parametrize("read_back", [True, False])
def test_note_on_the_page_is_the_note_that_is_filed(read_back: bool) -> None:
    drafts = (DRAFT, replace(HOPE, words="Two\nlines"), ORDER)
    context = replace(CONTEXT, read_back=read_back)

    view = note_view(drafts, context, on=AT.date())

    first = view.read_back if read_back else view.not_read_back
    assert "\n".join([first, *(line.text for line in view.lines), view.last]) == note_of(
        drafts, context=context, on=date(2026, 6, 9), read_back=read_back
    )
    assert view.heading == "This progress note will be filed as a draft for you to sign"


def test_page_with_a_note_that_is_signed_at_once_asks_for_one_more_yes() -> None:
    item = PlannedItem(DRAFT, Rung.NOTE, WhyNot.NOT_OFFERED, needs_confirmation=True)

    page = review_page(FRAME, Shown((item,), ORACLE, "f", {}, None), Ticks(), Message())

    assert page.signed_label == "File it as a signed progress note now. This EHR keeps no drafts from apps."
    assert not page.is_signed


def test_two_goals_or_preferences_that_go_to_the_chart_can_be_put_in_order() -> None:
    copied = PlannedItem(HOPE, Rung.COPY, WhyNot.NOT_OFFERED)
    goal, hope = PlannedItem(DRAFT, Rung.GOAL), PlannedItem(HOPE, Rung.NOTE)

    def ranked(*items: PlannedItem, standing: tuple[DraftStatement, ...] = ()) -> list[str]:
        shown = Shown(items, SITE, "f", {}, None, standing)
        page = review_page(FRAME, shown, Ticks(numbers={HOPE.id: "1"}), Message())
        return [f"{row.words}{row.number}" for row in page.ranks.rows] if page.ranks else []

    assert ranked(goal, hope) == ["Dance", "Rest1"]
    assert ranked(goal, copied) == []
    assert ranked(goal, standing=(HOPE,)) == ["Rest1", "Dance"]


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ([], "Nothing was sent yet"),
        ([State.STORED], "It is in the chart"),
        ([State.STORED] * 3, "All 3 are in the chart"),
        ([State.STORED] * 3 + [State.REFUSED], "3 of 4 are in the chart. 1 was not accepted."),
        ([State.UNKNOWN, State.SENDING], "0 of 2 are in the chart. 2 are not certain yet."),
        (
            [State.PLANNED, State.REFUSED],
            "0 of 2 are in the chart. 1 was not accepted. 1 is not certain yet.",
        ),
    ],
)
def test_heading_claims_only_what_was_read_back(states: list[State], text: str) -> None:
    assert heading(tuple(receipt(state) for state in states)) == text


def test_text_to_copy_is_never_counted_as_in_the_chart() -> None:
    copy, pasted = receipt(State.PLANNED, Rung.COPY), receipt(State.PASTED, Rung.COPY)

    assert heading((copy,)) == "Your text is ready to copy"
    assert heading((pasted,)) == "You marked the text as pasted"
    assert heading((copy, pasted)) == "Your text is ready to copy"
    assert heading((copy, receipt(State.STORED))) == "1 of 2 is in the chart. 1 is for you to copy."
    assert heading((pasted, receipt(State.STORED))) == "1 of 2 is in the chart. 1 you marked as pasted."


def test_what_was_taken_back_is_not_counted_as_in_the_chart() -> None:
    back = receipt(State.STORED, taken_back=State.STORED)

    assert heading((back,)) == "0 of 1 are in the chart. 1 was taken back."
    assert heading((receipt(State.STORED, taken_back=State.REFUSED),)) == "It is in the chart"


def test_statements_of_one_note_are_one_receipt() -> None:
    shared = {"reference": "DocumentReference/12", "row": "n" * 32, "shared_by": 2, "at": AT}
    note = [receipt(State.STORED, Rung.NOTE, one, **shared) for one in (DRAFT, HOPE)]
    goal = receipt(State.REFUSED, row="g" * 32, status=422, reason="No.")

    refused, stored = rows(note[0], goal, note[1])

    assert refused.outcome.note == "The EHR answered “No.” (422). Nothing was stored."
    assert stored.id == "n" * 32
    assert stored.outcome.state == "Progress note: in the chart, as a draft for you to sign"
    assert stored.outcome.title == "DocumentReference/12"
    assert [one.words for one in stored.statements] == ["Dance", "Rest"]


def test_signed_note_and_answer_are_told_as_what_they_are() -> None:
    assert outcome(receipt(State.STORED, Rung.NOTE), ORACLE).state == "Progress note: in the chart, signed"
    assert outcome(receipt(State.STORED, Rung.QUESTIONNAIRE), SITE).state == (
        "In the chart, as an answer in your site’s questionnaire"
    )


def test_what_may_not_be_read_back_is_told_in_its_own_words() -> None:
    said = "The EHR says that it took it (201). This app may not read it back: look in the chart."

    found = outcome(receipt(State.UNKNOWN, status=201, reason=said), SITE)

    assert (found.state, found.title) == ("Taken by the EHR, and not read back", "Look in the chart")
    assert found.lines == (said,)


def test_what_the_chart_shows_otherwise_is_not_being_checked() -> None:
    found = outcome(receipt(State.UNKNOWN, status=201, reason=Difference.WORDS), SITE)

    assert found.state == "Not as you wrote it"


def test_pasted_text_is_told_as_what_the_clinician_said() -> None:
    found = outcome(receipt(State.PASTED, Rung.COPY, at=AT), SITE)

    assert found.state == "You marked it as pasted at 10:42"
    assert found.lines == ("This app cannot look into your note.",)


def test_entry_that_still_names_what_was_taken_back_is_told() -> None:
    back = receipt(State.STORED, Rung.OBSERVATION, HOPE, taken_back=State.STORED)
    order = receipt(State.STORED, Rung.LIST, ORDER, reference="List/9")

    assert rows(back, order)[0].outcome.note == "List/9 in the chart still names it."
    assert rows(back, replace(order, taken_back=State.STORED))[0].outcome.note == ""


def test_draft_of_a_note_is_left_to_be_signed() -> None:
    note = receipt(State.STORED, Rung.NOTE)

    drafted = done_page(FRAME, Told((note,), (), SITE, "text")).intro
    signed = done_page(FRAME, Told((note,), (), ORACLE, "text")).intro

    assert (drafted, signed) == ("The progress note waits in the EHR for you to sign it.", "")


def test_text_to_copy_holds_what_is_not_in_the_chart_or_everything() -> None:
    stored, refused = receipt(State.STORED), receipt(State.REFUSED, draft=HOPE)
    back = receipt(State.STORED, draft=ORDER, taken_back=State.STORED)

    assert to_copy((stored, refused, back)) == (refused,)
    assert to_copy((stored, back)) == (stored,)
    assert to_copy((back,)) == ()


def test_only_refused_and_copied_statements_can_be_marked_as_pasted() -> None:
    receipts = (
        receipt(State.STORED),
        receipt(State.REFUSED, draft=HOPE),
        receipt(State.UNKNOWN, draft=ORDER),
        receipt(State.PLANNED, Rung.COPY, replace(HOPE, id="e" * 32)),
        receipt(State.PASTED, Rung.COPY, replace(HOPE, id="f" * 32)),
    )

    copy = done_page(FRAME, Told(receipts, (), SITE, "text")).copy

    assert copy is not None
    assert copy.ids == (HOPE.id, "e" * 32)
    assert copy.heading == "Text for your note: what is not in the chart"


def test_another_way_is_offered_only_where_there_is_one() -> None:
    one, other = receipt(State.REFUSED, status=422), receipt(State.REFUSED, draft=HOPE, status=422)

    labels = [
        [action.label for action in row.actions] for row in rows(one, other, lower=frozenset({HOPE.id}))
    ]

    assert labels == [["Send again"], ["Choose another way", "Send again"]]


@pytest.mark.parametrize(
    ("status", "first"), [(422, "Choose another way"), (429, "Send again"), (None, "Send again")]
)
def test_what_helps_most_stands_first(status: int | None, first: str) -> None:
    (row,) = rows(receipt(State.REFUSED, status=status), lower=frozenset({DRAFT.id}))

    best, other = row.actions
    assert (best.label, best.is_first, other.is_first) == (first, True, False)


def test_what_the_chart_does_not_hold_after_a_search_can_be_sent_again() -> None:
    (row,) = rows(receipt(State.UNKNOWN, is_absent=True), lower=frozenset({DRAFT.id}))

    assert [action.label for action in row.actions] == ["Send again"]


def test_taking_back_is_offered_where_the_ehr_takes_changes_and_explained_where_not() -> None:
    stored = receipt(State.STORED, reference="Goal/12", version="1")

    offered, explained = undo_view(stored, lambda _type: True), undo_view(stored, lambda _type: False)

    assert offered is not None
    assert explained is not None
    assert offered.button == "Mark as entered in error"
    assert (explained.summary, explained.button) == ("To take it back", "")
    assert explained.text == (
        "This EHR takes no changes from apps. Open Goal/12 in the EHR and mark it as entered in error."
    )


def test_taking_back_is_explained_where_the_ehr_keeps_no_versions() -> None:
    found = undo_view(receipt(State.STORED, reference="Goal/12"), lambda _type: True)

    assert found is not None
    assert found.button == ""
    assert found.text == (
        "This EHR keeps no versions for apps. Open Goal/12 in the EHR and mark it as entered in error."
    )


def test_taking_back_a_note_says_that_all_of_it_goes() -> None:
    note = receipt(State.STORED, Rung.NOTE, reference="X/1", version="1", shared_by=3)

    found = undo_view(note, lambda _type: True)

    assert found is not None
    assert found.text.startswith("All 3 statements of it will be marked")


@pytest.mark.parametrize("state", [State.PLANNED, State.REFUSED, State.UNKNOWN, State.PASTED])
def test_what_is_not_in_the_chart_cannot_be_taken_back(state: State) -> None:
    assert undo_view(receipt(state), lambda _type: True) is None


@pytest.mark.parametrize(
    ("taken_back", "tone", "text"),
    [
        (State.STORED, "back", ""),
        (State.CONFLICT, "stored", "It could not be taken back: it was changed in the chart meanwhile."),
        (State.REFUSED, "stored", "It could not be taken back."),
        (State.UNKNOWN, "stored", "Whether it was taken back is not certain yet."),
        (State.PLANNED, "stored", "Whether it was taken back is not certain yet."),
    ],
)
def test_what_became_of_taking_back_is_told(taken_back: State, tone: str, text: str) -> None:
    stored = receipt(State.STORED, reference="Goal/12", taken_back=taken_back)

    found, undo = outcome(stored, SITE), undo_view(stored, lambda _type: True)

    assert found.tone == tone
    assert found.note.startswith(text)
    assert (undo is None) == (taken_back is State.STORED)


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (None, ""),
        (State.STORED, "Who said and wrote it: recorded in the chart."),
        (State.REFUSED, "Who said and wrote it: could not be recorded in the chart."),
        (State.UNKNOWN, "Who said and wrote it: not certain yet whether it is recorded."),
    ],
)
def test_what_became_of_the_provenance_is_one_line(state: State | None, line: str) -> None:
    page = done_page(FRAME, Told((receipt(State.STORED),), (), SITE, "text", provenance=state))

    assert page.provenance == line


def test_change_of_an_earlier_goal_is_told_and_can_be_checked() -> None:
    change = Change("e" * 32, ChangeKind.ACHIEVED, "Goal/7431", "2")

    page = done_page(FRAME, Told((), (), SITE, "", (ChangeReceipt(change, State.UNKNOWN, "Run"),)))

    assert (page.heading, page.intro) == ("What became of your changes", "")
    assert page.check_label == "Check the chart again"
    assert [one.of for one in page.changes] == ["Run"]


def test_change_that_was_not_sent_is_not_offered_a_button_that_sends_no_changes() -> None:
    change = Change("e" * 32, ChangeKind.ACHIEVED, "Goal/7431", "2")
    back = receipt(State.STORED, taken_back=State.PLANNED)

    told = Told((back,), (), SITE, "text", (ChangeReceipt(change, State.PLANNED, "Run"),))

    assert done_page(FRAME, told).check_label == ""


def test_wish_that_is_in_doubt_can_be_checked() -> None:
    doubt = receipt(State.STORED, taken_back=State.UNKNOWN)

    assert done_page(FRAME, Told((doubt,), (), SITE, "text")).check_label == "Check the chart again"
