"""A visit in the demo of the installed wheel, away from the checkout."""

import re
import signal
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.installed import Installed

pytestmark = pytest.mark.browser


@pytest.fixture
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demo of the wheel begins."""
    installed = Installed(tmp_path_factory.mktemp("installed"))
    running = subprocess.Popen(
        [*installed.command, "demo", "--port", "0", "--ehr-port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=installed.folder,
        env=installed.environ,
    )
    assert running.stdout is not None
    yield running.stdout.readline().split()[-1]
    running.send_signal(signal.SIGTERM)
    running.wait(timeout=20)
    running.stdout.close()


def test_demo_of_the_wheel_puts_words_into_the_chart(page: Page, url: str) -> None:
    page.goto(f"{url}?patient=delgado-rosa")
    page.get_by_role("button", name="Open Common Ground").click()
    app = page.frame_locator("iframe.ehr-frame")
    app.get_by_role("link", name="Go to the questions").click()
    worry = app.locator("details.app-prompt", has_text="What are you most worried about?").first
    worry.locator("summary").click()
    worry.get_by_role("textbox").first.fill("Ending up like my sister.")
    expect(app.get_by_text(re.compile(r"Draft kept \d\d:\d\d"))).to_be_visible()

    app.get_by_role("region", name="Next step").get_by_role("button", name=re.compile("Review")).click()
    app.get_by_role("button", name=re.compile("^Send")).click()

    expect(app.get_by_text("Read back from the chart at")).to_have_count(1)
    expect(page.locator("section[aria-labelledby=now]")).to_contain_text("Ending up like my sister.")
