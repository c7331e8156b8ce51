"""Addresses on the page of all statements: a statement's own place there, and the page one comes from."""

from typing import Final

ROOM: Final = "room"
REVIEW: Final = "review"
SOURCE_BUTTON: Final = "source-"
"""How the value of a button begins that leads from a form to a statement's source."""


def is_place(id_: str) -> bool:
    """Whether it may be a statement's place; whatever else came in a form names none."""
    return id_.isalnum() and id_.isascii() and len(id_) < 16


def all_statements_path(came_from: str, place: str = "") -> str:
    """Within the visit. `place`: of one statement, "" or no place for the page as it begins."""
    return f"statements?from={came_from}" + (f"#{place}" if is_place(place) else "")
