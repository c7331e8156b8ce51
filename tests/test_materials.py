"""The list of materials and the notices say what the locks install, and under which licence."""

import json
import subprocess
import sys
import tomllib
from dataclasses import replace
from email.message import Message
from pathlib import Path

import pytest

from smartapp import __version__
from tools.notices import PAGE, faults, is_compatible, renewed
from tools.packages import LOCKS, Package, asked_for, licence_of, locked
from tools.sbom import ROOT_REF, Json, document

ROOT = Path(__file__).parent.parent
PACKAGES = locked()


def written(tmp_path: Path) -> Json:
    file = tmp_path / "new" / "sbom.json"
    subprocess.run([sys.executable, "-m", "tools.sbom", file], check=True, capture_output=True, cwd=ROOT)
    read: Json = json.loads(file.read_text(encoding="utf-8"))
    return read


def names_in(lock: str) -> set[str]:
    lines = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="ascii").splitlines()
    return {line.split("==")[0] for line in lines if line and not line.startswith(" ")}


def package(**changed: object) -> Package:
    one = Package("one", "1.0", "app", marker="", licence="MIT", summary="", needs=())
    return replace(one, **changed)  # type: ignore[arg-type]


def test_list_names_every_package_of_the_locks_and_nothing_else(tmp_path: Path) -> None:
    listed = written(tmp_path)["components"]
    assert isinstance(listed, list)

    assert {one["name"] for one in listed} == set().union(*(names_in(lock) for lock in LOCKS))
    assert len({one["purl"] for one in listed}) == len(listed)


def test_list_says_what_it_is_about(tmp_path: Path) -> None:
    listed = written(tmp_path)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.6")
    assert listed["metadata"] == {
        "component": {
            "type": "application",
            "bom-ref": ROOT_REF,
            "name": project["name"],
            "version": __version__,
            "description": project["description"],
            "licenses": [{"license": {"id": project["license"]}}],
            "purl": f"pkg:pypi/{project['name']}@{project['version']}",
        }
    }


def test_what_the_app_asks_for_is_what_its_part_of_the_graph_says() -> None:
    (ours,) = [one for one in document(PACKAGES, asked_for())["dependencies"] if one["ref"] == ROOT_REF]  # type: ignore[attr-defined]

    asked = [ref.removeprefix("pkg:pypi/").partition("@")[0] for ref in ours["dependsOn"]]
    assert asked == list(asked_for())
    assert {"starlette", "sqlalchemy", "asyncpg", "weasyprint"} <= set(asked)
    assert "pytest" not in asked


def test_every_reference_leads_to_a_component_and_every_package_is_reached() -> None:
    edges = {one["ref"]: one["dependsOn"] for one in document(PACKAGES, asked_for())["dependencies"]}  # type: ignore[attr-defined]
    reached, waiting = set(), [ROOT_REF]
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += edges[ref]

    elsewhere = {one.purl for one in PACKAGES if one.marker}
    assert {one.purl for one in PACKAGES} - reached <= elsewhere


def test_same_locks_give_the_same_list() -> None:
    assert document(PACKAGES, asked_for()) == document(PACKAGES, asked_for())
    changed = (*PACKAGES, package(name="zzz"))
    assert document(changed, ())["serialNumber"] != document(PACKAGES, ())["serialNumber"]


def test_every_package_has_a_licence_that_goes_with_ours() -> None:
    assert faults(PACKAGES) == []


@pytest.mark.parametrize("licence", ["", "GPL-3.0-only", "MIT AND AGPL-3.0-only", "BUSL-1.1", "Proprietary"])
def test_licence_that_does_not_go_with_ours_is_told(licence: str) -> None:
    assert len(faults([package(licence=licence)])) == 1


@pytest.mark.parametrize(
    "licence", ["MIT", "GPL-2.0-or-later OR MPL-1.1", "(Apache-2.0 OR BSD-3-Clause) AND MIT"]
)
def test_one_good_choice_is_enough(licence: str) -> None:
    assert is_compatible(licence)


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        ({"License-Expression": "BSD-3-Clause", "License": "whatever"}, "BSD-3-Clause"),
        ({"License": "Apache-2.0"}, "Apache-2.0"),
        ({"License": "The MIT License\n\nPermission is hereby granted, free of charge"}, ""),
        ({"Classifier": "License :: OSI Approved :: MIT License"}, "MIT"),
        ({}, ""),
    ],
)
def test_licence_is_what_the_package_says_or_nothing(lines: dict[str, str], licence: str) -> None:
    words = Message()
    for key, value in lines.items():
        words[key] = value

    assert licence_of("some-package", words) == licence


def test_notices_are_in_step_with_the_locks() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert renewed(page, PACKAGES) == page, "run: .venv/bin/python -m tools.notices"
    assert all(f"| {one.name} | {one.version} | {one.licence} |" in page for one in PACKAGES)


def test_package_that_comes_or_changes_is_missed_by_the_notices() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert renewed(page, [*PACKAGES, package(name="zzz")]) != page
    assert renewed(page, PACKAGES[1:]) != page


def test_other_version_than_the_lock_names_is_not_described(tmp_path: Path) -> None:
    (tmp_path / "app.lock").write_text("starlette==0.0.1 \\\n    --hash=sha256:00\n")

    with pytest.raises(ValueError, match=r"starlette .* is installed, and app\.lock names 0\.0\.1"):
        locked(("app",), tmp_path)


def test_notices_name_the_owners_of_the_codes_that_content_uses() -> None:
    conditions = (ROOT / "smartapp" / "content" / "conditions.toml").read_text(encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    systems = {"snomed": "SNOMED CT", "icd10": "ICD-10-CM", "rxnorm": "RxNorm", "loinc": "LOINC"}

    assert [
        key for key, name in systems.items() if f"{key} = " in conditions and f"**{name}" not in page
    ] == []
    assert "LOINC® is a registered United States trademark of Regenstrief Institute, Inc." in page
