"""Every text that may stand in the resource of a ledger entry, besides what codes are called."""

from collections.abc import Iterable, Iterator
from typing import Final

from smartapp import __version__
from smartapp.fhir import guard_terms as terms
from smartapp.fhir.questionnaire_response import answer
from smartapp.fhir.wording import note_text
from smartapp.sdm.choices import option
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.writing.entry import Entry
from smartapp.writing.making import Making
from smartapp.writing.model import WriteContext

_FIXED: Final = frozenset(
    {
        "The patient's own words.",
        "Decision agreed",
        "What matters to the patient",
        "What matters to the patient: goals and preferences",
        terms.PROGRESS_NOTE["display"],
        f"Common Ground {__version__}",
    }
)


def texts_of(entry: Entry, context: WriteContext, making: Making) -> frozenset[str]:
    """What was said and asked, who said it, the names of the visit, and what the app writes itself."""
    ordered = [
        making.statements[id_] for draft in entry.drafts for id_ in draft.about if id_ in making.statements
    ]
    names = (context.patient_name, context.practitioner_name, context.organization_name)
    if entry.handout is not None:
        return frozenset({terms.HANDOUT, terms.HANDOUT_DESCRIPTION, entry.handout.title, *names})
    return _FIXED.union(names, _said(entry.drafts), (one.words for one in ordered))


def _said(drafts: Iterable[DraftStatement]) -> Iterator[str]:
    for draft in drafts:
        yield from (draft.words, option(draft.kind, draft.choice), draft.speaker.strip(), note_text(draft))
        yield draft.question or _asked(draft.kind)
        yield answer(draft)


def _asked(kind: Kind) -> str:
    concept = terms.CONFIDENCE if kind is Kind.CONFIDENCE else terms.PREFERENCES.get(kind)
    return concept.display if concept else ""
