"""The text of a PDF file, and the limits of the process that takes it out."""

import itertools
import json
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from smartapp.notes import pdf as pdf_module
from smartapp.notes.pdf import MAX_SECONDS, WORKER, pdf_text
from smartapp.notes.text import NoteText, Unreadable, text_of
from tests.notes.little_pdf import of_objects, page, pdf

IMAGE = (
    b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray "
    b"/Length 1 >>\nstream\nx\nendstream"
)
FOUR_AT_ONCE = """
import os
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor

from smartapp.notes.pdf import pdf_text

with ThreadPoolExecutor(4) as threads:
    for note in threads.map(pdf_text, [pathlib.Path(sys.argv[1]).read_bytes()] * 4):
        print(note.text.strip())
try:
    print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print("no process")
"""
SCAN = b"q 600 0 0 700 0 0 cm /I1 Do Q"
TO_UNICODE = (
    b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange "
    b"2 beginbfchar <0001> <D83DDE00> <0002> <5BB6> endbfchar endcmap end"
)
COMPOSITE = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H %s /DescendantFonts [<< /Type /Font "
    b"/Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
    b"/Supplement 0 >> /FontDescriptor << /Type /FontDescriptor /FontName /X /Flags 4 >> >>] >>"
)
LOCKED = (
    b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <"
    + b"ab" * 32
    + b"> /U <"
    + b"cd" * 32
    + b"> /P -4 >> /ID [<00> <00>]"
)


def packed(pieces: Iterator[bytes]) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(piece) for piece in pieces) + packer.flush()


def test_pages_are_read_in_order_with_the_letters_of_their_font() -> None:
    body = pdf(page("What matters to señora Marín:", "“to be home” (in May)"), page("Second page"))

    assert text_of(body, "application/pdf") == NoteText(
        "What matters to señora Marín:\n“to be home” (in May)\n\nSecond page"
    )


def test_a_word_divided_at_the_end_of_a_line_is_whole_again() -> None:
    assert pdf_text(pdf(page("at the wed-", "ding"))).text == "at the wedding"


def test_letters_beyond_the_first_65536_are_read() -> None:
    body = pdf(
        b"BT /F1 12 Tf 72 720 Td <00010002> Tj ET",
        font=COMPOSITE % b"/ToUnicode 4 0 R",
        more=[b"<< /Length %d >>\nstream\n%s\nendstream" % (len(TO_UNICODE), TO_UNICODE)],
    )

    assert pdf_text(body) == NoteText("😀家")


def test_what_was_typed_into_a_form_is_read_with_its_label() -> None:
    fields = [
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (t1) /TU (Agent) /V (Ana) /Rect [0 0 9 9] >>",
        b"<< /Type /Annot /Subtype /FreeText /Contents (Call first) /Rect [0 0 9 9] >>",
        b"<< /Type /Annot /Subtype /Widget /FT /Btn /V /Yes /Rect [0 0 9 9] >>",
    ]

    body = pdf(page("Form"), page_entries=b"/Annots [4 0 R 5 0 R 6 0 R]", more=fields)

    assert pdf_text(body) == NoteText("Form\nAgent: Ana\nCall first")


def test_a_scanned_page_among_others_is_said_to_be_missing() -> None:
    assert pdf_text(pdf(page("One"), SCAN, more=[IMAGE])) == NoteText("One", partly=True)


def test_an_empty_page_among_others_is_nothing_missing() -> None:
    assert pdf_text(pdf(page("One"), b"")) == NoteText("One")


def test_of_a_very_long_file_the_first_pages_are_read() -> None:
    note = pdf_text(pdf(*(page(f"Page {number}") for number in range(1, 260))))

    assert note.text.split("\n\n") == [f"Page {number}" for number in range(1, 201)]
    assert note.partly


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (pdf(SCAN, more=[IMAGE]), Unreadable.NO_TEXT_LAYER),
        (pdf(b""), Unreadable.NO_TEXT_LAYER),
        (pdf(b"BT /F1 9 Tf <000100020003> Tj ET", font=COMPOSITE % b""), Unreadable.NO_TEXT_LAYER),
        (pdf(page("Secret"), trailer=LOCKED), Unreadable.ENCRYPTED),
        (pdf(page("Cut"))[:300], Unreadable.DAMAGED),
        (b"%PDF-1.7 and no more", Unreadable.DAMAGED),
        (b"", Unreadable.DAMAGED),
    ],
    ids=["scan", "empty", "nameless letters", "locked", "cut", "header", "nothing"],
)
def test_what_cannot_be_read_says_why(body: bytes, problem: Unreadable) -> None:
    assert pdf_text(body) == NoteText("", problem)


