"""Nothing can leave that the guard has not seen: each request has one way out, and it leads past it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import smartapp

SMARTAPP = Path(smartapp.__file__).parent
NOT_THE_EHR = {"", "database", "_database", "ledger", "_ledger", "headers", "globals", "line", "_sections"}
"""What else has a method called create, update or transaction; "" is a function that is called so."""


def calls() -> Iterator[tuple[str, str, str, str]]:
    """Module, function it stands in, owner and name of every call; the owner of a plain function is ""."""
    for path in sorted(SMARTAPP.rglob("*.py")):
        module = str(path.relative_to(SMARTAPP))
        if not module.startswith("sandbox"):
            yield from _calls(ast.parse(path.read_text(encoding="utf-8")), module, "")


def _calls(node: ast.AST, module: str, inside: str) -> Iterator[tuple[str, str, str, str]]:
    for child in ast.iter_child_nodes(node):
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        within = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else inside
        if isinstance(child, ast.Call):
            yield module, inside, *_named(child.func)
        yield from _calls(child, module, within if is_function else inside)


def _named(function: ast.expr) -> tuple[str, str]:
    match function:
        case ast.Attribute(value=ast.Attribute(attr=owner) | ast.Name(id=owner), attr=name):
            return owner, name
        case ast.Attribute(attr=name):
            return "?", name
        case ast.Name(id=name):
            return "", name
        case _:
            return "?", "?"


def where(*names: str) -> set[tuple[str, str]]:
    """Module and function of every call of one of these."""
    return {(module, inside) for module, inside, _, name in calls() if name in names}


def test_only_three_places_send_what_is_to_be_stored() -> None:
    senders = {
        (module, name)
        for module, _, owner, name in calls()
        if name in {"create", "update", "transaction"}
        and owner not in NOT_THE_EHR
        and not module.startswith("store/")  # a lower layer, which knows no EHR
    }

    assert senders == {
        ("writing/posting.py", "create"),
        ("writing/putting.py", "update"),
        ("writing/together.py", "transaction"),
    }


def test_only_the_client_the_sign_in_and_what_is_public_use_the_door() -> None:
    assert {module for module, _ in where("fetch")} == {
        "checking/documents.py",
        "checking/online.py",
        "fhir/client.py",
        "http.py",
        "smart/discovery.py",
        "smart/first_reads.py",
        "smart/styles.py",
    }


def test_what_is_created_was_built_past_the_guard() -> None:
    makers = where("build")

    assert where("post") == {("writing/delivery.py", "_send")}
    assert where("made") == {("writing/building.py", "build")}
    assert ("writing/building.py", "build") in where("check")
    assert {module for module, _ in makers} == {
        "writing/delivery.py",
        "writing/recording.py",
        "writing/together.py",
    }


def test_no_builder_is_called_but_by_building() -> None:
    assert {module for module, _ in where("to_fhir")} <= {"writing/building.py"} | {
        f"fhir/{path.name}" for path in (SMARTAPP / "fhir").glob("*.py")
    }


def test_what_is_changed_was_compared_with_what_was_read() -> None:
    assert where("Putting") == {("writing/amending.py", "_putting")}
    assert where("amended") == {("writing/amending.py", "_amended")}
    assert where("amended") <= where("check_amended")
