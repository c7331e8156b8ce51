"""Fixtures that every test may use."""

import pytest
from hypothesis import settings

from tests.postgres import database_url, postgres

__all__ = ["anyio_backend", "database_url", "postgres"]

# How long one example takes says more about the machine than about the product.
settings.register_profile("product", deadline=None)
settings.load_profile("product")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
