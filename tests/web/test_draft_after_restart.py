"""What was typed outlives the server: it stands in the database, and the next launch is offered it."""

from pathlib import Path

from tests.pages import form, words
from tests.visits import clinic

ROSA = "delgado-rosa"


async def test_draft_is_offered_after_the_server_was_started_again(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'kept.sqlite3'}"
    async with clinic(database=database) as before:
        visit = await before.browser().open(ROSA)
        await visit.write(goal="One whole song", worry="Ending up like my sister")

    async with clinic(database=database) as after:
        again = await after.browser().open(ROSA)
        offered = form((await again.page("room")).text, "/draft/adopt")
        await again.browser.post(offered.action, offered.fields)
        shown = words((await again.page("review")).text)

    assert "One whole song" in shown
    assert "Ending up like my sister" in shown
