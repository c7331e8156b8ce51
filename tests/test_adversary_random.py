"""Whatever two clinicians press in whatever order: no other patient is touched, nothing is lost, doubled or
claimed in vain.
"""

import os
from random import Random

import pytest

from tests.hurried import RESOURCES, Hurried
from tests.visits import clinic

_MOVES_A_ROUND = 300
_ROUNDS = -(-int(os.environ.get("COMMON_GROUND_MOVES", "1500")) // _MOVES_A_ROUND)


@pytest.mark.parametrize("seed", range(_ROUNDS))
async def test_no_order_of_presses_reaches_another_patient_or_loses_words(seed: int) -> None:
    async with clinic(resources=RESOURCES) as at:
        player = Hurried(at, Random(seed))

        await player.play(_MOVES_A_ROUND)

        stored = len(at.ehr.created("Goal")) + len(at.ehr.created("Observation"))
        print(  # noqa: T201 - the counts that a reader of the run wants
            f"seed {seed}: {player.requests} requests, {len(player.typed)} texts, {stored} stored,",
            dict(player.counts),
        )
        assert player.requests > _MOVES_A_ROUND
        assert stored > 0
