"""Whatever two clinicians press in whatever order: no other patient is touched, nothing is lost, doubled or
claimed in vain.
"""

import os
from random import Random

import pytest

from tests.hurried import Hurried
from tests.hurried_clinicians import RESOURCES
from tests.visits import clinic

_MOVES_A_ROUND = 300
_ROUNDS = -(-int(os.environ.get("COMMON_GROUND_MOVES", "1500")) // _MOVES_A_ROUND)
_SITES = (("full", True), ("full", False), ("epic", True), ("athenahealth", True))
"""Whose EHR it is, and whether the site wants transactions: data both ways, notes, and answers to a form."""


@pytest.mark.parametrize("seed", range(_ROUNDS))
async def test_no_order_of_presses_reaches_another_patient_or_loses_words(seed: int) -> None:
    ehr, transactions = _SITES[seed % len(_SITES)]
    async with clinic(resources=RESOURCES, ehr=ehr, registration={"transactions": transactions}) as at:
        player = Hurried(at, Random(seed))

        await player.play(_MOVES_A_ROUND)

        types = sorted(at.ehr.store.types() - {"Binary"})
        stored = {name: len(written) for name in types if (written := at.ehr.created(name))}
        print(  # noqa: T201 - the counts that a reader of the run wants
            f"seed {seed}, {ehr}{', transactions' if transactions else ''}: {player.requests} requests,",
            f"{len(player.typed)} texts, stored {stored},",
            dict(player.counts),
        )
        assert player.requests > _MOVES_A_ROUND
        assert sum(stored.values()) > 0
