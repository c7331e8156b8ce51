"""Which prompts a visit gets, with what is remembered: asked for before they are chosen, and added to when a
page that shows them was painted to its end.
"""

import logging
from collections.abc import Iterable
from datetime import date

from smartapp import logs
from smartapp.errors import StoreUnavailable
from smartapp.fhir.facts import facts_of
from smartapp.fhir.patient_record import PatientRecord
from smartapp.sdm.memory import Memory, ShownOn, Trigger
from smartapp.sdm.selection import Prompts, ShownReminder, select, without_reminders
from smartapp.store.hidden import WhosePreference
from smartapp.store.shown import ShownMarks
from smartapp.web.draft import Draft
from smartapp.web.visit import Visit


class Chosen:
    """The prompts of one page, chosen once: what was sent is what is remembered."""

    def __init__(self, visit: Visit, draft: Draft) -> None:
        self._visit = visit
        self._draft = draft
        self._prompts: Prompts | None = None
        self.shown: tuple[ShownReminder, ...] = ()

    async def prompts(self, record: PatientRecord) -> Prompts:
        """The same ones each time."""
        if self._prompts is None:
            self._prompts = await prompts_of(self._visit, record, self._draft)
            self.shown = self._prompts.reminders
        return self._prompts


async def prompts_of(visit: Visit, record: PatientRecord, draft: Draft) -> Prompts:
    """The questions and reminders for this chart, without those put away or shown before for the same
    reason. No reminder for somebody who has died.
    """
    facts = facts_of(record, today=visit.services.today())
    hidden, memory = frozenset(draft.hidden), await memory_of(visit)
    prompts = select(visit.services.catalogue, facts, hidden=hidden, memory=memory)
    return without_reminders(prompts) if record.patient.deceased else prompts


async def painted(visit: Visit, shown: Iterable[ShownReminder]) -> None:
    """Remember what the page showed. The page is whole already, so a database that fails only means that a
    reminder may come twice.
    """
    store, whose = visit.services.shown, visit.whose
    marks = {_mark(visit, trigger) for each in shown for trigger in each.triggers}
    try:
        known = await store.marks(whose, visit.id)
        if not marks <= known.here:
            await store.add(whose, visit.id, marks - known.here)
    except StoreUnavailable as error:
        logs.event("shown-not-kept", level=logging.WARNING, detail=error.detail)


async def memory_of(visit: Visit) -> Memory:
    """What earlier visits of this patient showed, and what this clinician hid for good."""
    marks = await visit.services.shown.marks(visit.whose, visit.id)
    return Memory(_shown_on(visit, marks), await hidden_for_good(visit))


async def hidden_for_good(visit: Visit) -> frozenset[str]:
    """Ids of reminders; none where the EHR does not say who the clinician is."""
    whose = preference_of(visit)
    if whose is None:
        return frozenset()
    ids = [reminder.id for reminder in visit.services.catalogue.reminders]
    return await visit.services.hidden.among(whose, ids)


def preference_of(visit: Visit) -> WhosePreference | None:
    """Whose preference it is, None where the next visit could not know the clinician again."""
    launch = visit.session.launch
    if visit.session.is_anonymous:
        return None
    user = launch.clinician.fhir_user or launch.clinician.subject
    return WhosePreference(launch.registration_id, launch.fhir_base, user)


def _shown_on(visit: Visit, marks: ShownMarks) -> ShownOn:
    def shown_on(trigger: Trigger) -> date | None:
        mark = _mark(visit, trigger)
        at = None if mark in marks.here else marks.before.get(mark)
        return None if at is None else visit.services.local(at).date()

    return shown_on


def _mark(visit: Visit, trigger: Trigger) -> str:
    return visit.services.shown.mark(visit.whose, trigger.reminder, trigger.what, trigger.on)