@pytest.mark.parametrize(
    "body",
    [
        pdf(packed(b" " * 1_000_000 for _ in range(1500)), stream=b"/Filter /FlateDecode"),
        pdf(
            packed(b"BT /F1 9 Tf (xxxx) Tj ET\n" * 40_000 for _ in range(500)),
            stream=b"/Filter /FlateDecode",
        ),
        pdf(
            zlib.compress(packed(b" " * 1_000_000 for _ in range(2000))),
            stream=b"/Filter [/FlateDecode /FlateDecode]",
        ),
    ],
    ids=["blanks", "letters", "twice packed"],
)
def test_a_bomb_ends_its_process_and_nothing_else(body: bytes) -> None:
    began = time.monotonic()

    note = pdf_text(body)

    assert note == NoteText("", Unreadable.TOO_SLOW)
    assert time.monotonic() - began < MAX_SECONDS + 5


@pytest.mark.parametrize(
    "body",
    [
        of_objects(
            {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] >>"}
        ),
        of_objects(
            {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Count 99999999 /Kids [] >>"}
        ),
        b"%PDF-1.4\n1 0 obj\n" + b"[" * 1_000_000,
        b"%PDF-1.4\n" + b"1 0 obj\n" * 100_000,
    ],
    ids=["its own kid", "many pages", "nested", "objects"],
)
def test_a_file_built_to_go_round_in_circles_has_no_text(body: bytes) -> None:
    note = pdf_text(body)

    assert note.text == ""
    assert note.problem is not None


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    """In a process of its own, since this one may have started a browser or a database for other tests."""
    file = tmp_path / "one.pdf"
    file.write_bytes(pdf(page("One")))
    script = tmp_path / "four.py"
    script.write_text(FOUR_AT_ONCE)

    ended = subprocess.run([sys.executable, script, file], capture_output=True, text=True, check=False)

    assert (ended.stdout, ended.stderr) == ("One\n" * 4 + "no process\n", "")


def test_a_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hanging = tmp_path / "hanging.py"
    hanging.write_text("import threading\nthreading.Event().wait()\n")
    monkeypatch.setattr(pdf_module, "WORKER", hanging)
    monkeypatch.setattr(pdf_module, "MAX_SECONDS", 0.5)
    began = time.monotonic()

    note = pdf_text(pdf(page("One")))

    assert note == NoteText("", Unreadable.TOO_SLOW)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "answer", ["", "no json", "[1]", '{"text": 1, "partly": false}', '{"problem": "other"}', "[" * 100_000]
)
def test_an_answer_that_is_none_is_no_text(
    answer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lying = tmp_path / "lying.py"
    lying.write_text(f"import sys\nsys.stdin.buffer.read()\nprint({answer!r})\n")
    monkeypatch.setattr(pdf_module, "WORKER", lying)

    assert pdf_text(pdf(page("One"))) == NoteText("", Unreadable.DAMAGED)


def test_the_process_can_open_nothing_once_it_has_begun(tmp_path: Path) -> None:
    probe = f"""
import json, runpy, socket, subprocess, sys
worker = runpy.run_path({str(WORKER)!r}, run_name="worker")
worker["_give_up_everything"]()
tried = {{}}
for name, attempt in {{
    "file": lambda: open({str(tmp_path / "left")!r}, "w"),
    "connection": socket.socket,
    "process": lambda: subprocess.Popen(["/bin/true"]),
    "memory": lambda: bytearray(600_000_000),
}}.items():
    try:
        attempt()
    except (OSError, MemoryError) as refused:
        tried[name] = type(refused).__name__
print(json.dumps(tried))
"""

    done = subprocess.run([sys.executable, "-I", "-c", probe], capture_output=True, check=True, env={})

    refused = {"file": "OSError", "connection": "OSError", "process": "OSError", "memory": "MemoryError"}
    if sys.platform != "linux":
        del refused["memory"]
    assert json.loads(done.stdout) == refused


def test_the_process_gets_no_secret_and_loads_nothing_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    telling = tmp_path / "telling.py"
    telling.write_text(
        "import json, os, runpy, sys\nsys.stdin.buffer.read()\n"
        f"runpy.run_path({str(WORKER)!r}, run_name='worker')\n"
        "ours = [name for name in sys.modules if name.split('.')[0] == 'smartapp']\n"
        "text = json.dumps([sorted(os.environ), ours, os.getcwd()])\n"
        "print(json.dumps({'text': text, 'partly': False}))\n"
    )
    monkeypatch.setattr(pdf_module, "WORKER", telling)
    monkeypatch.setenv("SMARTAPP_KEY", "canary")

    environment, ours, folder = json.loads(pdf_text(pdf(page("One"))).text)

    assert "SMARTAPP_KEY" not in environment
    assert set(environment) <= {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"}
    assert (ours, folder) == ([], "/")


def test_no_prefix_of_a_file_makes_reading_raise() -> None:
    whole = pdf(page("One"), page("Two"))

    for end in itertools.chain(range(0, len(whole), 157), (len(whole) - 1,)):
        assert isinstance(pdf_text(whole[:end]), NoteText)
