"""The handout: choosing what goes on the page, the page as it prints, and the same as a PDF file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from smartapp import i18n
from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.sdm import handout
from smartapp.sdm.handout import Handout, Line, Written
from smartapp.sdm.handout_texts import HandoutLanguage
from smartapp.sdm.model import SaidBy
from smartapp.web import handout_kept, presenters_handout, words
from smartapp.web.desk import Desk, look
from smartapp.web.draft_form import text
from smartapp.web.errors import wants_json
from smartapp.web.handout_kept import Choices, Kept
from smartapp.web.presenters_frame import call_name, frame
from smartapp.web.presenters_said import anchor, language_tag
from smartapp.web.visit import Visit, open_even_ended, open_posted, open_visit, read_posted, see
from smartapp.writing.model import Receipt, State

_NAME_LIMIT: Final = 80
_TAKEN_BACK: Final = frozenset({State.STORED, State.SENDING, State.UNKNOWN})
_FORM, _PRINTED, _FAILED = "handout", "handout/page", "handout/page?pdf=failed"


@dataclass(frozen=True, slots=True)
class _Held:
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


async def show(request: Request) -> Response:
    """What can go on the page, and what the clinician adds."""
    visit = await open_visit(request)
    patient = await visit.patient()
    held = await _held(visit)
    shown = presenters_handout.Shown(
        record=held.record,
        lines=held.lines,
        ticked=frozenset(line.id for line in held.chosen),
        choices=held.choices,
        kept=held.kept,
        languages=held.languages,
        unsent=len(held.desk.draft.written),
        links=visit.services.handouts.site.education_links,
        today=visit.services.today(),
    )
    page = presenters_handout.form_page(await frame(visit, patient, ""), shown)
    return HTMLResponse(await visit.services.pages.html("handout.html", page))


async def keep(request: Request) -> Response:
    """Keep what was chosen and typed, also when the launch is over, and then go where the button said."""
    form = await read_posted(request)
    choices = handout_kept.read(form)
    request.state.typed = "\n\n".join(filter(None, _typed(choices)))
    visit = await open_even_ended(request)
    visit.check(text(form, "token"), text(form, "patient"))
    kept_at = await handout_kept.keep(visit, choices)
    await open_visit(request)  # tells that the session ended, now that the text is safe
    if wants_json(request):
        return JSONResponse({"kept_at": words.clock_time(kept_at)})
    return see(visit.path(_FORM if text(form, "next") == "form" else _PRINTED))


async def start_again(request: Request) -> Response:
    """Forget what was chosen and typed, and begin with what the visit has."""
    visit, _form = await open_posted(request)
    await handout_kept.keep(visit, _first_choices(visit, await visit.record(), _languages(visit)))
    return see(visit.path(_FORM))


async def printed(request: Request) -> Response:
    """The page as it prints."""
    visit = await open_visit(request)
    patient = await visit.patient()
    if patient.deceased:
        return see(visit.path(_FORM))
    held = await _held(visit)
    page = presenters_handout.printed_page(
        await frame(visit, patient, ""),
        _handout(visit, held),
        can_make_pdf=visit.services.pdf is not None,
        has_failed=request.query_params.get("pdf") == "failed",
    )
    return HTMLResponse(await visit.services.pages.html("handout_page.html", page))


async def as_pdf(request: Request) -> Response:
    """The page as a PDF file. Without a name in its own, for it lies on the clinic's computer."""
    visit = await open_visit(request)
    services, patient = visit.services, await visit.patient()
    if services.pdf is None or patient.deceased:
        return see(visit.path(_PRINTED))
    page = presenters_handout.PaperPage(_handout(visit, await _held(visit)))
    html = await services.pages.html("handout_pdf.html", page)
    made = await services.pdf.print(html, services.handouts.site.paper)
    if made is None:
        return see(visit.path(_FAILED))
    headers = {"Content-Disposition": 'attachment; filename="handout.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


def is_ticked(line: Line, choices: Choices) -> bool:
    """As the clinician left it. What they have not seen yet: the patient's words and decisions of today."""
    if line.id in choices.listed:
        return line.id in choices.ticked
    return line.is_today and line.said_by is not SaidBy.RELATED_PERSON


async def _held(visit: Visit) -> _Held:
    record, desk, kept = await visit.record(), await look(visit), await handout_kept.load(visit)
    languages = _languages(visit)
    choices = kept.choices if kept else _first_choices(visit, record, languages)
    if choices.language not in languages:
        choices = replace(choices, language=_language_for(record, languages))
    return _Held(
        record=record,
        desk=desk,
        kept=kept,
        choices=choices,
        lines=_lines(record, desk, choices, on=visit.services.today()),
        languages=languages,
    )


def _languages(visit: Visit) -> Mapping[str, HandoutLanguage]:
    services = visit.services
    return services.handouts.offered(drafts=services.settings.draft_translations)


def _first_choices(visit: Visit, record: PatientRecord, languages: Mapping[str, HandoutLanguage]) -> Choices:
    """The patient's language where there is a page in it, and what the site prints on every one."""
    site = visit.services.handouts.site
    return Choices(
        language=_language_for(record, languages),
        written_in=i18n.language(),
        call=site.call,
        costs=site.costs,
    )


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


def _handout(visit: Visit, held: _Held) -> Handout:
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


def _typed(choices: Choices) -> tuple[str, ...]:
    return choices.why, choices.next_steps, choices.call, choices.costs
