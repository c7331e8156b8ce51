"""An iss as an address: parsed strictly, compared part by part, anything odd refused without a socket.

The iss arrives in a link that anybody can make, so it is compared with the configured ones and never
repaired: a spelling that two programs could read differently (user info, escapes, dots, upper case) is no
address at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
MAX_LENGTH = 2000

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]{2,39}\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>(?:/[A-Za-z0-9._~!$&'()*+,;=:@{}-]+)*)/?"
)
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_TENANT = re.compile(r"[A-Za-z0-9_-]{1,512}")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an iss. A path segment of a configured one may be a "{placeholder}"."""

    scheme: str
    host: str
    port: int
    segments: tuple[str, ...]

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names in braces, in order."""
        found = (_PLACEHOLDER.fullmatch(segment) for segment in self.segments)
        return tuple(match[1] for match in found if match is not None)

    @property
    def is_protected(self) -> bool:
        """Whether what travels there cannot be read on the way: https, or this very machine."""
        return self.scheme == "https" or self.host in LOOPBACK_HOSTS

    def covers(self, other: "Address", tenants: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether `other`, which has no placeholders, is this address or one of its tenants.

        A placeholder stands for exactly one segment of letters, digits, "_" and "-"; `tenants` may name its
        values.
        """
        if (self.scheme, self.host, self.port) != (other.scheme, other.host, other.port):
            return False
        if len(self.segments) != len(other.segments):
            return False
        pairs = zip(self.segments, other.segments, strict=True)
        return all(_covers_segment(mine, theirs, tenants) for mine, theirs in pairs)


def address_of(iss: str) -> Address | None:
    """Parse an iss that arrived. None for anything but a plain http or https address."""
    parsed = _parse(iss)
    if parsed is None or "{" in iss or "}" in iss:
        return None
    return parsed


def pattern_of(iss: str) -> Address | None:
    """Parse an iss of the launch configuration, where whole path segments may be placeholders."""
    parsed = _parse(iss)
    if parsed is None:
        return None
    plain = [segment for segment in parsed.segments if _PLACEHOLDER.fullmatch(segment) is None]
    return None if any("{" in segment or "}" in segment for segment in plain) else parsed


def is_tenant(value: str) -> bool:
    """Whether a value may stand where a placeholder is."""
    return _TENANT.fullmatch(value) is not None


def _parse(iss: str) -> Address | None:
    match = _ADDRESS.fullmatch(iss) if len(iss) <= MAX_LENGTH else None
    if match is None or ".." in match["host"]:
        return None
    port = int(match["port"] or (443 if match["scheme"] == "https" else 80))
    segments = tuple(match["path"].split("/")[1:])
    if port > 65535 or {".", ".."} & set(segments):
        return None
    return Address(match["scheme"], match["host"], port, segments)


def _covers_segment(mine: str, theirs: str, tenants: Mapping[str, tuple[str, ...]]) -> bool:
    placeholder = _PLACEHOLDER.fullmatch(mine)
    if placeholder is None:
        return mine == theirs
    allowed = tenants.get(placeholder[1], ())
    return is_tenant(theirs) and (not allowed or theirs in allowed)
