"""Charts in memory: shared by the pages of a launch, and gone when no page will use them."""

from datetime import timedelta

from tests.visits import clinic


async def test_chart_is_read_once_for_all_pages_of_a_visit() -> None:
    async with clinic() as at:
        visit = await at.browser().open("delgado-rosa")
        at.ehr.requests.clear()

        for page in ("", "room", "statements"):
            await visit.page(page)

        assert [request.path for request in at.ehr.requests if "metadata" not in request.path] == []


async def test_chart_leaves_memory_when_no_page_will_use_it() -> None:
    async with clinic() as at:
        await at.browser().open("delgado-rosa")
        charts = at.app.state.services.charts
        charts.sweep()
        young = charts.count

        at.clock.now += timedelta(minutes=11)
        charts.sweep()

        assert (young, charts.count) == (1, 0)
