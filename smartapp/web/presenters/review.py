"""Review and send: every statement exactly as it will be stored, and where it goes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.i18n import ngettext
from smartapp.sdm.choices import CHOICES
from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from smartapp.sdm.wording import KIND_WORDS
from smartapp.web import words
from smartapp.web.importance import RANKED
from smartapp.web.presenters.frame import Frame
from smartapp.web.presenters.note import NoteView
from smartapp.web.presenters.places import more_exactly, note_name, place, why_not
from smartapp.web.presenters.wording import WordingView
from smartapp.writing.model import PlannedItem, Rung, WriteSite

_FEWEST_RANKED: Final = 2
_IN_SHORT: Final = 90


@dataclass(frozen=True, slots=True)
class ItemView:
    """`said_by`: "Said by Rosa" or "Your summary of what Rosa said". `lines`: beneath the place it goes
    to. `wording`: words of the clinician's own that may read as judging, None without any.
    """

    id: str
    kind: str
    said_by: str
    words: str
    is_quoted: bool
    notes: tuple[str, ...]
    where: str
    lines: tuple[str, ...]
    is_ticked: bool
    wording: WordingView | None


@dataclass(frozen=True, slots=True)
class RankView:
    """One statement that can have a number. `numbers`: those on offer; `number`: the one it has, or ""."""

    id: str
    label: str
    words: str
    number: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RanksView:
    """`is_open`: something in it has to be mended."""

    rows: tuple[RankView, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Message:
    """Why nothing was sent. `field`: the id of the input that it is about, or ""."""

    text: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """`shown`: a fingerprint of all that is on the page, to tell at Send that nothing changed since.
    `action` and `way_back`: ends of the launch's path. `signed_label`: the tick without which a note that is
    signed at once does not go, "" where none is. `send_label` "": nothing can be sent.
    """

    frame: Frame
    title: str
    heading: str
    intro: str
    action: str
    way_back: str
    change_label: str
    message: Message
    items: tuple[ItemView, ...]
    note: NoteView | None
    ranks: RanksView | None
    shown: str
    is_read_back: bool
    read_back_note: str
    signed_label: str
    is_signed: bool
    chart_label: str
    send_label: str


@dataclass(frozen=True, slots=True)
class Ticks:
    """What the clinician ticked and chose before the page is shown again. `unticked`: ids of statements.
    `numbers`: of the order of importance, as chosen, by id.
    """

    unticked: frozenset[str] = frozenset()
    read_back: bool = False
    signed: bool = False
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page is about. `names`: the chart's words for what statements are about. `standing`: of this
    visit, in the chart already. `is_again`: another way for what was refused. `is_stopped`: nothing can be
    sent, wherever it would go. `wording`: by id of the statement.
    """

    items: tuple[PlannedItem, ...]
    site: WriteSite
    fingerprint: str
    names: Mapping[str, str]
    note: NoteView | None
    standing: tuple[DraftStatement, ...] = ()
    is_again: bool = False
    is_stopped: bool = False
    wording: Mapping[str, WordingView] = field(default_factory=dict)

    @property
    def goes_nowhere(self) -> bool:
        """Nothing is sent: there is only text to copy."""
        return all(item.rung is Rung.COPY for item in self.items)


def review_page(frame: Frame, shown: Shown, ticks: Ticks, message: Message) -> ReviewPage:
    items, copy_only = shown.items, shown.goes_nowhere
    signed = [item.draft.id for item in items if item.needs_confirmation]
    return ReviewPage(
        frame=frame,
        title=_("Choose another way") if shown.is_again else _("Review and send"),
        heading=_heading(shown),
        intro=_intro(shown),
        action="divert" if shown.is_again else "send",
        way_back="done" if shown.is_again else "room",
        change_label=_change_label(shown),
        message=replace(message, text=_(message.text)),
        items=tuple(_item(item, frame.call_name, shown, ticks) for item in items),
        note=shown.note,
        ranks=None
        if shown.is_again or shown.is_stopped
        else _ranks(shown, ticks, is_open=message.field == "ranks"),
        shown=shown.fingerprint,
        is_read_back=ticks.read_back,
        read_back_note=_read_back_note(frame.call_name, in_record=not copy_only),
        signed_label=_signed_label(shown.site) if signed else "",
        is_signed=ticks.signed,
        chart_label=_("For the note of") if copy_only else _("To the chart of"),
        send_label=_send_label(shown),
    )


def _read_back_note(name: str, *, in_record: bool) -> str:
    if in_record:
        return _(
            "Kept with the date. You may leave it empty. %(name)s can read these words in the record.",
            name=name,
        )
    return _("Kept with the date. You may leave it empty. %(name)s can read these words.", name=name)


def said_by(draft: DraftStatement, name: str) -> str:
    """Whose words: "Said by Rosa"; a summary never passes for a quotation."""
    who = (
        name if draft.said_by is SaidBy.PATIENT else words.one_line(draft.speaker, 120) or _("someone close")
    )
    if draft.kind is Kind.PRIORITIES:
        return _("The order that %(who)s gave", who=who)
    return (
        _("Said by %(who)s", who=who) if draft.verbatim else _("Your summary of what %(who)s said", who=who)
    )


