"""A question shown to the patient, at the clinician's tap: its words and nothing of the chart."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp import i18n
from smartapp.errors import NotFound
from smartapp.sdm.knowledge import Catalogue, Question
from smartapp.web.desk import look
from smartapp.web.draft import Draft
from smartapp.web.presenters.banner import looks
from smartapp.web.presenters.for_patient import Screen, for_patient_page
from smartapp.web.presenters.room import PROMPTS, prompt_of, question_behind
from smartapp.web.visit import Visit, open_visit


async def show(request: Request) -> Response:
    """The question in the path. Raises NotFound for one that the catalogue does not have."""
    visit = await open_visit(request)
    services = visit.services
    question = services.catalogue.question(request.path_params["question_id"])
    if question is None:
        raise NotFound("no such question")
    patients = await _language_of(visit)
    tag = (await visit.patient()).language
    screen = _screen(
        visit,
        question,
        draft=(await look(visit)).draft,
        patients=patients,
        reads_traditional=bool(tag) and i18n.is_traditional(tag),
        wanted=request.query_params.get("language", patients or i18n.SOURCE),
    )
    known = request.state.languages
    page = for_patient_page(screen, known, looks(visit))
    with i18n.speaking(known.get(screen.wanted, i18n.ENGLISH)):
        return HTMLResponse(await services.pages.html("for_patient.html", page))


def sequence(draft: Draft, catalogue: Catalogue, now: Question) -> tuple[Question, ...]:
    """The questions that stand on the room's page, in its order, each once; `now` among them."""
    prompts = (question_behind(str(prompt.kind), catalogue) for prompt in PROMPTS)
    added = (catalogue.question(box.question) for box in draft.boxes if box.question)
    each = {question.id: question for question in (*prompts, *added, now) if question is not None}
    return tuple(each.values())


def _screen(
    visit: Visit,
    question: Question,
    *,
    draft: Draft,
    patients: str | None,
    wanted: str,
    reads_traditional: bool,
) -> Screen:
    services = visit.services
    offered = tuple(
        language for tag, language in visit.languages.items() if tag in services.translations.languages
    )
    tags = [language.tag for language in offered]
    shown = wanted if wanted in tags else i18n.SOURCE
    return Screen(
        question=question,
        questions=sequence(draft, services.catalogue, question),
        wording=services.translations.wording(question, shown),
        wanted=shown,
        languages=offered,
        path=visit.path(),
        opened=prompt_of(question, services.catalogue),
        is_spoken=patients in tags,
        reads_traditional=reads_traditional,
    )


async def _language_of(visit: Visit) -> str | None:
    """The patient's language, as far as there is something in it; None also where it is not recorded."""
    patient = await visit.patient()
    return i18n.nearest([patient.language], visit.languages) if patient.language else None
