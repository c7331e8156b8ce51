"""An iss is looked up, never repaired and never asked: threat T4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.errors import NotFound, UnknownIssuer
from smartapp.smart.registration import Registration
from smartapp.smart.registrations import Registrations, bound_to

GOOD = Registration(
    id="good", label="Good", iss=("https://good.example/api/FHIR/R4", "https://alias.example/r4")
)
SIM = Registration(
    id="sim",
    label="Simulator",
    iss=("https://launch.example/v/r4/fhir", "https://launch.example/v/r4/sim/{sim}/fhir"),
    tenants=(("sim", ()),),
)
SITES = Registration(
    id="sites",
    label="Sites",
    iss=("https://sites.example/{site}/fhir",),
    tenants=(("site", ("north", "south")),),
)
ALL = Registrations([GOOD, SIM, SITES])

REFUSED = [
    "",
    "good.example/api/FHIR/R4",
    "//good.example/api/FHIR/R4",
    "ftp://good.example/api/FHIR/R4",
    "http://good.example/api/FHIR/R4",
    "https://good.example:8443/api/FHIR/R4",
    "https://good.example:0443/api/FHIR/R4",
    "https://good.example:99999/api/FHIR/R4",
    "https://good.example/api/FHIR",
    "https://good.example/api/FHIR/R4/more",
    "https://good.example/api/FHIR/R4//",
    "https://good.example//api/FHIR/R4",
    "https://good.example/api/FHIR/r4",
    "https://good.example/api/FHIR/R4?x=1",
    "https://good.example/api/FHIR/R4?",
    "https://good.example/api/FHIR/R4#x",
    "https://good.example/api/FHIR/R4#",
    "https://good.example/evil/../api/FHIR/R4",
    "https://good.example/./api/FHIR/R4",
    "https://good.example/api/FHIR/%52%34",
    "https://good.example%2eevil.example/api/FHIR/R4",
    "https://good.example/api%2fFHIR/R4",
    "https://user@good.example/api/FHIR/R4",
    "https://good.example@evil.example/api/FHIR/R4",
    "https://good.example:443@evil.example/api/FHIR/R4",
    "https://good.example.evil.example/api/FHIR/R4",
    "https://evil.example/?u=https://good.example/api/FHIR/R4",
    "https://GOOD.example/api/FHIR/R4",
    "HTTPS://good.example/api/FHIR/R4",
    "https://good.example./api/FHIR/R4",
    "https://gооd.example/api/FHIR/R4",
    "https://good。example/api/FHIR/R4",
    "https:\\\\good.example\\api\\FHIR\\R4",
    "https://good.example\\@evil.example/api/FHIR/R4",
    " https://good.example/api/FHIR/R4",
    "https://good.example/api/FHIR/R4\n",
    "https://good.example/api/FHIR/R4\x00",
    "https://good.example/api/FHIR\t/R4",
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1:9000/fhir",
    "https://[::1]/api/FHIR/R4",
    "https://launch.example/v/r4/sim/fhir",
    "https://launch.example/v/r4/sim//fhir",
    "https://launch.example/v/r4/sim/a/b/fhir",
    "https://launch.example/v/r4/sim/../fhir",
    "https://launch.example/v/r4/sim/{sim}/fhir",
    "https://launch.example/v/r4/sim/a.b/fhir",
    "https://launch.example/v/r4/sim/" + "a" * 513 + "/fhir",
    "https://sites.example/east/fhir",
    "https://good.example/api/FHIR/R4" + "/" * 2000,
]


@pytest.mark.parametrize("iss", REFUSED)
def test_iss_that_is_not_exactly_a_configured_one_is_unknown(iss: str) -> None:
    with pytest.raises(UnknownIssuer):
        ALL.for_issuer(iss)


@pytest.mark.parametrize(
    "iss",
    [
        "https://good.example/api/FHIR/R4",
        "https://good.example/api/FHIR/R4/",
        "https://good.example:443/api/FHIR/R4",
        "https://alias.example/r4",
    ],
)
def test_every_configured_spelling_leads_to_the_registration_and_its_own_base(iss: str) -> None:
    registration = ALL.for_issuer(iss)

    assert registration is GOOD
    assert registration.fhir_base == "https://good.example/api/FHIR/R4"


def test_placeholder_binds_the_registration_to_the_iss_that_came() -> None:
    first = ALL.for_issuer("https://launch.example/v/r4/sim/WzAsIiIsIiJd/fhir/")
    second = ALL.for_issuer("https://launch.example/v/r4/sim/other-1_2/fhir")

    assert (first.id, first.fhir_base) == ("sim", "https://launch.example/v/r4/sim/WzAsIiIsIiJd/fhir")
    assert (second.id, second.fhir_base) == ("sim", "https://launch.example/v/r4/sim/other-1_2/fhir")
    assert ALL.for_issuer("https://launch.example/v/r4/fhir") is SIM


def test_placeholder_takes_only_the_values_that_are_named() -> None:
    assert ALL.for_issuer("https://sites.example/north/fhir").fhir_base == "https://sites.example/north/fhir"


def test_registration_is_bound_again_to_the_base_of_its_launch() -> None:
    assert bound_to(SITES, "https://sites.example/south/fhir").iss == ("https://sites.example/south/fhir",)
    assert bound_to(GOOD, GOOD.fhir_base) is GOOD


def test_unknown_registration_id_is_not_found() -> None:
    assert ALL.get("good") is GOOD
    with pytest.raises(NotFound):
        ALL.get("bad")


@given(st.text(max_size=300))
def test_no_text_that_is_not_configured_is_ever_accepted(iss: str) -> None:
    with pytest.raises(UnknownIssuer):
        ALL.for_issuer(iss)


@given(
    st.sampled_from(["https://good.example/api/FHIR/R4", "https://launch.example/v/r4/sim/abc/fhir"]),
    st.integers(0, 60),
    st.sampled_from(list("@\\%?#.:/\x00 \tA\u0430[]")),
)
def test_no_strange_character_in_an_iss_leads_to_another_origin(iss: str, at: int, strange: str) -> None:
    bent = iss[: at % len(iss)] + strange + iss[at % len(iss) :]

    try:
        registration = ALL.for_issuer(bent)
    except UnknownIssuer:
        return

    assert registration.fhir_base.startswith(
        ("https://good.example/api/", "https://launch.example/v/r4/sim/")
    )
