"""Which statement goes where, and why not further up."""

import pytest

from smartapp.fhir.capability import Capability, capability_of
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.writing.model import PlannedItem, Rung, WhyNot
from smartapp.writing.plan import plan
from tests.writing.chart import offering

ORDER = ("Goal", "Observation", "clipboard")
WITHOUT_A_RESOURCE = {Kind.CONFIDENCE, Kind.DECISION, Kind.PLANNING_DOCUMENT}
BOTH = offering("Goal", "Observation")


def one(
    kind: Kind,
    *,
    capability: Capability = BOTH,
    scopes: frozenset[str] = frozenset({"Goal", "Observation"}),
    order: tuple[str, ...] = ORDER,
) -> tuple[Rung, WhyNot | None]:
    [item] = plan(
        [DraftStatement("1", kind, "Words.")],
        capability=capability,
        may=lambda resource_type, action: resource_type in scopes and action == "c",
        order=order,
    )
    return item.rung, item.why_not


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_goes_to_its_own_rung_where_everything_is_allowed(kind: Kind) -> None:
    if kind is Kind.GOAL:
        expected: tuple[Rung, WhyNot | None] = (Rung.GOAL, None)
    elif kind in WITHOUT_A_RESOURCE:
        expected = (Rung.COPY, WhyNot.NO_RESOURCE)
    else:
        expected = (Rung.OBSERVATION, None)

    assert one(kind) == expected


@pytest.mark.parametrize(
    ("kind", "own", "other"), [(Kind.GOAL, "Goal", "Observation"), (Kind.HOPE, "Observation", "Goal")]
)
def test_statement_is_copied_rather_than_put_into_the_other_resource(
    kind: Kind, own: str, other: str
) -> None:
    assert one(kind, capability=offering(other)) == (Rung.COPY, WhyNot.NOT_OFFERED)
    assert one(kind, scopes=frozenset({other})) == (Rung.COPY, WhyNot.NOT_PERMITTED)
    assert one(kind, order=(other, "clipboard")) == (Rung.COPY, WhyNot.NOT_CONFIGURED)
    assert one(kind, capability=offering(own), scopes=frozenset({own}), order=(own,))[1] is None


def test_unknown_capability_means_copy() -> None:
    unknown = Capability()

    assert one(Kind.GOAL, capability=unknown) == (Rung.COPY, WhyNot.CAPABILITY_UNKNOWN)


def test_server_without_create_means_copy() -> None:
    statement = {
        "resourceType": "CapabilityStatement",
        "rest": [{"mode": "server", "resource": [{"type": "Goal", "interaction": [{"code": "read"}]}]}],
    }

    assert one(Kind.GOAL, capability=capability_of(statement)) == (Rung.COPY, WhyNot.NOT_OFFERED)


def test_plan_keeps_the_order_of_the_page() -> None:
    drafts = [
        DraftStatement(str(n), kind, "Words.") for n, kind in enumerate([Kind.HOPE, Kind.GOAL, Kind.DECISION])
    ]

    items = plan(drafts, capability=BOTH, may=lambda resource_type, action: True, order=ORDER)

    assert items == (
        PlannedItem(drafts[0], Rung.OBSERVATION),
        PlannedItem(drafts[1], Rung.GOAL),
        PlannedItem(drafts[2], Rung.COPY, WhyNot.NO_RESOURCE),
    )
