"""What the EHR sends back to the callback, checked before anything is looked up.

RFC 6749 sections 4.1.2 and 4.1.2.1, and RFC 9207 for `iss`. Error descriptions are neither shown nor logged:
they are text that a stranger can put into a link.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from smartapp.errors import (
    AccessDenied,
    AuthorizationDenied,
    LaunchParameterError,
    ScopeRefused,
    SignInUnavailable,
)

_MAX_LENGTHS = {"state": 256, "code": 8192, "error": 100, "iss": 2000}
_DENIALS: dict[str, type[AuthorizationDenied]] = {
    "access_denied": AccessDenied,
    "invalid_scope": ScopeRefused,
    "server_error": SignInUnavailable,
    "temporarily_unavailable": SignInUnavailable,
}
_OTHER_ERRORS = frozenset(
    {
        "account_selection_required", "consent_required", "interaction_required", "invalid_request",
        "login_required", "unauthorized_client", "unsupported_response_type",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Callback:
    """Exactly one of `code` and `error` is there."""

    state: str = field(repr=False)
    code: str | None = field(repr=False)
    error: str | None
    iss: str | None


def callback_of(parameters: Mapping[str, Sequence[str]]) -> Callback:
    """Read the callback's query. Raises LaunchParameterError for one missing, repeated or too long."""
    values = {name: _single(parameters, name) for name in _MAX_LENGTHS}
    state = values["state"]
    if state is None:
        raise LaunchParameterError("no state")
    if (values["code"] is None) == (values["error"] is None):
        raise LaunchParameterError("neither code nor error, or both")
    return Callback(state, values["code"], values["error"], values["iss"])


def denial(error: str) -> AuthorizationDenied:
    """The page for an OAuth error. Only words that the standards define go into the log."""
    if error in _DENIALS:
        return _DENIALS[error](error)
    return AuthorizationDenied(error if error in _OTHER_ERRORS else "no known error")


def _single(parameters: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = parameters.get(name, ())
    if not values:
        return None
    value = values[0]
    if len(values) > 1 or not value or len(value) > _MAX_LENGTHS[name]:
        raise LaunchParameterError(f"{name} is repeated, empty or too long")
    if not (value.isascii() and value.isprintable()):
        raise LaunchParameterError(f"{name} is not plain text")
    return value
