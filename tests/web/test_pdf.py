"""PDF files are made in a process that fetches nothing, and within limits."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

import pypdfium2
import pytest

from smartapp.sdm.handout_texts import Paper
from smartapp.web.pdf import MAX_HTML, PdfPrinter, pdf_printer
from smartapp.web.rendering import HANDOUT_CSS

weasyprint = pytest.importorskip(
    "weasyprint", reason="NO WEASYPRINT: PDF files were not tested", exc_type=ImportError
)
HTML = "<!doctype html><title>t</title><p>Good morning</p>"


def size_of(body: bytes) -> tuple[int, int]:
    document = pypdfium2.PdfDocument(BytesIO(body))
    try:
        width, height = document[0].get_size()
    finally:
        document.close()
    return round(width), round(height)


@pytest.mark.parametrize(("paper", "size"), [(Paper.LETTER, (612, 792)), (Paper.A4, (595, 842))])
async def test_file_has_the_sites_paper(paper: Paper, size: tuple[int, int]) -> None:
    printer = pdf_printer(HANDOUT_CSS)
    assert printer is not None

    made = await printer.print(HTML, paper)

    assert made is not None
    assert size_of(made) == size


async def test_nothing_is_fetched_whatever_the_page_refers_to(tmp_path: Path) -> None:
    asked: list[str] = []

    class Note(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            pass

    server = HTTPServer(("127.0.0.1", 0), Note)
    thread = Thread(target=server.serve_forever)
    thread.start()
    there = f"http://127.0.0.1:{server.server_port}"
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words", encoding="utf-8")
    html = (
        f'<!doctype html><title>t</title><link rel="stylesheet" href="{there}/a.css">'
        f'<img src="{there}/b.png"><img src="data:image/png;base64,AA==">'
        f'<img src="{secret.as_uri()}"><link rel="attachment" href="{secret.as_uri()}"><p>Good morning</p>'
    )
    try:
        font = f"@font-face {{ font-family: f; src: url({there}/d.woff) }} p {{ font-family: f }}"
        css = f'@import "{there}/c.css"; {font}'
        made = await PdfPrinter(css).print(html, Paper.A4)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert made is not None
    assert asked == []
    assert b"secret words" not in made


async def test_file_that_takes_too_long_is_given_up() -> None:
    assert await PdfPrinter("", seconds=0.01).print(HTML, Paper.A4) is None


async def test_page_that_is_too_long_is_not_begun() -> None:
    assert await PdfPrinter("").print("x" * (MAX_HTML + 1), Paper.A4) is None
