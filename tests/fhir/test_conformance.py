"""Everything that is written, in every form, conforms to base R4 and to the profiles that it claims.

The checker is named by COMMON_GROUND_CONFORMANCE.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.fhir.written import FORMS, GOLDEN, NAMES, US_CORE, transaction, written

CONFORMANCE = os.environ.get("COMMON_GROUND_CONFORMANCE")

pytestmark = pytest.mark.skipif(
    not CONFORMANCE, reason="COMMON_GROUND_CONFORMANCE IS NOT SET: nothing written was held against US Core"
)


@pytest.mark.parametrize("name", FORMS)
def test_everything_written_in_one_form_conforms(name: str, tmp_path: Path) -> None:
    form = FORMS[name]
    made = {each: written(each, form) for each in NAMES} | {"transaction": transaction(form)}
    for each, resource in made.items():
        (tmp_path / f"{each}.json").write_text(json.dumps(resource))

    checked(tmp_path, *(["--us-core", US_CORE[name.split(maxsplit=1)[0]]] if form.claims else []))

    assert name == "plain" or "StructureDefinition" in json.dumps(made["goal"])


def test_every_golden_resource_conforms() -> None:
    checked(GOLDEN)


def checked(folder: Path, *options: str) -> None:
    """Fails with what the checker says. A profile that it could not check counts too."""
    done = subprocess.run(
        [str(CONFORMANCE), *options, str(folder)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "note:" not in done.stderr, done.stderr[-2000:]