def is_quoted(draft: DraftStatement) -> bool:
    """Whether it stands in quotation marks: neither an option's own words nor an order of importance is a
    quotation.
    """
    is_option = draft.words.strip() in {"", _option(draft)}
    return draft.verbatim and draft.kind is not Kind.PRIORITIES and not is_option


def words_of(draft: DraftStatement) -> str:
    """What was said, or the option that was chosen where nothing was."""
    return draft.words if draft.words.strip() else _option(draft)


def chosen(draft: DraftStatement) -> str:
    """The option that was chosen beside what was said, else ""."""
    option = _option(draft)
    return (
        _("Chosen: %(option)s", option=option) if option and draft.words.strip() not in {"", option} else ""
    )


def _option(draft: DraftStatement) -> str:
    return CHOICES.get(draft.kind, {}).get(draft.choice, "")


def _can_be_ranked(items: Sequence[PlannedItem], standing: Sequence[DraftStatement]) -> list[DraftStatement]:
    """Goals and preferences that go to the chart, or stand there from this visit."""
    going = [item.draft for item in items if item.rung is not Rung.COPY]
    return [draft for draft in (*standing, *going) if draft.kind in RANKED]


def _heading(shown: Shown) -> str:
    number = len(shown.items)
    if shown.is_again:
        if not number:
            return _("Nothing waits for another way")
        return ngettext("Another way for %(n)s statement", "Another way for %(n)s statements", number)
    if not number:
        return _("Nothing to send yet")
    return ngettext("%(n)s statement, word for word", "%(n)s statements, word for word", number)


def _change_label(shown: Shown) -> str:
    if shown.is_again:
        return _("Leave it as it is")
    return _("Change the words") if shown.items else _("Go to the questions")


def _send_label(shown: Shown) -> str:
    if shown.is_stopped:
        return ""
    return _("Make the text") if shown.goes_nowhere else _("Send to this chart")


def _intro(shown: Shown) -> str:
    if shown.is_stopped and shown.items:
        return _("Your words are kept. They are offered when Common Ground is opened from the right visit.")
    if shown.is_again:
        if not shown.items:
            return _("Every statement of this visit has its answer.")
        return _("The EHR did not accept this as it was sent. Nothing goes before you press the button.")
    if not shown.items:
        return _("What you write in the room is listed here, word for word, before anything is sent.")
    if shown.goes_nowhere:
        return _(
            "Nothing will be sent as data. You will get one text for your note. Untick what should not go."
        )
    return _("Nothing is sent before you press the button. Untick what should not go.")


def _signed_label(site: WriteSite) -> str:
    return _(
        "File it as a signed %(note)s now. This EHR keeps no drafts from apps.", note=note_name(site).lower()
    )


def _item(item: PlannedItem, name: str, shown: Shown, ticks: Ticks) -> ItemView:
    draft = item.draft
    about = [shown.names[reference] for reference in draft.addresses if reference in shown.names]
    return ItemView(
        id=draft.id,
        kind=_(KIND_WORDS[draft.kind]),
        said_by=said_by(draft, name),
        words=words_of(draft),
        is_quoted=is_quoted(draft),
        notes=tuple(
            filter(None, (chosen(draft), _("About: %(what)s", what=words.in_a_row(about)) if about else ""))
        ),
        where=_("Not sent") if shown.is_stopped else place(item.rung, shown.site),
        lines=_lines(item, name, shown.site),
        is_ticked=draft.id not in ticks.unticked,
        wording=shown.wording.get(draft.id),
    )


def _lines(item: PlannedItem, name: str, site: WriteSite) -> tuple[str, ...]:
    draft = item.draft
    lines = [
        _("Target date %(day)s", day=words.day(draft.due)) if draft.due else "",
        more_exactly(item, site),
    ]
    if draft.said_by is SaidBy.RELATED_PERSON:
        speaker = words.one_line(draft.speaker.partition(",")[0], 60) or _("this person")
        lines.append(_("Kept as %(speaker)s’s words, not as %(name)s’s", speaker=speaker, name=name))
    return tuple(line for line in (*lines, why_not(item, site)) if line)


def _ranks(shown: Shown, ticks: Ticks, *, is_open: bool) -> RanksView | None:
    drafts = _can_be_ranked(shown.items, shown.standing)
    if len(drafts) < _FEWEST_RANKED:
        return None
    numbers = tuple(str(number) for number in range(1, len(drafts) + 1))
    rows = tuple(
        RankView(
            id=draft.id,
            label=_(
                "Number of: %(kind)s. %(words)s",
                kind=_(KIND_WORDS[draft.kind]),
                words=words.one_line(draft.words, _IN_SHORT),
            ),
            words=words.one_line(draft.words, _IN_SHORT),
            number=ticks.numbers.get(draft.id, ""),
            numbers=numbers,
        )
        for draft in drafts
    )
    return RanksView(rows, is_open)


def unticked(chosen: Collection[str], listed: Collection[str]) -> frozenset[str]:
    """What stood on the page and was not ticked; what is new since then is ticked, as on every first look."""
    return frozenset(listed) - frozenset(chosen)
