"""Charts in memory: shared by the pages of a launch, and gone when no page will use them."""

from datetime import timedelta

from tests.visits import clinic


async def test_chart_is_read_once_for_all_pages_of_a_visit() -> None:
    async with clinic() as at:
        visit = await at.browser().open("delgado-rosa")
        at.ehr.requests.clear()

        for page in ("", "room"):
            await visit.page(page)
        asked = [request.path for request in at.ehr.requests if "metadata" not in request.path]

        assert asked == []


async def test_what_became_of_goals_is_asked_for_by_the_page_that_shows_it_alone() -> None:
    async with clinic() as at:
        visit = await at.browser().open("delgado-rosa")
        at.ehr.requests.clear()

        await visit.page("statements")

        asked = [request.path for request in at.ehr.requests if "metadata" not in request.path]
        assert sorted(asked) == [
            "/fhir/Goal/delgado-rosa-market/_history",
            "/fhir/Goal/delgado-rosa-wedding/_history",
        ]


async def test_chart_leaves_memory_when_no_page_will_use_it() -> None:
    async with clinic() as at:
        await at.browser().open("delgado-rosa")
        charts = at.app.state.services.charts
        charts.sweep()
        young = charts.count

        at.clock.now += timedelta(minutes=11)
        charts.sweep()

        assert (young, charts.count) == (1, 0)
