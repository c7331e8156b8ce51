"""Fixtures of the demo EHR's tests."""

import pytest
from joserfc.jwk import RSAKey

from tests.sandbox.support import World, new_world


@pytest.fixture(scope="session")
def signing_key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


@pytest.fixture
def world(signing_key: RSAKey) -> World:
    return new_world(key=signing_key)
