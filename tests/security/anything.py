"""Anything that may arrive from outside, for property tests of what reads it; and what became of it."""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar

import httpx2
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from smartapp.http import Door, Origin
from tests.figures import record
from tests.security.hostile import PAYLOADS

T = TypeVar("T")
EHR = "https://ehr.test"
BASE = f"{EHR}/fhir"

every_letter = st.characters(exclude_categories=())
"""Of every Unicode category, also halves of letters, controls and what is not assigned."""

texts = st.text(every_letter, max_size=40) | st.sampled_from(PAYLOADS)
sound_texts = st.text(max_size=40) | st.sampled_from(PAYLOADS)
"""Without halves of letters: what UTF-8 can hold."""

numbers = (
    st.integers(-(2**70), 2**70)
    | st.floats()
    | st.sampled_from([10**30, -1, 0, 10**400, 1e308, float("inf"), float("nan")])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)
"""Any decoded JSON."""


def bent(
    whole: Mapping[str, object], likely: st.SearchStrategy[object]
) -> st.SearchStrategy[dict[str, object]]:
    """A good object in which up to three members hold something else that is likely, or anything."""
    changes = st.dictionaries(st.sampled_from(sorted(whole)), likely | values, max_size=3)
    return changes.map(lambda changed: dict(whole) | changed)


def bodies(objects: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[bytes]:
    """Bodies of an answer: those objects as JSON, other JSON, cut off, no JSON at all."""
    whole = (objects | values).map(lambda one: json.dumps(one).encode())
    cut = st.tuples(whole, st.integers(0, 40)).map(lambda pair: pair[0][: -pair[1] or None])
    return whole | cut | st.binary(max_size=60) | texts.map(lambda one: one.encode("utf-8", "surrogatepass"))


def generated(strategy: st.SearchStrategy[T], count: int) -> list[T]:
    """So many examples, always the same ones: for tests that need a running clinic for all of them."""
    found: list[T] = []

    @seed(20261122)
    @settings(max_examples=count, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(one: T) -> None:
        found.append(one)

    collect()
    return found


def door_to(body: bytes, status: int = 200, **headers: str) -> Door:
    """A door behind which every request gets this answer."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, content=body, headers=headers)

    return Door(httpx2.MockTransport(answer), frozenset({Origin.of(EHR)}))


def read_or_refused(read: Callable[[], T], *refusals: type[Exception]) -> T | None:
    """What was read, or None when it was refused in the way that is documented. Anything else is a crash."""
    record("bad inputs tried", 1)
    try:
        found = read()
    except refusals:
        record("bad inputs refused with a plain error", 1)
        return None
    record("bad inputs read as far as they make sense", 1)
    return found
