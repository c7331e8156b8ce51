"""Notes in files, by the ending of the name and, where that says nothing, by what they begin with."""

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from smartapp.notes.charset import decoded
from smartapp.notes.text import text_of

_TYPES: Final = MappingProxyType(
    {
        ".txt": "text/plain",
        ".text": "text/plain",
        ".md": "text/plain",
        ".html": "text/html",
        ".htm": "text/html",
        ".xhtml": "application/xhtml+xml",
        ".rtf": "application/rtf",
        ".pdf": "application/pdf",
        ".xml": "application/xml",
    }
)
_UNKNOWN: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class NoteFile:
    """The text of one file. `problem` in words, "" when it was read. `partly`: a limit was reached."""

    path: Path
    text: str = ""
    problem: str = ""
    partly: bool = False


def read_file(path: Path) -> NoteFile:
    """Never raises. Plain text is kept character for character, so that offsets are those of the file."""
    try:
        body = path.read_bytes()
    except OSError as error:
        return NoteFile(path, problem=error.strerror or "cannot be opened")
    content_type = _TYPES.get(path.suffix.lower(), _UNKNOWN)
    if content_type == "text/plain":
        return NoteFile(path, decoded(body))
    note = text_of(body, content_type)
    if note.problem is not None:
        return NoteFile(path, problem=f"not read: {note.problem.replace('_', ' ')}")
    return NoteFile(path, note.text, partly=note.partly)
