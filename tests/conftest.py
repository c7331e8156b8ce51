"""Fixtures that every test may use."""

import os

import pytest
from hypothesis import settings

from tests.canary import (
    pytest_configure,
    pytest_runtest_setup,
    pytest_runtest_teardown,
    pytest_sessionfinish,
    pytest_sessionstart,
)
from tests.postgres import database_url, postgres
from tests.sockets import only_what_the_test_started, sockets

__all__ = [
    "anyio_backend", "database_url", "only_what_the_test_started", "postgres", "pytest_configure",
    "pytest_runtest_setup", "pytest_runtest_teardown", "pytest_sessionfinish", "pytest_sessionstart",
    "sockets",
]  # fmt: skip

# How long one example takes says more about the machine than about the product. Where CI is set, whether a
# change lands depends on the change: property tests try the same examples each time. At a desk, new ones.
settings.register_profile("product", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("product")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
