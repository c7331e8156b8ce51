"""Notes in the formats that EHRs file besides plain text and HTML: RTF, PDF and C-CDA, each made by hand."""

from collections.abc import Sequence
from xml.sax.saxutils import escape


def rtf_of(text: str) -> bytes:
    """RTF 1.9 of plain text; letters beyond ASCII as \\u escapes."""
    escaped = text.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
    ascii_only = "".join(one if ord(one) < 128 else f"\\u{ord(one)}?" for one in escaped)
    body = ascii_only.replace("\n", "\\par\n")
    head = "{\\rtf1\\ansi\\ansicpg1252\\uc1\\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\\f0\\fs20\n"
    return f"{head}{body}}}\n".encode("ascii")


def pdf_of(text: str) -> bytes:
    """A PDF of one page with a text layer, one line of text a line (ISO 32000-1, 7.5 and 9.4)."""
    lines = b"".join(b"(%b) Tj T*\n" % _pdf_string(line) for line in text.split("\n"))
    stream = b"BT /F1 10 Tf 13 TL 54 750 Td\n%bET" % lines
    return _pdf(
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )


def empty_pdf() -> bytes:
    """A PDF of one blank page: what a scan without recognised text is to a program."""
    return _pdf(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>")


def cda_of(title: str, sections: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """A C-CDA document: pairs of a section's title and its lines (HL7 CDA R2)."""
    body = "".join(
        f"<component><section><title>{escape(name)}</title><text><list>"
        + "".join(f"<item>{escape(line)}</item>" for line in lines)
        + "</list></text></section></component>"
        for name, lines in sections
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ClinicalDocument xmlns="urn:hl7-org:v3">'
        '<templateId root="2.16.840.1.113883.10.20.22.1.4"/>'
        f"<title>{escape(title)}</title>"
        f"<component><structuredBody>{body}</structuredBody></component></ClinicalDocument>"
    ).encode()


def _pdf(*page_and_after: bytes) -> bytes:
    """The file around a page, which is object 3, and what it refers to."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        *page_and_after,
    )
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    )


def _pdf_string(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
