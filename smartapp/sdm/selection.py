"""Which prompts this visit gets: one opening question, at most two reminders, and the questions on offer.
Pure and repeatable.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.asking import StillTrue, asking
from smartapp.sdm.conditions import Evidence, evaluate
from smartapp.sdm.facts import ChartFacts, Known
from smartapp.sdm.knowledge import Catalogue, Moment, Opens, Question, Reminder, Repeats, Tier
from smartapp.sdm.memory import NOTHING, Memory, Trigger, shown_before, triggers
from smartapp.sdm.phrases import day, listed

EVERY_MOMENT = frozenset(Moment)
PARTS_IN_WORDS = {
    Known.VISIT: marked("the visit's status"),
    Known.CONDITIONS: marked("conditions"),
    Known.MEDICINES: marked("medicines"),
    Known.ORDERS: marked("orders"),
    Known.LANGUAGE: marked("preferred language"),
    Known.STATEMENTS: marked("what was said before"),
    Known.NOTES: marked("notes and forms"),
    Known.VALUES: marked("laboratory and vital sign values"),
}


class Silence(StrEnum):
    """Why a reminder is not shown."""

    NOT_MET = "not met"
    NOT_READ = "not read"
    HIDDEN = "hidden"
    HIDDEN_FOR_GOOD = "hidden for good"
    SHOWN_BEFORE = "shown before"
    DIED = "died"
    OTHER_MOMENT = "other moment"
    ANOTHER_GOES_FIRST = "another goes first"


@dataclass(frozen=True, slots=True)
class ShownReminder:
    """A reminder on screen. `evidence` made it appear; `triggers` are what is remembered of that. `is_again`:
    an earlier visit of the last twelve months showed it for the same.
    """

    reminder: Reminder
    evidence: tuple[Evidence, ...]
    triggers: tuple[Trigger, ...] = ()
    is_again: bool = False


@dataclass(frozen=True, slots=True)
class SilentReminder:
    """A reminder that stays away, and why; `missing` are the parts of the chart that were not read."""

    reminder: Reminder
    silence: Silence
    reason: str
    missing: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompts:
    """What a visit shows. Every reminder of the catalogue is either in `reminders` or in `silent`.

    `questions` are asked; what is in `confirm` is read to the patient instead: does it still hold?
    """

    opening: Question
    reminders: tuple[ShownReminder, ...]
    questions: tuple[Question, ...]
    silent: tuple[SilentReminder, ...]
    confirm: tuple[StillTrue, ...] = ()


def select(
    catalogue: Catalogue,
    facts: ChartFacts,
    *,
    hidden: frozenset[str] = frozenset(),
    moments: frozenset[Moment] = EVERY_MOMENT,
    memory: Memory = NOTHING,
) -> Prompts:
    """The prompts for this chart.

    At most one reminder of each tier. `hidden` are ids of reminders and questions that were put away in this
    visit; core questions stay. `moments` narrows the reminders to those of use now, for example when
    closing. `memory` keeps a reminder away that an earlier visit of the last twelve months showed for the
    same reason, or that this clinician put away for good.
    """
    wanted = _Wanted(hidden, moments, memory)
    reminders, silent = _reminders(catalogue, facts, wanted)
    asked = asking(catalogue, facts, hidden)
    return Prompts(
        opening=_opening(catalogue, facts),
        reminders=reminders,
        questions=asked.questions,
        silent=silent,
        confirm=asked.confirm,
    )


def without_reminders(prompts: Prompts) -> Prompts:
    """The same of somebody who has died: there is nobody to ask, and nothing to be reminded of."""
    reason = _("The chart says that the patient has died.")
    silenced = tuple(SilentReminder(each.reminder, Silence.DIED, reason) for each in prompts.reminders)
    return replace(prompts, reminders=(), silent=prompts.silent + silenced, confirm=())


def opening_question_now(catalogue: Catalogue) -> Question:
    """The question for a page that is painted before anything was read."""
    return catalogue.opening(Opens.USUALLY)


def _opening(catalogue: Catalogue, facts: ChartFacts) -> Question:
    """The usual one, unless it is known that nothing was ever said."""
    is_read = {Known.STATEMENTS, Known.NOTES} <= facts.known
    if is_read and not any(statement.was_said for statement in facts.statements):
        return catalogue.opening(Opens.WHEN_NOTHING_IS_ON_FILE)
    return opening_question_now(catalogue)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which reminders may be shown at all."""

    hidden: frozenset[str]
    moments: frozenset[Moment]
    memory: Memory


