"""The text layer of a PDF file, taken out by a process of its own, since the file may be hostile.

The process gets the file and nothing else: no environment, no open file, no part of the app. Whatever it
does, it is gone when `pdf_text` returns. Its answer is not trusted either.
"""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import IO, Final

from smartapp.notes.note_text import NoteText, Unreadable, read, tidy, unreadable

MAX_SECONDS: Final = 10
"""From start to end. The process itself ends a little before."""
MAX_ANSWER: Final = 8_000_000
"""Bytes."""
WORKER: Final = Path(__file__).with_name("pdf_worker.py")
_ANSWERS: Final = frozenset({Unreadable.ENCRYPTED, Unreadable.DAMAGED, Unreadable.NO_TEXT_LAYER})
_UNKNOWN_LETTERS: Final = 0.3
"""Share of letters that the fonts do not name, from which on there is no text layer to speak of."""


def pdf_text(body: bytes) -> NoteText:
    """Never raises; takes at most MAX_SECONDS."""
    try:
        answer = _asked(body)
    except OSError:  # no process could be started
        return unreadable(Unreadable.TOO_SLOW)
    if not answer:
        return unreadable(Unreadable.TOO_SLOW)
    try:
        return _note_text(json.loads(answer[:MAX_ANSWER]))
    except (ValueError, RecursionError):
        return unreadable(Unreadable.DAMAGED)


def _asked(body: bytes) -> bytes:
    """What the process says, b"" when a limit ended it."""
    with subprocess.Popen(  # noqa: S603 - nothing in the command is from outside
        [sys.executable, "-I", str(WORKER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    ) as process:
        end = Timer(MAX_SECONDS, process.kill)
        end.daemon = True
        end.start()
        try:
            return _exchanged(process, body)
        finally:
            end.cancel()
            process.kill()


def _exchanged(process: "subprocess.Popen[bytes]", body: bytes) -> bytes:
    """The process reads everything before it says anything, so that neither waits for the other."""
    with suppress(BrokenPipeError):
        _given(process.stdin).write(body)
    with suppress(BrokenPipeError):
        _given(process.stdin).close()
    return _given(process.stdout).read(MAX_ANSWER + 1)


def _given(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _note_text(answer: object) -> NoteText:
    match answer:
        case {"text": str(text), "partly": bool(partly)}:
            return _with_letters(text, partly=partly)
        case {"problem": str(problem)} if problem in _ANSWERS:
            return unreadable(Unreadable(problem))
    return unreadable(Unreadable.DAMAGED)


def _with_letters(text: str, *, partly: bool) -> NoteText:
    """Fonts may draw letters without saying which they are."""
    drawn = sum(not letter.isspace() for letter in text)
    unknown = sum(letter == "\ufffd" or letter < " " or "\ue000" <= letter <= "\uf8ff" for letter in text)
    blank = sum(letter in "\r\n\t" for letter in text)
    if unknown - blank > _UNKNOWN_LETTERS * drawn:
        return unreadable(Unreadable.NO_TEXT_LAYER)
    return read(tidy(text), partly=partly)
