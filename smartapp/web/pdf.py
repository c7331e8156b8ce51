"""A page as a PDF file, made by a process of its own: bounded in time, memory and size, and off the network.

Without the extra `pdf` (WeasyPrint) there is no printer, and the browser prints the page.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from smartapp.sdm.handout_texts import Paper

WORKER: Final = Path(__file__).with_name("pdf_worker.py")
MAX_SECONDS: Final = 20
"""From start to end. The process itself ends a little before."""
MAX_HTML: Final = 500_000
"""Characters."""
MAX_PDF: Final = 8_000_000
"""Bytes."""
_AT_ONCE: Final = 2
_SIZES: Final = {Paper.LETTER: "letter", Paper.A4: "A4"}


class PdfPrinter:
    """`css`: the style sheet of what is printed, the only one there is. `seconds`: for one file."""

    def __init__(self, css: str, *, seconds: float = MAX_SECONDS) -> None:
        self._css = css
        self._seconds = seconds
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def print(self, html: str, paper: Paper) -> bytes | None:
        """The PDF file, None when it could not be made within the limits."""
        if len(html) > MAX_HTML:
            return None
        order = {"html": html, "css": f"{self._css}\n@page {{ size: {_SIZES[paper]}; }}\n"}
        async with self._turns:
            answer = await _asked(json.dumps(order).encode(), self._seconds)
        is_pdf = answer.startswith(b"%PDF-") and len(answer) <= MAX_PDF
        return answer if is_pdf else None


def pdf_printer(css: Path) -> PdfPrinter | None:
    """None without the extra."""
    if find_spec("weasyprint") is None:
        return None
    return PdfPrinter(css.read_text(encoding="utf-8"))


async def _asked(order: bytes, seconds: float) -> bytes:
    """What the process says, b"" when a limit ended it."""
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(WORKER), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd="/"
        )
    except OSError:  # no process could be started
        return b""
    try:
        answer, _ = await asyncio.wait_for(process.communicate(order), seconds)
    except TimeoutError:
        return b""
    finally:
        await _end(process)
    return answer if process.returncode == 0 else b""


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
