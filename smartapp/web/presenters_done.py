"""Done: what became of each statement, the text for the note, and what was left out."""

from dataclasses import dataclass
from datetime import datetime

from smartapp.sdm.wording import KIND_WORDS
from smartapp.web import words
from smartapp.web.draft import Box
from smartapp.web.presenters_frame import Frame
from smartapp.web.presenters_review import said_by, why_not
from smartapp.writing.model import PlannedItem, Receipt, Rung, State
from smartapp.writing.readback import Difference

_ORDER = (State.REFUSED, State.UNKNOWN, State.SENDING, State.PLANNED, State.STORED)

_TOO_BUSY = 429


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """`tone`: stored, refused, wait or copy. `retry_label`: "" without a button. `lines`: beside the
    words.
    """

    id: str
    tone: str
    state: str
    said_by: str
    words: str
    is_quoted: bool
    note: str
    title: str
    lines: tuple[str, ...]
    retry_label: str


@dataclass(frozen=True, slots=True)
class LeftView:
    kind: str
    words: str
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class DonePage:
    """`check_label`: the button that asks the chart again, "" when nothing is open. `note_text`: ""
    without receipts.
    """

    frame: Frame
    heading: str
    intro: str
    receipts: tuple[ReceiptView, ...]
    check_label: str
    note_text: str
    note_rows: int
    left: tuple[LeftView, ...]


def done_page(
    frame: Frame, receipts: tuple[Receipt, ...], left: tuple[Box, ...], *, note_text: str
) -> DonePage:
    return DonePage(
        frame=frame,
        heading=heading(receipts),
        intro=_intro(receipts),
        receipts=tuple(_receipt(receipt, frame.call_name) for receipt in sorted(receipts, key=_place)),
        check_label=_check_label(receipts),
        note_text=note_text,
        note_rows=min(max(note_text.count("\n") + 2, 4), 16),
        left=tuple(LeftView(KIND_WORDS[box.kind], box.words, box.verbatim) for box in left),
    )


def heading(receipts: tuple[Receipt, ...]) -> str:
    """ "3 of 4 are in the chart. 1 was not accepted." Never says more than what was read back."""
    sent = [receipt for receipt in receipts if receipt.rung is not Rung.COPY]
    if not receipts:
        return "Nothing was sent yet"
    if not sent:
        return "Your text is ready to copy"
    stored = sum(receipt.state is State.STORED for receipt in sent)
    refused = sum(receipt.state is State.REFUSED for receipt in sent)
    open_ = len(sent) - stored - refused
    if stored == len(sent):
        return "It is in the chart" if stored == 1 else f"All {stored} are in the chart"
    parts = [f"{stored} of {len(sent)} {'is' if stored == 1 else 'are'} in the chart."]
    if refused:
        parts.append(f"{refused} {'was' if refused == 1 else 'were'} not accepted.")
    if open_:
        parts.append(f"{open_} {'is' if open_ == 1 else 'are'} not certain yet.")
    return " ".join(parts)


def _place(receipt: Receipt) -> int:
    return len(_ORDER) if receipt.rung is Rung.COPY else _ORDER.index(receipt.state)


def _intro(receipts: tuple[Receipt, ...]) -> str:
    if not receipts:
        return "What you send appears here, with what the chart answered."
    if all(r.state is State.STORED or r.rung is Rung.COPY for r in receipts):
        return ""
    return "The words that are not in the chart are kept, and they are in the text for your note."


def _check_label(receipts: tuple[Receipt, ...]) -> str:
    states = {receipt.state for receipt in receipts if receipt.rung is not Rung.COPY}
    if states & {State.UNKNOWN, State.SENDING}:
        return "Check the chart again"
    return "Send now" if State.PLANNED in states else ""


def _receipt(receipt: Receipt, name: str) -> ReceiptView:
    tone, state, title, lines = _outcome(receipt)
    return ReceiptView(
        id=receipt.draft.id,
        tone=tone,
        state=state,
        said_by=f"{KIND_WORDS[receipt.draft.kind]}. {said_by(receipt.draft, name)}",
        words=receipt.draft.words,
        is_quoted=receipt.draft.verbatim,
        note=_reason(receipt) if tone == "refused" else "",
        title=title,
        lines=lines,
        retry_label="Send again" if tone == "refused" or receipt.is_absent else "",
    )


def _outcome(receipt: Receipt) -> tuple[str, str, str, tuple[str, ...]]:
    """Tone, state in words, and what stands beside the words."""
    if receipt.rung is Rung.COPY:
        reason = why_not(PlannedItem(receipt.draft, receipt.rung, receipt.why_not))
        return "copy", "In the text for your note", "Text for your note", (reason,)
    match receipt.state:
        case State.STORED:
            return "stored", "In the chart", receipt.reference, _stored_lines(receipt)
        case State.REFUSED:
            return "refused", "Not in the chart", "", ("The words are kept.",)
        case State.PLANNED:
            return "wait", "Not sent yet", "", ("The words are kept.",)
        case _:
            return "wait", *_in_doubt(receipt)


def _in_doubt(receipt: Receipt) -> tuple[str, str, tuple[str, ...]]:
    """State, title and lines for what was sent and is not known to be in the chart as it was sent."""
    if receipt.reason in tuple(Difference):
        return "Not as you wrote it", "Look in the chart", (receipt.reason, "It is not sent again.")
    if receipt.is_absent:
        return "Not found in the chart", "", ("The EHR gave no clear answer.",)
    lines = ("The EHR gave no clear answer.", "It is not sent again before the chart was searched.")
    return "Being checked", "", lines


def _stored_lines(receipt: Receipt) -> tuple[str, ...]:
    version = f"Version {words.one_line(receipt.version, 20)}" if receipt.version else ""
    read_back = (
        f"Read back from the chart at {_time(receipt.at)}" if receipt.at else "Read back from the chart"
    )
    return tuple(line for line in (read_back, version) if line)


def _time(at: datetime) -> str:
    return words.clock_time(at)


def _reason(receipt: Receipt) -> str:
    """In the EHR's own words where it has answered; else, and where it only was too busy, in ours."""
    said = words.one_line(receipt.reason, 200)
    if said and receipt.status in {None, _TOO_BUSY}:
        return said
    code = f" ({receipt.status})" if receipt.status is not None else ""
    if said:
        return f"The EHR answered “{said}”{code}. Nothing was stored."
    return f"The EHR did not accept it{code}. Nothing was stored."
