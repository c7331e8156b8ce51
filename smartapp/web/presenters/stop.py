"""A page that stops: what happened, what is kept, what to do, and a line for IT."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from smartapp.errors import AppError, SessionEnded, UnknownIssuer
from smartapp.i18n import gettext as _
from smartapp.i18n import marked, ngettext
from smartapp.web import words

_ISS_LIMIT = 200
_NOBODY = marked(
    "The EHR did not say who is signed in, so a new launch cannot know these words for yours. "
    "Nothing more was sent to the chart."
)
_SENTENCE = re.compile(r"[^.。]+(?:[.。]+|$)")
_TO_MEND = marked("Something on the page before was missing or too long, so its words are not kept.")
_COPY = marked(
    "Copy the words below. Then open Common Ground again from the patient's chart, and paste them."
)


@dataclass(frozen=True, slots=True)
class StopPage:
    """`heading` one line a sentence. `for_it`: lines in a box to be copied, else `code` and `reference`
    stand in a line.

    `typed`: words that are nowhere else to be found, to be copied by hand.
    """

    title: str
    heading: tuple[str, ...]
    lead: str
    next_step: str
    code: str
    reference: str
    for_it: str
    typed: str
    typed_heading: str = ""


def stop_page(error: AppError, *, reference: str, typed: str = "") -> StopPage:
    heading = _(error.heading)
    return StopPage(
        title=heading.rstrip(".。"),
        heading=tuple(_sentences(heading)),
        lead=_(error.message),
        next_step=_(error.next_step),
        code=error.code,
        reference=reference,
        for_it="",
        typed=typed,
        typed_heading=_("Your words are not kept yet. Copy them"),
    )


def session_ended_page(
    error: SessionEnded,
    *,
    reference: str,
    statements: int,
    kept_at: datetime | None,
    only_here: str = "",
    unkept: str = "",
) -> StopPage:
    """With what is kept, where there is something. `kept_at` is local. `only_here`: words that no later
    launch can offer, because the EHR did not say who typed them. `unkept`: of a form that had to be mended
    first.
    """
    page = stop_page(error, reference=reference)
    if unkept:
        heading = _sentences(_(error.heading))[:1]
        return replace(
            page,
            title=heading[0].rstrip(".。"),
            heading=tuple(heading),
            lead=_(_TO_MEND),
            next_step=_(_COPY),
            typed=unkept,
        )
    if kept_at is None or not statements:
        return page
    if only_here:
        return replace(
            page, lead=_(_NOBODY), next_step=_(_COPY), typed=only_here, typed_heading=_("Your words")
        )
    lead = ngettext(
        "%(n)s statement is kept, last changed at %(time)s. "
        "It waits 12 hours, for you and this patient only.",
        "%(n)s statements are kept, last changed at %(time)s. "
        "They wait 12 hours, for you and this patient only.",
        statements,
        time=words.clock_time(kept_at),
    )
    return replace(page, lead=lead)


def unknown_issuer_page(
    error: UnknownIssuer, *, iss: str, known: int, reference: str, at: datetime
) -> StopPage:
    """With the lines that IT needs. `iss` comes from anybody's link: cut, and one line."""
    lines = (
        f"iss {words.one_line(iss, _ISS_LIMIT)}",
        f"not in launch_config ({known} known)",
        f"code {error.code}, reference {reference}",
        f"{words.day(at.date())} {words.clock_time(at)}",
    )
    return replace(stop_page(error, reference=reference), for_it="\n".join(lines))


def problem(error: AppError, *, reference: str) -> Mapping[str, str]:
    """The error for a script: the page's own words."""
    return {
        "code": error.code,
        "heading": _(error.heading),
        "message": _(error.message),
        "reference": reference,
    }


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE.findall(text)]
