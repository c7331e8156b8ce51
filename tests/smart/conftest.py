"""Fixtures of the SMART layer's tests."""

from collections.abc import AsyncIterator

import pytest
from joserfc.jwk import RSAKey

from tests.smart.support import Clinic, open_clinic


@pytest.fixture(scope="session")
def signing_key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


@pytest.fixture
async def clinic(signing_key: RSAKey) -> AsyncIterator[Clinic]:
    opened = await open_clinic(signing_key)
    yield opened
    await opened.database.close()
