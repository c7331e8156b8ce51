"""What kind of file a note is: by its first bytes where they tell, else by the content type of the chart.

Content types are often missing, general or wrong; the first bytes of most formats are neither.
"""

import re
from enum import Enum, auto
from types import MappingProxyType
from typing import Final


class Format(Enum):
    PLAIN = auto()
    HTML = auto()
    CDA = auto()
    RTF = auto()
    PDF = auto()
    UNKNOWN = auto()


_BY_TYPE: Final = MappingProxyType(
    {
        "text/plain": Format.PLAIN,
        "text/html": Format.HTML,
        "application/xhtml+xml": Format.HTML,
        "application/hl7-cda+xml": Format.CDA,
        "application/cda+xml": Format.CDA,
        "application/hl7-v3+xml": Format.CDA,
        "application/pdf": Format.PDF,
        "application/x-pdf": Format.PDF,
    }
)
_GENERAL: Final = frozenset(
    {
        "", "application/octet-stream", "binary/octet-stream", "application/unknown", "application/rtf",
        "application/x-rtf",
    }
)  # fmt: skip
"""RTF is here since it is told by its first bytes; without them it is something else."""
_BINARY: Final = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"II*\0", b"MM\0*", b"\x1f\x8b",
    b"BZh", b"RIFF", b"\x7fELF", b"SQLite format 3",
)  # fmt: skip
"""Pictures, archives (new Word files are some), old Word files and the like."""
_HEAD: Final = 4096
_LEADING: Final = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"
_PAGE: Final = re.compile(
    r"<!doctype html|<html\b|<\w{1,10}\b[^>]{0,500}\bxmlns\s?=\s?[\"']http://www\.w3\.org/1999/xhtml", re.I
)
_FRAGMENT: Final = re.compile(
    r"<(?:body|head|div|p|span|table|pre|h[1-6]|ul|ol|br|b|font|style|meta|section|article)\b[^<]{0,500}>",
    re.I,
)
_CDA: Final = re.compile(r"<(?:\w{1,20}:)?ClinicalDocument\b")


def format_of(body: bytes, media_type: str) -> Format:
    """`media_type` in lower case, without parameters."""
    by_bytes = _by_bytes(body)
    if by_bytes is not None:
        return by_bytes
    if media_type in _BY_TYPE:
        declared = _BY_TYPE[media_type]
        return Format.UNKNOWN if declared is Format.CDA else declared
    if media_type not in _GENERAL and not media_type.startswith("text"):
        return Format.UNKNOWN
    head = _head(body)
    if _FRAGMENT.match(head):
        return Format.HTML
    return Format.UNKNOWN if head.startswith("<?xml") or media_type.endswith("xml") else Format.PLAIN


def _by_bytes(body: bytes) -> Format | None:
    start = body[:_HEAD].lstrip(_LEADING)
    if b"%PDF-" in start[:1024]:
        return Format.PDF
    if start.startswith(b"{\\rtf"):
        return Format.RTF
    if body.startswith(_BINARY):
        return Format.UNKNOWN
    head = _head(body)
    if not head.startswith("<"):
        return None
    if _CDA.search(head):
        return Format.CDA
    return Format.HTML if _PAGE.search(head) else None


def _head(body: bytes) -> str:
    """The first letters, those beyond ASCII apart: UTF-16 is read by leaving out its zeros."""
    return body[:_HEAD].lstrip(_LEADING).replace(b"\0", b"").decode("ascii", "replace")
