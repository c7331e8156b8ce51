"""Fixtures that every test may use."""

import pytest

from tests.postgres import database_url, postgres

__all__ = ["anyio_backend", "database_url", "postgres"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
