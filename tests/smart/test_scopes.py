"""Scopes in both dialects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.smart.registration import Dialect, Registration
from smartapp.smart.scopes import GrantedScopes, ResourceScope, asked, is_scope, parse, to_v1

ACTIONS = st.sets(st.sampled_from("cruds"), min_size=1).map(lambda s: "".join(c for c in "cruds" if c in s))
TYPES = st.sampled_from(["Goal", "Observation", "Patient", "*"])
V2 = st.builds(
    lambda context, kind, actions, query: f"{context}/{kind}.{actions}{query}",
    st.sampled_from(["patient", "user"]),
    TYPES,
    ACTIONS,
    st.sampled_from(["", "?category=survey"]),
)


@pytest.mark.parametrize(
    ("word", "scope"),
    [
        ("patient/Goal.rs", ResourceScope("patient", "Goal", "rs")),
        ("user/Observation.cruds", ResourceScope("user", "Observation", "cruds")),
        ("patient/Goal.read", ResourceScope("patient", "Goal", "rs")),
        ("patient/Goal.write", ResourceScope("patient", "Goal", "cud")),
        ("patient/*.*", ResourceScope("patient", "*", "cruds")),
        ("system/*.rs", ResourceScope("system", "*", "rs")),
        (
            "user/Observation.c?category=http://terminology.hl7.org/CodeSystem/observation-category|survey",
            ResourceScope(
                "user",
                "Observation",
                "c",
                "category=http://terminology.hl7.org/CodeSystem/observation-category|survey",
            ),
        ),
    ],
)
def test_resource_scope_is_read_in_both_dialects(word: str, scope: ResourceScope) -> None:
    assert parse(word).resources == (scope,)


@pytest.mark.parametrize(
    "word",
    ["patient/Goal.", "patient/Goal.sr", "patient/goal.rs", "Goal.rs", "patient/Goal", "x", "patient/*"],
)
def test_word_that_is_no_resource_scope_grants_nothing_and_breaks_nothing(word: str) -> None:
    granted = parse(f"openid {word} patient/Goal.r")

    assert granted.resources == (ResourceScope("patient", "Goal", "r"),)
    assert granted.names("openid")


def test_granular_scope_allows_some_but_not_all() -> None:
    granted = parse("patient/Observation.c?category=survey")

    assert not granted.allows("Observation", "c")
    assert granted.allows_some("Observation", "c")
    assert not granted.allows_some("Goal", "c")


def test_wildcard_covers_every_type_and_an_open_sandbox_everything() -> None:
    assert parse("patient/*.rs").allows("Goal", "s")
    assert not parse("patient/*.rs").allows("Goal", "c")
    assert GrantedScopes(everything=True).allows("Goal", "c")


SURVEY = "http://terminology.hl7.org/CodeSystem/observation-category|survey"
EXPERIENCE = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category|care-experience-preference"


@pytest.mark.parametrize(
    ("scope", "covers"),
    [
        ("patient/Observation.c", True),
        ("user/Observation.cruds", True),
        ("patient/*.c", True),
        ("patient/Observation.write", True),
        ("patient/Observation.*", True),
        ("patient/Observation.rus", False),
        ("patient/Observation.read", False),
        ("patient/Goal.c", False),
        (f"user/Observation.c?category={SURVEY}", True),
        (f"user/Observation.c?category={EXPERIENCE}", False),
        (f"user/Observation.c?category={EXPERIENCE},{SURVEY}", True),
        (f"user/Observation.rs?category={SURVEY}", False),
        (
            "user/Observation.c?category=http%3A%2F%2Fterminology.hl7.org%2FCodeSystem%2Fobservation-category%7Csurvey",
            True,
        ),
        (f"user/Observation.c?category=x%2C{SURVEY}", True),
        ("user/Observation.c?category=survey", True),
        ("user/Observation.c?category=Survey", False),
        ("user/Observation.c?category=http://terminology.hl7.org/CodeSystem/observation-category|", True),
        ("user/Observation.c?category=|survey", False),
        ("user/Observation.c?category=http://elsewhere.example|survey", False),
        ("user/Observation.c?category=", False),
        ("user/Observation.c?category", False),
        ("user/Observation.c?&", False),
        (f"user/Observation.c?category={SURVEY}&code", False),
        (f"user/Observation.c?category={SURVEY}&category=survey", True),
        (f"user/Observation.c?category={SURVEY}&category={EXPERIENCE}", False),
        (f"user/Observation.c?category={SURVEY}&code=x", False),
        (f"user/Observation.c?category:in={SURVEY}", False),
        ("user/Observation.c?status=final", False),
    ],
)
def test_scope_covers_the_creation_of_a_survey_observation(scope: str, covers: bool) -> None:
    assert parse(f"openid {scope}").covers("Observation", "c", [SURVEY]) is covers


def test_v1_write_covers_changing_as_well_as_creating() -> None:
    granted = parse("patient/Goal.write")

    assert (granted.covers("Goal", "c"), granted.covers("Goal", "u")) == (True, True)
    assert not granted.covers("Goal", "r")


def test_two_narrow_scopes_each_cover_their_own_resources() -> None:
    granted = parse(f"user/Observation.c?category={SURVEY} user/Observation.c?category={EXPERIENCE}")

    assert granted.covers("Observation", "c", [EXPERIENCE])
    assert granted.covers("Observation", "c", [SURVEY])
    assert granted.covers("Observation", "c", ["http://x|y", SURVEY])
    assert not granted.covers("Observation", "c", ["http://x|y"])
    assert not granted.covers("Observation", "c")


def test_open_sandbox_covers_everything() -> None:
    assert GrantedScopes(everything=True).covers("List", "u", ["http://x|y"])


@given(st.text(max_size=80))
def test_any_restriction_is_read_without_an_error_and_covers_no_resource_without_a_category(
    query: str,
) -> None:
    assert not ResourceScope("user", "Observation", "c", f"?{query}").takes(())


def test_v1_words_follow_the_standard() -> None:
    v2 = (
        "launch",
        "patient/Goal.rs",
        "patient/Observation.cud",
        "patient/Patient.cruds",
        "patient/Basic.crs",
    )

    assert to_v1(v2) == (
        "launch",
        "patient/Goal.read",
        "patient/Observation.write",
        "patient/Patient.*",
        "patient/Basic.read",
        "patient/Basic.write",
    )


def test_v1_words_are_said_once() -> None:
    assert to_v1(("patient/Goal.r", "patient/Goal.s", "patient/Goal.read")) == ("patient/Goal.read",)


@given(st.lists(V2, max_size=6), st.sampled_from(["Goal", "Observation"]), st.sampled_from("cruds"))
def test_v1_grants_at_least_what_v2_asks(words: list[str], kind: str, action: str) -> None:
    in_v2, in_v1 = parse(" ".join(words)), parse(" ".join(to_v1(words)))

    assert in_v1.allows(kind, action) or not in_v2.allows_some(kind, action)


@given(st.lists(V2, max_size=6))
def test_v1_of_v1_is_the_same(words: list[str]) -> None:
    once = to_v1(words)

    assert to_v1(once) == once


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(raw: str) -> None:
    assert parse(raw).raw == raw


@pytest.mark.parametrize(
    ("dialect", "capabilities", "goal"),
    [
        (Dialect.AUTO, ("permission-v1", "permission-v2"), "patient/Goal.rs"),
        (Dialect.AUTO, ("permission-v1",), "patient/Goal.read"),
        (Dialect.AUTO, (), "patient/Goal.read"),
        (Dialect.V2, (), "patient/Goal.rs"),
        (Dialect.V1, ("permission-v2",), "patient/Goal.read"),
    ],
)
@pytest.mark.parametrize("standalone", [True, False])
def test_asked_scopes_fit_the_server_and_the_kind_of_launch(
    dialect: Dialect, capabilities: tuple[str, ...], goal: str, standalone: bool
) -> None:
    registration = Registration(
        id="x", label="x", iss=("https://x",), dialect=dialect,
        scopes=("launch", "launch/patient", "openid", "offline_access", "patient/Goal.rs"),
    )  # fmt: skip

    words = asked(registration, capabilities, standalone=standalone)

    launch = "launch/patient" if standalone else "launch"
    assert words == (launch, "openid", "offline_access", goal)


@pytest.mark.parametrize("word", ["launch", "launch/encounter", "openid", "fhirUser", "patient/Goal.rs"])
def test_scope_of_the_standard_is_known(word: str) -> None:
    assert is_scope(word)


@pytest.mark.parametrize("word", ["", "lunch", "patient/Goal.sr", "launch/", "patient/Goal.rs x"])
def test_misspelt_scope_is_not_known(word: str) -> None:
    assert not is_scope(word)
