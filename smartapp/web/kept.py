"""What of a visit is not in the chart and is kept: its draft, and what was to be sent or changed."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from smartapp.sdm.choices import said
from smartapp.web import draft
from smartapp.web.visit import Visit
from smartapp.writing.model import State


@dataclass(frozen=True, slots=True)
class Kept:
    """`texts`: each statement, as it was typed. `at`: the last change, local. `is_anonymous`: no later launch
    can be offered them, because the EHR did not say who typed them.
    """

    texts: tuple[str, ...]
    at: datetime | None
    is_anonymous: bool


async def what_is_kept(visit: Visit) -> Kept:
    """Also of a visit that is over."""
    services = visit.services
    stored = await services.drafts.load(visit.id)
    receipts = await services.sender.receipts(visit.id)
    left = (one.draft for one in receipts if one.state not in {State.STORED, State.PASTED})
    unsent = {one.id: said(one.kind, one.words, one.choice) for one in left}
    sent = {one.draft.id for one in receipts}
    kept_draft = draft.Draft() if stored is None else draft.decode(stored.body)
    texts = [*(box.said for box in kept_draft.written if box.id not in sent), *unsent.values()]
    # The clinician's own decision sheet is one more thing that is kept.
    texts += list(filter(None, ["\n".join(each.text for each in kept_draft.sheet)]))
    changes = await _unsent_changes(visit)
    handouts = await services.filer.receipts(visit.id, owner=visit.session.owner)
    not_there = [one for one in handouts if one.is_here and one.state is not State.STORED]
    texts += [text for text, _ in changes] + [one.text for one in not_there]
    times = [one.at for one in receipts if one.at is not None] + [at for _, at in changes]
    times += [one.at for one in not_there if one.at is not None]
    if stored is not None:
        times.append(stored.changed_at)
    at = services.local(max(times)) if times else None
    return Kept(tuple(texts), at, visit.session.is_anonymous)


async def note_what_is_kept(request: Request, ended: Visit) -> None:
    """Note on the request what the "session ended" page tells."""
    kept = await what_is_kept(ended)
    request.state.kept_statements = len(kept.texts)
    request.state.kept_at = kept.at
    request.state.only_here = "\n\n".join(kept.texts) if kept.is_anonymous else ""


async def _unsent_changes(visit: Visit) -> list[tuple[str, datetime]]:
    """What was typed to change the chart's goals and is not in the chart, with its time."""
    receipts = await visit.services.changer.receipts(visit.id)
    typed = [("\n".join(filter(None, (one.change.words, one.change.note))), one) for one in receipts]
    return [(text, one.at) for text, one in typed if text and one.at and one.state is not State.STORED]
