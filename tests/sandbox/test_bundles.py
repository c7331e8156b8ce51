"""Charts from files."""

import json
from pathlib import Path

import pytest

from smartapp.sandbox.bundles import BundleError, load_bundles
from tests.sandbox.support import Json

PERSON: Json = {"resourceType": "Patient", "id": "p", "name": [{"family": "Shaw"}]}


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def bundle(*entries: Json, kind: str = "collection") -> Json:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


@pytest.mark.parametrize("kind", ["transaction", "collection", "searchset", "batch"])
def test_bundle_of_any_kind_is_loaded(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / "a.json", bundle({"resource": PERSON}, kind=kind))

    assert load_bundles([path]) == [PERSON]


def test_single_resource_and_ndjson_are_loaded(tmp_path: Path) -> None:
    single = write(tmp_path / "a.json", PERSON)
    lines = write(
        tmp_path / "b.ndjson", "\n".join(json.dumps({**PERSON, "id": name}) for name in "qr") + "\n\n"
    )

    assert [resource["id"] for resource in load_bundles([single, lines])] == ["p", "q", "r"]


def test_references_are_resolved_across_files(tmp_path: Path) -> None:
    doctor = {"resourceType": "Practitioner", "identifier": [{"system": "urn:npi", "value": "7"}]}
    first = write(
        tmp_path / "a.json", bundle({"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient"}})
    )
    second = write(
        tmp_path / "b.json",
        bundle(
            {
                "resource": {
                    "resourceType": "Encounter",
                    "subject": {"reference": "urn:uuid:1"},
                    "participant": [{"individual": {"reference": "Practitioner?identifier=urn:npi|7"}}],
                    "serviceProvider": {"reference": "Organization?identifier=unknown|1"},
                }
            },
            {
                "fullUrl": "http://x/Practitioner/9",
                "resource": doctor,
                "request": {"method": "PUT", "url": "Practitioner/9"},
            },
        ),
    )

    person, encounter, _ = load_bundles([first, second])

    assert encounter["subject"] == {"reference": f"Patient/{person['id']}"}
    assert encounter["participant"][0]["individual"] == {"reference": "Practitioner/9"}
    assert encounter["serviceProvider"] == {"reference": "Organization?identifier=unknown|1"}


def test_missing_ids_are_given_and_the_same_each_time(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.json",
        bundle({"resource": {"resourceType": "Goal"}}, {"resource": {"resourceType": "Goal"}}),
    )

    ids = [resource["id"] for resource in load_bundles([path])]

    assert len(set(ids)) == 2
    assert [resource["id"] for resource in load_bundles([path])] == ids


def test_later_file_wins(tmp_path: Path) -> None:
    first = write(tmp_path / "a.json", PERSON)
    second = write(tmp_path / "b.json", {**PERSON, "birthDate": "1958"})

    assert [resource.get("birthDate") for resource in load_bundles([first, second])] == ["1958"]


def test_words_about_the_search_are_left_out(tmp_path: Path) -> None:
    said = {"resource": {"resourceType": "OperationOutcome", "issue": []}, "search": {"mode": "outcome"}}

    assert load_bundles([write(tmp_path / "a.json", bundle(said, {"resource": PERSON}))]) == [PERSON]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.json", "{", "is not JSON (line 1: Expecting property name enclosed in double quotes)"),
        ("a.json", "<Bundle/>", "is XML; only FHIR JSON can be loaded"),
        ("a.json", "[]", "the file is not a FHIR resource"),
        ("a.json", {"name": "x"}, "the file has no resourceType"),
        ("a.json", bundle({"resource": {"resourceType": "patient"}}), "entry 0 has no resourceType"),
        (
            "a.json",
            bundle({"resource": {**PERSON, "id": "a b"}}),
            "entry 0 has an id that FHIR does not allow",
        ),
        (
            "a.ndjson",
            json.dumps(PERSON) + "\n{",
            "is not JSON (line 2: Expecting property name enclosed in double quotes)",
        ),
        ("a.json", "[" * 100_000, "is nested too deep"),
    ],
    ids=str,
)
def test_file_that_cannot_be_loaded_is_named_with_what_is_wrong(
    tmp_path: Path, name: str, content: object, problem: str
) -> None:
    path = write(tmp_path / name, content)

    with pytest.raises(BundleError) as caught:
        load_bundles([path])

    assert str(caught.value) == f"{path}: {problem}"


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"none\.json: cannot be opened \(No such file or directory\)"):
        load_bundles([tmp_path / "none.json"])