def _reminders(
    catalogue: Catalogue, facts: ChartFacts, wanted: _Wanted
) -> tuple[tuple[ShownReminder, ...], tuple[SilentReminder, ...]]:
    answers = [_answer(reminder, facts, wanted) for reminder in catalogue.reminders]
    due = [answer for answer in answers if isinstance(answer, ShownReminder)]
    shown = {tier: first for tier in Tier if (first := _first(due, tier))}
    silent = tuple(
        answer if isinstance(answer, SilentReminder) else _gives_way(answer, shown[answer.reminder.tier])
        for answer in answers
        if answer not in shown.values()
    )
    return tuple(shown[tier] for tier in (Tier.DECISION, Tier.UNIVERSAL) if tier in shown), silent


def _first(due: Sequence[ShownReminder], tier: Tier) -> ShownReminder | None:
    """What was not shown yet goes first: a need that does not go away would else keep all others away."""
    of_tier = [each for each in due if each.reminder.tier is tier]
    return min(of_tier, key=lambda each: each.is_again, default=None)


def _gives_way(due: ShownReminder, first: ShownReminder) -> SilentReminder:
    reason = _("%(first)s goes first in this visit.", first=first.reminder.id)
    return SilentReminder(due.reminder, Silence.ANOTHER_GOES_FIRST, reason)


def _answer(reminder: Reminder, facts: ChartFacts, wanted: _Wanted) -> ShownReminder | SilentReminder:
    """What this chart makes of one reminder, whatever the others do."""
    put_away = _put_away(reminder, wanted)
    if put_away is not None:
        return put_away
    here = [evaluate(condition, facts) for condition in reminder.when]
    in_the_way = [evaluate(condition, facts) for condition in reminder.unless]
    if any(finding.holds is False for finding in here) or any(finding.holds for finding in in_the_way):
        return SilentReminder(reminder, Silence.NOT_MET, _("What it asks of the chart is not there."))
    missing = {part for finding in (*here, *in_the_way) for part in finding.missing}
    if missing:
        parts = listed(_(PARTS_IN_WORDS[part]) for part in sorted(missing))
        reason = _("Stays away, since these could not be read in full: %(parts)s.", parts=parts)
        return SilentReminder(reminder, Silence.NOT_READ, reason, missing=tuple(sorted(missing)))
    found = triggers(reminder.id, zip(reminder.when, here, strict=True))
    before = shown_before(wanted.memory, found, facts.today)
    if before is not None and reminder.repeats is Repeats.ONCE_A_YEAR:
        reason = _(
            "Shown on %(day)s for the same reason; next after %(next)s.",
            day=day(before.on),
            next=day(before.next_after),
        )
        return SilentReminder(reminder, Silence.SHOWN_BEFORE, reason)
    evidence = tuple(evidence for finding in here for evidence in finding.because)
    return ShownReminder(reminder, evidence=evidence, triggers=found, is_again=before is not None)


def _put_away(reminder: Reminder, wanted: _Wanted) -> SilentReminder | None:
    """Why it stays away from any chart, None where it does not."""
    if reminder.id in wanted.hidden:
        return SilentReminder(reminder, Silence.HIDDEN, _("Hidden for this visit."))
    if reminder.id in wanted.memory.hidden:
        return SilentReminder(reminder, Silence.HIDDEN_FOR_GOOD, _("Hidden for you, in every visit."))
    if reminder.moment not in wanted.moments:
        return SilentReminder(reminder, Silence.OTHER_MOMENT, _("It is for another moment of the visit."))
    return None
