"""A token answer, checked by hand: what is missing, odd or contradictory is refused, not guessed at.

https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#response-5 and
.../scopes-and-launch-context.html#launch-context-arrives-with-your-access_token. The library returns answers
without an access token, and takes "expires_in": 0 for "never".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from smartapp.errors import TokenRefused
from smartapp.smart.launch import Tokens

# "." and ".." match the grammar of an id, and would climb in an address.
_FHIR_ID = re.compile(r"(?!\.\.?\Z)[A-Za-z0-9\-.]{1,64}")
_REFERENCE = re.compile(r"[A-Z][A-Za-z]{1,63}/(?!\.\.?\Z)[A-Za-z0-9\-.]{1,64}")
_MAX_TOKEN = 64 * 1024
_MAX_TEXT = 2000
_MAX_CONTEXT = 100


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """`expires_in` in seconds, None when the server does not say. `scope` as granted. `fhir_context`:
    relative references. A missing `need_patient_banner` counts as yes.
    """

    access_token: str = field(repr=False)
    scope: str
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)
    expires_in: int | None = None
    patient: str | None = None
    encounter: str | None = None
    need_patient_banner: bool = True
    intent: str | None = None
    smart_style_url: str | None = None
    fhir_context: tuple[str, ...] = ()
    tenant: str | None = None


def checked(answer: Mapping[str, object], *, asked: str) -> TokenAnswer:
    """Read a token answer. `asked`: the scope that was asked for, granted when the answer names none.

    Raises TokenRefused for anything that is not a bearer token with a sensible context.
    """
    token_type = answer.get("token_type")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise TokenRefused("token_type is not bearer")
    access_token = _token(answer, "access_token")
    if access_token is None:
        raise TokenRefused("no access_token")
    return TokenAnswer(
        access_token=access_token,
        scope=_scope(answer.get("scope"), asked),
        refresh_token=_token(answer, "refresh_token"),
        id_token=_token(answer, "id_token"),
        expires_in=_expires_in(answer.get("expires_in")),
        patient=_fhir_id(answer.get("patient"), "Patient"),
        encounter=_fhir_id(answer.get("encounter"), "Encounter"),
        need_patient_banner=answer.get("need_patient_banner") is not False,
        intent=_text(answer.get("intent")),
        smart_style_url=_text(answer.get("smart_style_url")),
        fhir_context=_references(answer.get("fhirContext")),
        tenant=_text(answer.get("tenant")),
    )


def tokens_of(answer: TokenAnswer, token_endpoint: str, *, asked_at: datetime) -> Tokens:
    """What is kept of a token answer. Its lifetime is counted from when it was asked for."""
    lifetime = answer.expires_in
    expires_at = None if lifetime is None else asked_at + timedelta(seconds=lifetime)
    return Tokens(answer.access_token, answer.refresh_token, expires_at, token_endpoint)


def _token(answer: Mapping[str, object], name: str) -> str | None:
    value = answer.get(name)
    if value is None or value == "":
        return None
    # It travels in a header: one line of plain characters.
    if not isinstance(value, str) or len(value) > _MAX_TOKEN or not (value.isascii() and value.isprintable()):
        raise TokenRefused(f"{name} is not a token")
    return value


def _scope(value: object, asked: str) -> str:
    if value is None:
        return asked
    if not isinstance(value, str) or len(value) > _MAX_TOKEN:
        raise TokenRefused("scope is not a string")
    return value


def _expires_in(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value < 10**11:
        raise TokenRefused("expires_in is no number of seconds")
    return int(value)


def _fhir_id(value: object, resource_type: str) -> str | None:
    """A FHIR id. Some servers send "Patient/123" (g10 test kit issue 317): one such prefix is taken off."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        bare = value.removeprefix(f"{resource_type}/")
        if _FHIR_ID.fullmatch(bare):
            return bare
    raise TokenRefused(f"{resource_type.lower()} is no FHIR id")


def _text(value: object) -> str | None:
    usable = isinstance(value, str) and 0 < len(value) <= _MAX_TEXT and value.isprintable()
    return str(value) if usable else None


def _references(value: object) -> tuple[str, ...]:
    """The relative references of fhirContext. Canonicals and identifiers are of no use to us."""
    entries = value[:_MAX_CONTEXT] if isinstance(value, list) else []
    references = (entry.get("reference") for entry in entries if isinstance(entry, dict))
    return tuple(r for r in references if isinstance(r, str) and _REFERENCE.fullmatch(r))
