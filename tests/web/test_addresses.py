"""No address that the app answers with is built from what a stranger can choose."""

import pytest

from tests.visits import Browser


@pytest.mark.parametrize(
    "path", ["/visits/abc", "/visits/abc/room/", "/sources/", "/launch/", "/callback/demo/"]
)
async def test_address_with_a_slash_too_many_or_too_few_leads_to_no_other_host(
    browser: Browser, path: str
) -> None:
    answer = await browser.get_once(path)

    assert answer.status_code == 404
    assert "location" not in answer.headers
