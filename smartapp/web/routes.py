"""Every address of the app. Paths are a contract with EHRs, bookmarks and other programs."""

from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.staticfiles import StaticFiles

from smartapp.web import (
    about,
    before,
    divert,
    done,
    for_patient,
    found,
    goal,
    handout,
    language,
    launch,
    picker,
    prompts,
    review,
    room,
    sheets,
    sources,
    statements,
    system,
    undo,
    why,
)
from smartapp.web.rendering import STATIC


def routes() -> list[BaseRoute]:
    return [
        Route("/", launch.home),
        Route("/launch", launch.launch),
        Route("/callback/{registration_id}", launch.callback),
        Route("/open/{registration_id}", picker.show),
        Route("/open/{registration_id}/patients", picker.search, methods=["POST"]),
        Route("/open/{registration_id}/launch", picker.open_patient, methods=["POST"]),
        Mount("/visits/{launch_id}", app=Router(_visit_routes(), redirect_slashes=False)),
        Route("/language", language.choose, methods=["POST"]),
        Route("/sources", sources.index),
        Route("/sources/wording.json", sources.wording_as_json),
        Route("/sources/wording", sources.show_wording),
        Route("/sources/{kind}/{id}.json", sources.as_json),
        Route("/sources/{kind}/{id}", sources.show),
        Route("/sources/{id}.json", sources.as_json),
        Route("/sources/{id}", sources.show),
        Route("/about", about.show),
        Route("/.well-known/jwks.json", system.jwks),
        Route("/healthz", system.healthz),
        Route("/readyz", system.readyz),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


def _visit_routes() -> list[BaseRoute]:
    return [
        Route("/", before.show),
        Route("/room", room.show),
        Route("/sheets/{sheet_id}", sheets.show),
        Route("/review", review.show),
        Route("/done", done.show),
        Route("/patient/{question_id}", for_patient.show),
        Route("/statements", statements.show),
        Route("/statements", found.answer, methods=["POST"]),
        Route("/draft", room.keep_draft, methods=["POST"]),
        Route("/draft/adopt", room.adopt_offer, methods=["POST"]),
        Route("/draft/discard", room.discard_offer, methods=["POST"]),
        Route("/send", review.send, methods=["POST"]),
        Route("/order", review.use_order, methods=["POST"]),
        Route("/divert", divert.show),
        Route("/divert", divert.send, methods=["POST"]),
        Route("/pasted", done.pasted, methods=["POST"]),
        Route("/check", done.check, methods=["POST"]),
        Route("/retry/{row}", done.retry, methods=["POST"]),
        Route("/goals/{goal_id}", goal.show),
        Route("/goals/{goal_id}", goal.change, methods=["POST"]),
        Route("/goals/{goal_id}/check", goal.check, methods=["POST"]),
        Route("/handout", handout.show),
        Route("/handout", handout.keep, methods=["POST"]),
        Route("/handout/again", handout.start_again, methods=["POST"]),
        Route("/handout/page", handout.printed),
        Route("/handout.pdf", handout.as_pdf),
        Route("/undo/{row}", undo.show),
        Route("/undo/{row}", undo.take_back, methods=["POST"]),
        Route("/prompts/{prompt_id}/hide", prompts.hide, methods=["POST"]),
        Route("/prompts/{prompt_id}/show", prompts.show_again, methods=["POST"]),
        Route("/prompts/{prompt_id}/not-useful", prompts.ask_why),
        Route("/prompts/{prompt_id}/not-useful", prompts.tell_why, methods=["POST"]),
        Route("/sources", why.index),
        Route("/why/{prompt_id}", why.show),
        Route("/reread", before.reread, methods=["POST"]),
    ]
