"""The program that takes the text out of one PDF file, in a process of its own that may do nothing else.

PDF on standard input, one JSON object on standard output: "text", "problem" and "partly". Run by path and
with `python -I`; imports nothing of ours. Before a byte of the file is read, the process gives up what an
attacker inside it would need: it can open no file and no connection, start no process, and soon ends.
"""

import codecs
import ctypes
import json
import os
import resource
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_MB = 1_000_000
MAX_MEMORY = 512 * _MB
MAX_CPU_SECONDS = 8
MAX_SECONDS = 10
MAX_PAGES = 200
MAX_CHARACTERS = 1_000_000
_FEW_OBJECTS = 2000
"""How many of a page without text are looked at for a picture."""
_MOST_FIELDS = 2000
_FIELD = 20_000
"""Letters of one field of a form. A longer one is left out."""
_BROKEN_HYPHEN = "\ufffe"
"""How pdfium marks a word that was divided at the end of a line."""


def main() -> None:
    pdfium.FPDF_InitLibrary()
    codecs.lookup("utf-16-le")  # is a file of Python's, and none can be opened later
    _give_up_everything()
    body = sys.stdin.buffer.read()
    answer = _answer(body)
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    os._exit(0)  # no clean-up of structures that a hostile file has built


def _give_up_everything() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, MAX_SECONDS)
    threading.Thread(target=_watch_memory, daemon=True).start()
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_AS, MAX_MEMORY),
    ):
        _limit(what, most)


def _limit(what: int, most: int) -> None:
    """macOS refuses some of the limits; the clocks and the watch on memory hold there too."""
    try:
        resource.setrlimit(what, (most, most))
    except (OSError, ValueError):
        if sys.platform == "linux":
            raise


def _watch_memory() -> None:
    """Where the system does not limit memory, this does. What is measured at first may be the parent's."""
    unit = 1 if sys.platform == "darwin" else 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + MAX_MEMORY // unit
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < most:
        time.sleep(0.05)
    os._exit(1)


def _answer(body: bytes) -> "dict[str, Any]":
    document = pdfium.FPDF_LoadMemDocument64(body, len(body), None)
    if not document:
        is_locked = pdfium.FPDF_GetLastError() in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}
        return {"problem": "encrypted" if is_locked else "damaged"}
    count = pdfium.FPDF_GetPageCount(document)
    pages: list[str] = []
    characters = 0
    partly = count > MAX_PAGES
    for text, is_whole in _pages(document, min(count, MAX_PAGES)):
        partly = partly or not is_whole
        pages.append(text)
        characters += len(text)
        if characters >= MAX_CHARACTERS:
            partly = partly or len(pages) < count
            break
    text = "\n\n".join(pages)
    if not text.strip():
        return {"problem": "no_text_layer" if count > 0 else "damaged"}
    return {"text": text[:MAX_CHARACTERS], "partly": partly or len(text) > MAX_CHARACTERS}


def _pages(document: "Any", count: int) -> "Iterator[tuple[str, bool]]":
    """The text of each page, and whether that is all that stands on it."""
    for number in range(count):
        page = pdfium.FPDF_LoadPage(document, number)
        if not page:
            yield "", False
            continue
        text = "\n".join([_page_text(page), *_filled_in(page)])
        yield text, bool(text.strip()) or not _has_picture(page)
        pdfium.FPDF_ClosePage(page)


def _page_text(page: "Any") -> str:
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        return ""
    count = min(pdfium.FPDFText_CountChars(text_page), MAX_CHARACTERS)
    if count <= 0:
        pdfium.FPDFText_ClosePage(text_page)
        return ""
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    pdfium.FPDFText_ClosePage(text_page)
    text = bytes(memoryview(buffer).cast("B")[: 2 * max(written - 1, 0)]).decode("utf-16-le", "replace")
    return _undivided(text)


def _filled_in(page: "Any") -> "Iterator[str]":
    """What was typed into a form or onto the page. It is no part of the page's own text."""
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_FIELDS)):
        mark = pdfium.FPDFPage_GetAnnot(page, number)
        kind = pdfium.FPDFAnnot_GetSubtype(mark)
        if kind == pdfium.FPDF_ANNOT_FREETEXT:
            yield _string(mark, b"Contents")
        elif kind == pdfium.FPDF_ANNOT_WIDGET and _string(mark, b"FT") in {"Tx", "Ch"}:
            label, value = _string(mark, b"TU"), _string(mark, b"V")
            yield f"{label}: {value}" if label and value else value
        pdfium.FPDFPage_CloseAnnot(mark)


def _string(mark: "Any", key: bytes) -> str:
    buffer = (ctypes.c_ushort * (_FIELD + 1))()
    size = pdfium.FPDFAnnot_GetStringValue(mark, key, buffer, 2 * _FIELD)
    return bytes(buffer)[: max(size - 2, 0)].decode("utf-16-le", "replace") if size <= 2 * _FIELD else ""


def _undivided(text: str) -> str:
    for line_end in ("\r\n", "\n", ""):
        text = text.replace(_BROKEN_HYPHEN + line_end, "")
    return text


def _has_picture(page: "Any") -> bool:
    count = min(pdfium.FPDFPage_CountObjects(page), _FEW_OBJECTS)
    kinds = (pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, number)) for number in range(count))
    return any(kind in {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM} for kind in kinds)


if __name__ == "__main__":
    main()
