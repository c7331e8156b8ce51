"""Writes small PDF files, right or wrong ones, for tests."""

from collections.abc import Mapping, Sequence

HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def page(*lines: str) -> bytes:
    """The content of a page with these lines, in Windows' Western letters."""
    return b"BT /F1 12 Tf 14 TL 72 720 Td " + b" ".join(_shown(line) for line in lines) + b" ET"


def pdf(
    *contents: bytes,
    font: bytes = HELVETICA,
    stream: bytes = b"",
    page_entries: bytes = b"",
    more: Sequence[bytes] = (),
    trailer: bytes = b"",
) -> bytes:
    """A file with one page for each content. `stream`: entries of the streams' dictionaries. `more`: objects
    that follow the font, from number 4.
    """
    first = 4 + len(more)
    pages: list[bytes] = []
    for number, content in enumerate(contents):
        pages.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> "
            b"/XObject << /I1 4 0 R >> >> /Contents %d 0 R %s >>" % (first + 2 * number + 1, page_entries)
        )
        pages.append(b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), stream, content))
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(contents)))
    tree = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(contents), kids)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", tree, font, *more, *pages]
    return of_objects(dict(enumerate(objects, start=1)), trailer=trailer)


def of_objects(objects: Mapping[int, bytes], *, trailer: bytes = b"") -> bytes:
    body = b"%PDF-1.6\n"
    places: list[int] = []
    for number, content in objects.items():
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + b"trailer\n" + end


def _shown(line: str) -> bytes:
    escaped = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return b"(" + escaped.encode("cp1252") + b") Tj T*"
