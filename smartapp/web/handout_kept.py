"""What the clinician chose and typed for the handout, kept as a draft is: sealed, twelve hours, for the same
clinician and patient at this EHR.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from starlette.datastructures import FormData

from smartapp.errors import StoreUnavailable
from smartapp.store.drafts import StoredDraft
from smartapp.web.draft_form import text, typed
from smartapp.web.presenters.said import language_tag
from smartapp.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Choices:
    """`listed`: ids of what the form showed, `ticked` those of them that go on the page. `said_in`,
    `written_in`: languages of today's quotations and of the clinician's text, "" when not known. The others
    are as typed.
    """

    language: str = ""
    listed: tuple[str, ...] = ()
    ticked: tuple[str, ...] = ()
    said_in: str = ""
    written_in: str = ""
    uses_name: bool = False
    why: str = ""
    next_steps: str = ""
    call: str = ""
    costs: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """`at`: local time. `is_earlier`: typed in another launch of the same clinician and patient."""

    choices: Choices
    at: datetime
    is_earlier: bool = False


def read(form: FormData) -> Choices:
    """The posted form, words as they were typed. What is no language tag counts as not known."""
    return Choices(
        language=text(form, "language"),
        listed=_ids(form.getlist("listed")),
        ticked=_ids(form.getlist("line")),
        said_in=language_tag(text(form, "said_in")),
        written_in=language_tag(text(form, "written_in")),
        uses_name=text(form, "uses_name") == "yes",
        why=typed(text(form, "why")),
        next_steps=typed(text(form, "next_steps")),
        call=typed(text(form, "call")),
        costs=typed(text(form, "costs")),
    )


async def load(visit: Visit) -> Kept | None:
    """What was kept in this launch, else the newest of an earlier one. Raises StoreUnavailable."""
    drafts = visit.services.drafts
    stored = await drafts.load(_key(visit))
    if stored is not None:
        return _kept(visit, stored, is_earlier=False)
    earlier = await drafts.offered(_owner(visit), to_launch=_key(visit))
    return None if earlier is None else _kept(visit, earlier, is_earlier=True)


async def keep(visit: Visit, choices: Choices) -> datetime:
    """Keep these in place of what was kept. Returns the local time. Raises StoreUnavailable."""
    body = msgspec.json.encode(choices)
    kept_at = await visit.services.drafts.save(_key(visit), owner=_owner(visit), body=body)
    return visit.services.local(kept_at)


def _kept(visit: Visit, stored: StoredDraft, *, is_earlier: bool) -> Kept:
    try:
        choices = msgspec.json.decode(stored.body, type=Choices)
    except msgspec.DecodeError as error:
        raise StoreUnavailable("a handout of another version") from error
    return Kept(choices, visit.services.local(stored.changed_at), is_earlier)


def _key(visit: Visit) -> str:
    return f"handout-{visit.id}"


def _owner(visit: Visit) -> str:
    """Not the drafts' own, so that the questions page is not offered a handout for a draft."""
    return visit.services.vault.fingerprint("handout", visit.session.owner)


def _ids(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str))
