"""A running clinic for the tests of pages."""

from collections.abc import AsyncIterator

import pytest

from tests.visits import Browser, Clinic, clinic


@pytest.fixture
async def running() -> AsyncIterator[Clinic]:
    async with clinic() as open_clinic:
        yield open_clinic


@pytest.fixture
def browser(running: Clinic) -> Browser:
    return running.browser()
