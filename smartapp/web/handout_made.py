"""The handout of a visit: what can go on it, what was chosen and typed, and the page that comes of both."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from smartapp import i18n
from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.sdm import handout
from smartapp.sdm.handout import Handout, Line, Written
from smartapp.sdm.handout_texts import HandoutLanguage
from smartapp.sdm.model import SaidBy
from smartapp.web import handout_kept, words
from smartapp.web.desk import Desk, look
from smartapp.web.handout_kept import Choices, Kept
from smartapp.web.presenters import handout as presenters_handout
from smartapp.web.presenters.frame import call_name
from smartapp.web.presenters.said import anchor, language_tag
from smartapp.web.visit import Visit
from smartapp.writing.model import Receipt, State

_NAME_LIMIT: Final = 80
_TAKEN_BACK: Final = frozenset({State.STORED, State.SENDING, State.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Held:
    """What a handout is made of: the chart, the visit's desk, what was chosen, and the languages offered."""

    record: PatientRecord
    desk: Desk
    kept: Kept | None
    choices: Choices
    lines: tuple[Line, ...]
    languages: Mapping[str, HandoutLanguage]

    @property
    def chosen(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if is_ticked(line, self.choices))


def is_ticked(line: Line, choices: Choices) -> bool:
    """As the clinician left it. What they have not seen yet: the patient's words and decisions of today."""
    if line.id in choices.listed:
        return line.id in choices.ticked
    return line.is_today and line.said_by is not SaidBy.RELATED_PERSON


async def held_of(visit: Visit) -> Held:
    """As everything stands now. Raises as `Visit.record`."""
    record, desk, kept = await visit.record(), await look(visit), await handout_kept.load(visit)
    languages = _languages(visit)
    choices = kept.choices if kept else first_choices(visit, record)
    if choices.language not in languages:
        choices = replace(choices, language=_language_for(record, languages))
    return Held(
        record=record,
        desk=desk,
        kept=kept,
        choices=choices,
        lines=_lines(record, desk, choices, on=visit.services.today()),
        languages=languages,
    )


def first_choices(visit: Visit, record: PatientRecord) -> Choices:
    """The patient's language where there is a page in it, and what the site prints on every one."""
    site = visit.services.handouts.site
    return Choices(
        language=_language_for(record, _languages(visit)),
        written_in=i18n.language(),
        call=site.call,
        costs=site.costs,
    )


def handout_of(visit: Visit, held: Held) -> Handout:
    """The page."""
    choices, language = held.choices, held.languages[held.choices.language]
    written = Written(
        lang=choices.written_in,
        name=call_name(held.record.patient) if choices.uses_name else "",
        why=choices.why,
        next_steps=choices.next_steps,
        call=choices.call,
        costs=choices.costs,
    )
    return handout.handout(
        held.chosen,
        written,
        language=language,
        site=visit.services.handouts.site,
        day=presenters_handout.day_in(language.tag, visit.services.today()),
    )


def _languages(visit: Visit) -> Mapping[str, HandoutLanguage]:
    services = visit.services
    return services.handouts.offered(drafts=services.settings.draft_translations)


def _language_for(record: PatientRecord, languages: Mapping[str, HandoutLanguage]) -> str:
    return i18n.match([record.patient.language], languages) or next(iter(languages))


def _lines(record: PatientRecord, desk: Desk, choices: Choices, *, on: date) -> tuple[Line, ...]:
    """What can go on the page: of today what was sent, of the chart what is said, confirmed and not over."""
    today = [
        handout.line_of_today(one.draft, said_in=choices.said_in, written_in=choices.written_in)
        for one in desk.receipts
        if _still_stands(one)
    ]
    chart = [
        handout.line_of_chart(one, anchor(one)) for one in all_statements(record) if handout.can_be_on_it(one)
    ]
    return tuple(
        # A name stands in a line of the page's own, where it must not turn the words next to it around.
        replace(line, speaker=words.one_line(line.speaker, _NAME_LIMIT), lang=language_tag(line.lang))
        for line in handout.lines(today, chart, on=on)
    )


def _still_stands(receipt: Receipt) -> bool:
    return receipt.taken_back not in _TAKEN_BACK
