"""Two clinicians with many tabs: whatever is pressed in whatever order, no patient's data reach another one's
page, request or chart.

COMMON_GROUND_OPERATIONS says how many presses; a failure names its seed and the last presses.
"""

import logging
import os
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from smartapp.sandbox.fhir_store import FhirStore
from tests.figures import record
from tests.security.tabs_clinic import two_sites
from tests.security.tabs_judge import Judge, Wrong, named_in
from tests.security.tabs_machine import Machine
from tests.security.tabs_mischief import Mischief
from tests.security.tabs_presses import Presses
from tests.security.tap import Tapped
from tests.visits import START

_A_ROUND = 1000
_OPERATIONS = int(os.environ.get("COMMON_GROUND_OPERATIONS", "500"))
_FIRST_SEED = int(os.environ.get("COMMON_GROUND_SEED", "0"))
_ROUNDS = -(-_OPERATIONS // _A_ROUND)
_FIGURES = {
    "requests": "requests to the EHR",
    "writes stored": "writes stored",
    "refusals": "presses refused",
    "pages": "pages seen",
    "wrong-patient requests": "wrong-patient requests",
    "wrong-patient pages": "wrong-patient pages",
    "wrong-patient writes": "wrong-patient writes",
}


@pytest.fixture
def no_debug_lines() -> Iterator[None]:
    """Libraries would say what they do a million times; other tests listen to that."""
    logging.disable(logging.DEBUG)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("no_debug_lines")
@pytest.mark.parametrize("seed", range(_FIRST_SEED, _FIRST_SEED + _ROUNDS))
async def test_no_order_of_presses_in_many_tabs_mixes_two_patients(seed: int) -> None:
    presses = min(_A_ROUND, _OPERATIONS)
    judges: list[Judge] = []

    def heard(site: str, request: Tapped) -> None:
        judges[0].heard(site, request)

    async with two_sites(heard) as sites:
        judge = Judge(sites.ehrs)
        judges.append(judge)
        machine = Machine(sites, judge, Random(seed))
        moves = Presses(machine).moves() | Mischief(machine).moves()
        try:
            await machine.play(moves, presses)
        except Wrong as error:
            raise Wrong(f"seed {seed}: {error}") from error
        finally:
            _record(judge.counts, machine.counts)
        assert judge.counts["requests"] > presses
        assert judge.counts["writes stored"] > 0


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("urn:uuid:cdbaccc1-ada0-55d7-b458-f54bf83d4076", set()),
        ("https://commonground.example.org/fhir/ids|ed7670052be6b797ce841ada3e823a46", set()),
        ("urn:uuid:cdbaccc1-ada0-55d7-b458-f54bf83d4076 Patient/ada", {"ada"}),
    ],
)
def test_judge_takes_no_random_id_for_a_patient(text: str, names: set[str]) -> None:
    assert named_in(text, "north", FhirStore([], clock=lambda: START)) == names


def _record(judged: Counter[str], pressed: Counter[str]) -> None:
    record("operations", pressed.total())
    for name, figure in _FIGURES.items():
        record(figure, judged[name])
