"""Which statement goes where, and why not further up."""

from collections.abc import Collection
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.ehr.profile import NoteShape
from smartapp.fhir.capability import Capability, capability_of
from smartapp.fhir.profiles import ResourceForm
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.smart.registration import Questionnaire
from smartapp.writing.building import Making, made
from smartapp.writing.entry import Entry
from smartapp.writing.model import RESOURCE_TYPES, PlannedItem, Receipt, Rung, State, WhyNot, WriteSite
from smartapp.writing.plan import Offer, categories_of, ladder, next_rungs, plan
from tests.fhir.written import CONTEXT, NOW

ALL_TYPES = frozenset(RESOURCE_TYPES.values())
ORDER = ("Goal", "Observation", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse", "clipboard")
FORM = Questionnaire("https://ehr.example/Questionnaire/1", (("goal", "1"), ("worry", "2")))
SITE = WriteSite(order=ORDER, questionnaire=FORM)
OWN_RUNG = {
    Kind.GOAL: Rung.GOAL,
    Kind.HOPE: Rung.OBSERVATION,
    Kind.WORRY: Rung.OBSERVATION,
    Kind.MATTERS: Rung.OBSERVATION,
    Kind.UNACCEPTABLE: Rung.OBSERVATION,
    Kind.TREATMENT_PREFERENCE: Rung.OBSERVATION,
    Kind.CARE_EXPERIENCE: Rung.OBSERVATION,
    Kind.DECISION_ROLE: Rung.OBSERVATION,
    Kind.PEOPLE: Rung.OBSERVATION,
    Kind.STRENGTH: Rung.OBSERVATION,
    Kind.DECISION: Rung.CARE_PLAN,
    Kind.PRIORITIES: Rung.LIST,
}
NO_DATA = (Kind.CONFIDENCE, Kind.PLANNING_DOCUMENT, Kind.CODE_STATUS)
GOAL = DraftStatement("1", Kind.GOAL, "Walk to church.")
WORRY = DraftStatement("2", Kind.WORRY, "Being a burden.")


def creating(types: Collection[str]) -> Capability:
    return Capability(known=True, interactions=frozenset((name, "create") for name in types))


def offer(
    types: Collection[str] = ALL_TYPES,
    *,
    site: WriteSite = SITE,
    scopes: Collection[str] = ALL_TYPES,
    has_encounter: bool = True,
    has_author: bool = True,
) -> Offer:
    """An EHR that takes `types`, and grants creates of `scopes` whatever the category."""
    return Offer(
        capability=creating(types),
        covers=lambda resource_type, action, _: resource_type in scopes and action == "c",
        site=site,
        has_encounter=has_encounter,
        has_author=has_author,
    )


def planned(draft: DraftStatement, given: Offer) -> tuple[Rung, WhyNot | None]:
    [item] = plan([draft], given)
    return item.rung, item.why_not


def refused(draft: DraftStatement, rung: Rung) -> Receipt:
    return Receipt(draft, rung, State.REFUSED, status=422)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_goes_to_its_own_rung_where_everything_is_allowed(kind: Kind) -> None:
    where = planned(DraftStatement("1", kind, "Words.", about=("2",)), offer())

    assert where == ((Rung.NOTE, WhyNot.NO_RESOURCE) if kind in NO_DATA else (OWN_RUNG[kind], None))


def test_confidence_is_data_once_a_number_was_chosen() -> None:
    words = DraftStatement("1", Kind.CONFIDENCE, "Pretty sure.")

    assert planned(words, offer()) == (Rung.NOTE, WhyNot.NO_RESOURCE)
    assert planned(replace(words, choice="11"), offer()) == (Rung.NOTE, WhyNot.NO_RESOURCE)
    assert planned(replace(words, choice="0"), offer()) == (Rung.OBSERVATION, None)


def test_order_of_importance_is_data_once_there_is_something_to_order() -> None:
    order = DraftStatement("1", Kind.PRIORITIES, "Church first.")

    assert planned(order, offer()) == (Rung.NOTE, WhyNot.NO_RESOURCE)
    assert planned(replace(order, about=("2",)), offer()) == (Rung.LIST, None)


def test_goal_is_never_put_into_an_observation_nor_a_worry_into_a_goal() -> None:
    assert planned(GOAL, offer({"Observation"})) == (Rung.COPY, WhyNot.NOT_OFFERED)
    assert planned(WORRY, offer({"Goal"})) == (Rung.COPY, WhyNot.NOT_OFFERED)
    assert Rung.OBSERVATION not in ladder(GOAL, SITE)


def test_what_the_ehr_does_not_take_as_data_goes_into_the_note() -> None:
    assert planned(GOAL, offer({"DocumentReference"})) == (Rung.NOTE, WhyNot.NOT_OFFERED)


def test_what_was_not_granted_as_data_goes_into_the_note() -> None:
    assert planned(GOAL, offer(scopes={"DocumentReference"})) == (Rung.NOTE, WhyNot.NOT_PERMITTED)


def test_what_the_site_leaves_out_goes_to_what_it_keeps() -> None:
    site = replace(SITE, order=("DocumentReference", "clipboard"))

    assert planned(GOAL, offer(site=site)) == (Rung.NOTE, WhyNot.NOT_CONFIGURED)


def test_create_that_is_meant_for_other_things_is_passed_over() -> None:
    site = replace(SITE, creates_of_other_kinds=frozenset({"Observation"}))

    assert planned(WORRY, offer(site=site)) == (Rung.NOTE, WhyNot.NOT_FOR_THIS)
    assert planned(GOAL, offer(site=site)) == (Rung.GOAL, None)


def test_site_that_prefers_the_note_gets_the_note_and_no_excuse() -> None:
    site = replace(SITE, order=("DocumentReference", "Goal", "clipboard"))

    assert planned(GOAL, offer(site=site)) == (Rung.NOTE, None)
    assert planned(GOAL, offer({"Goal"}, site=site)) == (Rung.GOAL, WhyNot.NOT_OFFERED)


def test_questionnaire_comes_before_the_note_where_the_site_says_so() -> None:
    site = replace(SITE, order=("QuestionnaireResponse", "DocumentReference"))

    assert planned(GOAL, offer(site=site)) == (Rung.QUESTIONNAIRE, WhyNot.NOT_CONFIGURED)


def test_kind_without_a_question_is_not_put_into_the_questionnaire() -> None:
    hope = DraftStatement("1", Kind.HOPE, "Words.")

    assert planned(WORRY, offer({"QuestionnaireResponse"})) == (Rung.QUESTIONNAIRE, WhyNot.NOT_OFFERED)
    assert planned(hope, offer({"QuestionnaireResponse"})) == (Rung.COPY, WhyNot.NOT_OFFERED)
    first = replace(SITE, order=("QuestionnaireResponse",))
    confidence = DraftStatement("1", Kind.CONFIDENCE, "Sure.")
    assert planned(confidence, offer(site=first)) == (Rung.COPY, WhyNot.NO_RESOURCE)


def test_best_rung_without_a_question_says_so() -> None:
    site = replace(SITE, order=("QuestionnaireResponse", "Observation"))

    assert planned(DraftStatement("1", Kind.HOPE, "Words."), offer(site=site)) == (
        Rung.OBSERVATION,
        WhyNot.NO_QUESTION,
    )


@pytest.mark.parametrize(
    "site",
    [
        pytest.param(replace(SITE, questionnaire=None), id="in the order, but not named"),
        pytest.param(replace(SITE, order=("Goal", "DocumentReference")), id="named, but not in the order"),
    ],
)
def test_questionnaire_is_used_only_where_it_is_named_and_in_the_order(site: WriteSite) -> None:
    assert planned(GOAL, offer({"QuestionnaireResponse"}, site=site)) == (Rung.COPY, WhyNot.NOT_OFFERED)


@pytest.mark.parametrize(
    ("shape", "has_encounter", "has_author", "rung"),
    [
        (NoteShape.US_CORE, False, False, Rung.NOTE),
        (NoteShape.EPIC, True, False, Rung.NOTE),
        (NoteShape.EPIC, False, True, Rung.COPY),
        (NoteShape.ORACLE, True, True, Rung.NOTE),
        (NoteShape.ORACLE, True, False, Rung.COPY),
        (NoteShape.ORACLE, False, True, Rung.COPY),
    ],
)
def test_note_is_filed_only_with_what_the_ehr_wants_to_know(
    shape: NoteShape, has_encounter: bool, has_author: bool, rung: Rung
) -> None:
    given = offer(
        {"DocumentReference"},
        site=replace(SITE, note_shape=shape),
        has_encounter=has_encounter,
        has_author=has_author,
    )

    assert planned(GOAL, given)[0] is rung


@pytest.mark.parametrize(
    ("has_encounter", "why_not"), [(True, WhyNot.NO_AUTHOR), (False, WhyNot.NO_ENCOUNTER)]
)
def test_note_that_is_the_best_rung_says_what_it_lacks(has_encounter: bool, why_not: WhyNot) -> None:
    site = replace(SITE, order=("DocumentReference", "Goal"), note_shape=NoteShape.ORACLE)

    assert planned(GOAL, offer(site=site, has_encounter=has_encounter, has_author=False)) == (
        Rung.GOAL,
        why_not,
    )


def test_only_a_note_that_is_signed_at_once_needs_a_second_yes() -> None:
    oracle = replace(SITE, note_shape=NoteShape.ORACLE)

    assert plan([GOAL], offer({"DocumentReference"}, site=oracle))[0].needs_confirmation
    assert not plan([GOAL], offer({"DocumentReference"}))[0].needs_confirmation
    assert not plan([GOAL], offer(site=oracle))[0].needs_confirmation


def test_unknown_capability_means_copy() -> None:
    unknown = replace(offer(), capability=Capability())

    assert planned(GOAL, unknown) == (Rung.COPY, WhyNot.CAPABILITY_UNKNOWN)


def test_server_that_lists_only_reading_means_copy() -> None:
    statement = {
        "resourceType": "CapabilityStatement",
        "rest": [{"mode": "server", "resource": [{"type": "Goal", "interaction": [{"code": "read"}]}]}],
    }
    given = replace(offer(), capability=capability_of(statement))

    assert planned(GOAL, given) == (Rung.COPY, WhyNot.NOT_OFFERED)


@pytest.mark.parametrize(
    ("kind", "choice", "asked"),
    [
        (Kind.GOAL, "", ("Goal", "http://loinc.org|87528-6")),
        (Kind.WORRY, "", ("Observation", "us-core-category|care-experience-preference")),
        (Kind.UNACCEPTABLE, "", ("Observation", "us-core-category|treatment-intervention-preference")),
        (Kind.CONFIDENCE, "7", ("Observation", "observation-category|survey")),
        (Kind.DECISION, "", ("CarePlan", "careplan-category|assess-plan")),
        (Kind.PRIORITIES, "", ("List", "")),
    ],
)
def test_scope_is_asked_about_the_categories_that_the_resource_will_have(
    kind: Kind, choice: str, asked: tuple[str, str]
) -> None:
    questions: list[tuple[str, tuple[str, ...]]] = []

    def covers(resource_type: str, action: str, categories: Collection[str]) -> bool:
        assert action == "c"
        questions.append((resource_type, tuple(categories)))
        return False

    draft = DraftStatement("1", kind, "Words.", choice=choice, about=("2",))
    plan([draft], replace(offer(), covers=covers))

    resource_type, categories = questions[0]
    assert resource_type == asked[0]
    assert "".join(categories).endswith(asked[1])
    assert ("DocumentReference", (f"{US_CORE_SYSTEMS}us-core-documentreference-category|clinical-note",)) in (
        questions
    )


@pytest.mark.parametrize("pco", [False, True])
@pytest.mark.parametrize("kind", [*OWN_RUNG, Kind.CONFIDENCE])
@pytest.mark.parametrize("is_note", [False, True])
def test_categories_that_are_asked_about_are_those_of_the_resource(
    kind: Kind, pco: bool, is_note: bool
) -> None:
    draft = DraftStatement("1", kind, "Words.", about=("2",), choice="7" if kind is Kind.CONFIDENCE else "")
    rung = Rung.NOTE if is_note else OWN_RUNG.get(kind, Rung.OBSERVATION)
    making = Making(ResourceForm(pco=pco), NOW, statements={"2": WORRY})

    resource = made("1", rung, Entry((draft,), NOW), context=CONTEXT, making=making)

    has = {
        f"{coding['system']}|{coding['code']}"
        for category in cast(list[dict[str, list[dict[str, str]]]], resource.get("category", []))
        for coding in category["coding"]
    }
    assert set(categories_of(rung, draft, replace(SITE, pco=pco))) == has


US_CORE_SYSTEMS = "http://hl7.org/fhir/us/core/CodeSystem/"


def test_plan_keeps_the_order_of_the_page() -> None:
    drafts = [
        DraftStatement(str(n), kind, "Words.") for n, kind in enumerate([Kind.HOPE, Kind.GOAL, Kind.DECISION])
    ]

    items = plan(drafts, offer({"Goal", "Observation"}))

    assert items == (
        PlannedItem(drafts[0], Rung.OBSERVATION),
        PlannedItem(drafts[1], Rung.GOAL),
        PlannedItem(drafts[2], Rung.COPY, WhyNot.NOT_OFFERED),
    )


def test_refused_goal_goes_down_to_the_note() -> None:
    assert next_rungs([refused(GOAL, Rung.GOAL)], offer()) == (PlannedItem(GOAL, Rung.NOTE, WhyNot.REFUSED),)


def test_refused_note_goes_down_to_the_questionnaire_and_never_up_to_data() -> None:
    below = next_rungs([refused(GOAL, Rung.NOTE)], offer())

    assert below == (PlannedItem(GOAL, Rung.QUESTIONNAIRE, WhyNot.REFUSED),)


def test_below_the_last_rung_is_the_text_to_copy() -> None:
    hope = DraftStatement("3", Kind.HOPE, "Words.")

    below = next_rungs([refused(GOAL, Rung.QUESTIONNAIRE), refused(hope, Rung.NOTE)], offer())

    assert [item.rung for item in below] == [Rung.COPY, Rung.COPY]


def test_refused_goal_goes_down_to_a_note_that_needs_a_second_yes() -> None:
    oracle = offer(site=replace(SITE, note_shape=NoteShape.ORACLE))

    [below] = next_rungs([refused(GOAL, Rung.GOAL)], oracle)

    assert (below.rung, below.needs_confirmation) == (Rung.NOTE, True)


@pytest.mark.parametrize("state", [state for state in State if state is not State.REFUSED])
def test_only_what_was_refused_goes_down(state: State) -> None:
    assert next_rungs([Receipt(GOAL, Rung.GOAL, state)], offer()) == ()


def test_rung_that_this_ladder_does_not_have_leads_to_the_text_to_copy() -> None:
    assert next_rungs([refused(GOAL, Rung.OBSERVATION)], offer())[0].rung is Rung.COPY


SITES = st.builds(
    WriteSite,
    order=st.lists(st.sampled_from(sorted(ALL_TYPES)), unique=True).map(tuple),
    questionnaire=st.just(FORM),
    note_shape=st.sampled_from(NoteShape),
)
TYPES = st.sets(st.sampled_from(sorted(ALL_TYPES)))


@given(kind=st.sampled_from(Kind), site=SITES, types=TYPES, scopes=TYPES, has_encounter=st.booleans())
@settings(max_examples=100)
def test_whatever_the_ehr_is_like_refusals_lead_down_to_the_text_to_copy(
    kind: Kind, site: WriteSite, types: set[str], scopes: set[str], has_encounter: bool
) -> None:
    given_offer = offer(types, site=site, scopes=scopes, has_encounter=has_encounter)
    [item] = plan([DraftStatement("1", kind, "Words.", about=("2",))], given_offer)
    went = [item.rung]

    while went[-1] is not Rung.COPY:
        assert RESOURCE_TYPES[went[-1]] in types & scopes & set(site.order)
        [item] = next_rungs([refused(item.draft, went[-1])], given_offer)
        went.append(item.rung)

    positions = [site.order.index(RESOURCE_TYPES[rung]) for rung in went[:-1]]
    assert positions == sorted(set(positions))
