"""Writes the list of materials: the app and every package of its locks, as CycloneDX 1.6 JSON.

.venv/bin/python -m tools.sbom [FILE]    standard output without FILE
"""

import json
import sys
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from smartapp import __version__
from tools.packages import Package, asked_for, locked

Json = dict[str, object]
ROOT_REF: Final = f"pkg:pypi/smartapp@{__version__}"


def document(packages: tuple[Package, ...], needs: tuple[str, ...]) -> Json:
    """The same locks give the same bytes: the serial number is made from them, and there is no time."""
    there = {package.name: package.purl for package in packages}
    serial = uuid5(NAMESPACE_URL, "\n".join((ROOT_REF, *there.values())))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": _app()},
        "components": [_component(package) for package in packages],
        "dependencies": [
            {"ref": ROOT_REF, "dependsOn": [there[name] for name in needs if name in there]},
            *(
                {"ref": one.purl, "dependsOn": [there[name] for name in one.needs if name in there]}
                for one in packages
            ),
        ],
    }


def _app() -> Json:
    return {
        "type": "application",
        "bom-ref": ROOT_REF,
        "name": "smartapp",
        "version": __version__,
        "description": "Common Ground: a SMART on FHIR app for shared decisions in the patient's own words.",
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "purl": ROOT_REF,
    }


def _component(package: Package) -> Json:
    """What is installed only somewhere, or only with an extra, is "optional", and says so."""
    told: Json = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "scope": "required" if package.lock == "app" and not package.marker else "optional",
        "purl": package.purl,
        "properties": [{"name": "smartapp:lock", "value": f"requirements/{package.lock}.lock"}],
    }
    if package.summary:
        told["description"] = package.summary
    if package.licence:
        told["licenses"] = [{"expression": package.licence}]
    if package.marker:
        told["properties"] = [
            {"name": "smartapp:lock", "value": f"requirements/{package.lock}.lock"},
            {"name": "smartapp:marker", "value": package.marker},
        ]
    return told


def main(arguments: list[str]) -> None:
    text = json.dumps(document(locked(), asked_for()), indent=2, ensure_ascii=False) + "\n"
    if not arguments:
        sys.stdout.write(text)
        return
    file = Path(arguments[0])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    print(f"{file}: the app and {len(locked())} packages")


if __name__ == "__main__":
    main(sys.argv[1:])
