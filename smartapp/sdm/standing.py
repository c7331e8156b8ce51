"""Whether something that was said still stands, as far as the chart tells."""

from typing import Final

from smartapp.sdm.model import Statement, Time

_OVER: Final = frozenset({"cancelled", "rejected", "revoked", "stopped", "retired", "entered-in-error"})
_COMPLETED: Final = "completed"


def is_over(statement: Statement) -> bool:
    """Whether it no longer holds. A form that is completed is a form that was filled in, and is not over."""
    has_ended = statement.status == _COMPLETED and not is_of_a_form(statement)
    return statement.status in _OVER or statement.time is Time.HISTORICAL or has_ended


def is_of_a_form(statement: Statement) -> bool:
    """Whether it is an answer in a form."""
    return statement.source.reference.startswith("QuestionnaireResponse/")
