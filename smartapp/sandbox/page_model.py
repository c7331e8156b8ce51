"""The start page as values: everything it prints is prepared here."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode, urlsplit

from smartapp.sandbox import page_switches
from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.habits import HABITS
from smartapp.sandbox.looks import LABELS
from smartapp.sandbox.manner import Manner
from smartapp.sandbox.page_chart import Block, ChartNow, summary
from smartapp.sandbox.page_switches import Switches
from smartapp.sandbox.page_text import full_name
from smartapp.sandbox.resource import Resource, values_at
from smartapp.sandbox.stories import STORIES, Story

WIDTHS = {"400": "400", "700": "700", "full": "Full"}
_MOST_OTHERS = 50


@dataclass(frozen=True, slots=True)
class Pick:
    """A link that picks a patient."""

    href: str
    title: str
    line: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio button or option."""

    value: str
    label: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """What a launch from the page is for: who opens the app, on whom, in which visit ("" for none)."""

    patient_id: str
    encounter_id: str
    user: str


@dataclass(frozen=True, slots=True)
class StartPage:
    """All of `start.html`. `launch_url` is "" while the app is not open. `worn`: habits that are on."""

    patient_id: str
    patient_name: str
    look_at: str
    clinician: str
    manner: Manner
    stories: tuple[Pick, ...]
    others: tuple[Pick, ...]
    others_count: str
    is_other: bool
    summary: tuple[Block, ...]
    switches: Switches
    width: str
    launch_url: str
    chart: ChartNow
    worn: tuple[str, ...] = ()

    @property
    def is_slow(self) -> bool:
        return self.switches.is_slow

    @property
    def open_value(self) -> str:
        return "1" if self.launch_url else ""

    @property
    def open_href(self) -> str:
        return f"/?{urlencode({'patient': self.patient_id, 'width': self.width, 'open': '1'})}#use"

    @property
    def chart_href(self) -> str:
        return f"/demo/chart?{urlencode({'patient': self.patient_id})}"

    @property
    def accepts(self) -> list[Choice]:
        return _choices(page_switches.accepts_of(self.manner), self.switches.accepts)

    @property
    def widths(self) -> list[Choice]:
        return _choices(WIDTHS, self.width)

    @property
    def parts(self) -> list[Choice]:
        return _choices({"": "None", **page_switches.PARTS}, self.switches.failing)

    @property
    def looks(self) -> list[Choice]:
        return _choices(LABELS, self.switches.look)

    @property
    def habits(self) -> list[Choice]:
        return [Choice(one.name, one.line, one.name in self.worn) for one in HABITS.values()]

    @property
    def frame_origin(self) -> str:
        """The origin of the open app, for the page's Content-Security-Policy; "" when none is open."""
        url = urlsplit(self.launch_url)
        return f"{url.scheme}://{url.netloc}" if url.netloc else ""


def opening_for(store: FhirStore, patient_id: str, *, clinician: str) -> Opening:
    """A story says who opens it in which visit; anybody else: `clinician`, in the newest visit."""
    story = _story(patient_id)
    if story is not None:
        return Opening(story.patient_id, story.encounter_id, story.user)
    visits = sorted(store.of_patient("Encounter", patient_id), key=_visit_order)
    return Opening(patient_id, str(visits[-1]["id"]) if visits else "", clinician)


def start_page(
    store: FhirStore,
    patient: Resource,
    *,
    opening: Opening,
    today: date,
    switches: Switches,
    width: str,
    launch_url: str,
    chart: ChartNow,
    manner: Manner,
    worn: tuple[str, ...] = (),
) -> StartPage:
    patient_id = str(patient["id"])
    story = _story(patient_id)
    others = _others(store, patient_id)
    return StartPage(
        patient_id=patient_id,
        patient_name=full_name(patient) or patient_id,
        look_at=story.look_at if story else "",
        clinician=_name_in(store, opening.user),
        manner=manner,
        stories=tuple(_story_pick(story, store, patient_id=patient_id, today=today) for story in STORIES),
        others=others[:_MOST_OTHERS],
        others_count=_others_count(len(others)),
        is_other=story is None,
        summary=summary(store, patient_id, encounter_id=opening.encounter_id, today=today),
        switches=switches,
        width=width,
        launch_url=launch_url,
        chart=chart,
        worn=worn,
    )


def age_in_years(birth_date: object, today: date) -> int | None:
    """None when the date of birth is unknown or partial."""
    try:
        born = date.fromisoformat(str(birth_date or ""))
    except ValueError:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def href_of(patient_id: str) -> str:
    return f"/?{urlencode({'patient': patient_id})}"


def _story_pick(story: Story, store: FhirStore, *, patient_id: str, today: date) -> Pick:
    patient = store.get("Patient", story.patient_id) or {}
    age = age_in_years(patient.get("birthDate"), today)
    title = f"{story.name}, {story.age if age is None else age}"
    return Pick(href_of(story.patient_id), title, story.line, story.patient_id == patient_id)


def _others(store: FhirStore, patient_id: str) -> tuple[Pick, ...]:
    """Patients who are no story. Whoever is picked comes first, so that they are seen."""
    of_stories = {story.patient_id for story in STORIES}
    others = [patient for patient in store.of_type("Patient") if patient["id"] not in of_stories]
    others.sort(key=lambda patient: patient["id"] != patient_id)
    return tuple(
        Pick(
            href_of(patient["id"]),
            full_name(patient) or str(patient["id"]),
            is_current=patient["id"] == patient_id,
        )
        for patient in others
    )


def _others_count(count: int) -> str:
    return f"{count}, the first {_MOST_OTHERS} are shown" if count > _MOST_OTHERS else str(count)


def _story(patient_id: str) -> Story | None:
    return next((story for story in STORIES if story.patient_id == patient_id), None)


def _visit_order(encounter: Resource) -> tuple[bool, str]:
    return encounter.get("status") == "in-progress", str(next(iter(values_at(encounter, "period.start")), ""))


def _name_in(store: FhirStore, reference: str) -> str:
    resource = store.get(*reference.split("/"))
    return (full_name(resource) if resource else "") or reference


def _choices(labels: dict[str, str], current: str) -> list[Choice]:
    return [Choice(value, label, value == current) for value, label in labels.items()]
