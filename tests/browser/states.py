"""Every state that a person can see, by name: one list for the tests and for the pictures in the docs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.browser import steps
from tests.browser import steps_beyond as beyond
from tests.browser.stage import Stage, View

Demo = Literal["shared", "own", "waiting"]
"""`own`: it writes into the chart, so nobody else may look at that demo. `waiting`: the EHR keeps the app
waiting for as long as anybody looks.
"""
TITLES = {
    "before": "Before you walk in",
    "room": "In the room",
    "sheet": "Decision sheet",
    "for-patient": "A question for you",
    "review": "Review and send",
    "done": "Done",
    "another-way": "Choose another way",
    "take-back": "Take back what was sent",
    "statements": "All statements",
    "goal": "Change this goal",
    "goal-changed": "This goal",
    "why": "Why am I seeing this?",
    "here": "Reminders in this visit",
    "not-useful": "Not useful",
    "sources": "What the app offers",
    "source": "Sources and limits",
    "about": "About",
    "handout": "Handout",
    "paper": "The handout, as it prints",
    "ending": "End this visit?",
    "ended": "This visit is closed",
    "home": "Open from a chart",
    "picker": "Choose a test patient",
    "ehr": "Pretend EHR",
}
"""By screen, what its window is called. A page that must be mended begins with "Error: "."""


@dataclass(frozen=True, slots=True)
class State:
    """`title`: of the page, without the product's name; states of one screen share it. `line`: what is seen,
    for the page of pictures. `reach` takes the steps that lead there and returns what shows it.
    """

    name: str
    title: str
    line: str
    reach: Callable[[Stage], View]
    demo: Demo = "shared"
    keeps_cookies: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """States under one heading of the page of pictures."""

    heading: str
    line: str
    states: tuple[State, ...]


def _on(screen: str, name: str, line: str, reach: Callable[[Stage], View], demo: Demo = "shared") -> State:
    return State(name, TITLES[screen], line, reach, demo)


def _mend(screen: str, name: str, line: str, reach: Callable[[Stage], View]) -> State:
    return State(name, f"Error: {TITLES[screen]}", line, reach, "own")


_BEFORE = (
    _on("before", "before", "One question, what the patient has said, and who matters.", steps.before),
    _on(
        "before",
        "before-why",
        "“Why this?” is open: the reason, and how to be rid of it.",
        steps.before_why,
        "own",
    ),
    _on(
        "before",
        "before-loading",
        "Nothing of the chart is in yet. The question does not wait for it.",
        steps.before_loading,
        "waiting",
    ),
    _on(
        "before",
        "before-slow",
        "One part is slow. Everything else stands, and the page says what is still to come.",
        steps.before_slow,
        "waiting",
    ),
    _on(
        "before",
        "before-partial",
        "The EHR refuses the notes. What may be missing is said.",
        steps.before_partial,
    ),
    _on("before", "before-empty", "A first visit. Nothing on file is no error.", steps.before_empty),
    _on("before", "before-draft", "Words that were not sent are offered again.", steps.before_draft, "own"),
    _on(
        "before",
        "before-session-ended",
        "The notes were asked for again, and the session had ended. What came in stays.",
        steps.before_session_ended,
        "own",
    ),
    _on(
        "before",
        "before-ehr-look",
        "In an EHR’s own colors and type, with the patient in one quiet line under its banner.",
        steps.before_ehr_look,
        "own",
    ),
    _on("before", "before-died", "The chart says that the patient has died.", steps.before_died, "own"),
)
_ROOM = (
    _on("room", "room", "Nothing to fill in: five lines that are closed.", steps.room),
    _on(
        "room", "room-writing", "Two answers are written, a third is being typed.", steps.room_writing, "own"
    ),
    _on("room", "room-topics", "The keys t and r opened a guide for mending trust.", steps.room_topics),
    _on("room", "room-more", "More questions, opened at “How to decide”.", steps.room_more),
    _on("room", "room-keys", "The list of keys, and how to switch single ones off.", steps.room_keys),
    _on(
        "room",
        "room-offline",
        "No connection: the words are not kept yet, and it says so.",
        steps.room_offline,
    ),
    _mend("room", "room-errors", "A name is missing. Everything is kept.", steps.room_errors),
    _on(
        "sheet",
        "decision-sheet",
        "An open decision: options in equal type, A to Z, and what was decided.",
        steps.decision_sheet,
        "own",
    ),
    _on("for-patient", "for-patient", "One question, turned to the patient.", steps.for_patient),
)
_REVIEW = (
    _on("review", "review", "Three statements, each with its place in the chart.", steps.review, "own"),
    _on(
        "review",
        "review-wording",
        "Two phrases of the clinician’s own may read as judging. Nothing changes by itself.",
        steps.review_wording,
        "own",
    ),
    _on("review", "review-copy", "An EHR that takes nothing: a text for the note.", steps.review_copy, "own"),
    _mend("review", "review-error", "Send was pressed with nothing ticked.", steps.review_error),
    _on("review", "review-empty", "Nothing was written yet.", steps.review_empty),
)
_DONE = (
    _on("done", "done", "All of it was read back from the chart.", steps.done, "own"),
    _on(
        "done",
        "done-partial",
        "The EHR refused the goal. The rest is in the chart, and the words are kept.",
        steps.done_partial,
        "own",
    ),
    _on(
        "done",
        "done-unclear",
        "The EHR broke off. Nothing is claimed, and nothing is sent twice.",
        steps.done_unclear,
        "own",
    ),
    _on("done", "done-copy", "An EHR that takes nothing: the text is ready to copy.", steps.done_copy, "own"),
    _on("another-way", "another-way", "A refused goal is offered as a note.", steps.another_way, "own"),
    _on("done", "undo", "“Take it back” is open.", steps.undo, "own"),
    _on("done", "undone", "One statement was taken back.", steps.undone, "own"),
    _on(
        "take-back",
        "undo-changed",
        "The entry was changed meanwhile, so nothing was overwritten.",
        steps.undo_changed,
        "own",
    ),
)
_OVER_TIME = (
    _on("statements", "statements", "All of it, newest first. Two differ; both stand.", beyond.statements),
    _on("statements", "source-of-words", "Where one statement comes from.", beyond.source_of_words),
    _on("statements", "statements-found", "From Spanish notes, not confirmed.", beyond.statements_found),
    _on(
        "statements",
        "statements-unread",
        "One note is a scan. The app says so.",
        beyond.statements_unread,
    ),
    _on("goal", "goal", "One goal as it stands in the chart, and what may become of it.", beyond.goal),
    _mend("goal", "goal-error", "“Changed” was chosen without new words.", beyond.goal_error),
    _on("goal-changed", "goal-changed", "Marked as achieved, and read back.", beyond.goal_changed, "own"),
    _on(
        "goal",
        "goal-conflict",
        "It changed in the chart meanwhile: both versions.",
        beyond.goal_conflict,
        "own",
    ),
)
_REMINDERS = (
    _on("why", "why", "What a reminder asked of this chart, and what it found.", beyond.why, "own"),
    _on("here", "reminders", "All of them, and why the silent ones are silent.", beyond.reminders_here),
    _on(
        "not-useful",
        "not-useful",
        "One was not useful. A word about it is optional.",
        beyond.not_useful,
        "own",
    ),
    _on(
        "sources",
        "sources",
        "Everything that the app offers, for anybody to read.",
        beyond.app_page("/sources"),
    ),
    _on("source", "source", "Its sources, its limits, its attributes.", beyond.app_page("/sources/R01")),
    _on("about", "about", "What the app is, and what it never does.", beyond.app_page("/about")),
)
_HANDOUT = (
    _on("handout", "handout", "What goes on it, and what the clinician adds.", beyond.handout, "own"),
    _on("paper", "handout-en", "In English.", beyond.handout_en, "own"),
    _on("paper", "handout-es", "In Spanish. Words stay as they were said.", beyond.handout_es, "own"),
    _on("paper", "handout-zh", "In Chinese, with lines for an interpreter.", beyond.handout_zh, "own"),
)
_END = (
    _on("room", "expiry", "Two minutes before it closes by itself. No focus is taken.", beyond.expiry, "own"),
    _on("ending", "ending", "“End visit” was pressed with words not sent.", beyond.ending, "own"),
    _on("ended", "ended", "The visit is closed.", beyond.ended, "own"),
    State(
        "session-ended",
        "Your EHR session ended. Your text is safe",
        "The session ended between Review and Send.",
        beyond.session_ended,
        "own",
    ),
    State(
        "another-patient",
        "Another patient is open now. This page is closed",
        "The EHR’s session went on to another patient.",
        beyond.another_patient,
        "own",
    ),
    State(
        "wrong-patient",
        "This page belongs to another patient. It was stopped",
        "A form named another patient than the launch.",
        beyond.wrong_patient,
        "own",
    ),
)
_OPENING = (
    _on("home", "home", "The app’s address, opened without a chart.", beyond.home),
    _on("picker", "picker", "Choosing a test patient on a server without sign-in.", beyond.picker),
    _on("picker", "picker-found", "One was found.", beyond.picker_found),
    State(
        "unknown-ehr",
        "This EHR is not set up for Common Ground yet",
        "A launch from an EHR that nobody has set up.",
        beyond.unknown_ehr,
    ),
    State(
        "cookies-blocked",
        "This browser keeps no cookies for Common Ground",
        "A browser that blocks cookies, in the EHR’s frame.",
        beyond.cookies_blocked,
        keeps_cookies=False,
    ),
    State("ehr-down", "The EHR is not answering", "The EHR is down at the launch.", beyond.ehr_down, "own"),
    _on("goal", "ehr-not-answering", "It is down in the middle of a visit.", beyond.ehr_not_answering),
    State(
        "not-allowed",
        "The EHR did not allow Common Ground to open",
        "Somebody, or a rule of the EHR, said no.",
        beyond.not_allowed,
    ),
    State(
        "launched-twice",
        "This launch took too long or was used before",
        "A launch address that was used before.",
        beyond.launched_twice,
    ),
    State("no-such-page", "There is no such page", "An address that does not exist.", beyond.no_such_page),
)
_EHR = (
    _on("ehr", "ehr-start", "Pick a story; nothing is open yet.", beyond.ehr_start),
    _on("ehr", "ehr-open", "The app is open in the EHR’s frame.", beyond.ehr_open),
    _on("ehr", "ehr-after", "A worry is in the chart, as a sentence and as FHIR.", beyond.ehr_after, "own"),
)
GROUPS = (
    Group("Before you walk in", "The first page. The question is there at once; the chart follows.", _BEFORE),
    Group("In the room", "Listening first. A question opens when somebody wants to write.", _ROOM),
    Group("Review and send", "Every statement as it will be stored, and where.", _REVIEW),
    Group("Done", "What is in the chart, what is not, and what to do about it.", _DONE),
    Group("Preferences over time", "Every statement with its source, and what became of a goal.", _OVER_TIME),
    Group("Reminders", "Why one is there, and everything the app offers.", _REMINDERS),
    Group("Handout", "A page to take home. The paper is light in both schemes.", _HANDOUT),
    Group("The end of a visit", "What happened, what is kept, what to do next.", _END),
    Group("Opening, and what can stop it", "In plain words, with a line for IT.", _OPENING),
    Group("The demo EHR", "Somebody else’s software, and it looks like it.", _EHR),
)
STATES = tuple(state for group in GROUPS for state in group.states)
