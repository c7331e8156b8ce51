"""The text of a note, out of the bytes and the content type that the chart gives for it.

Plain text and HTML are read; anything else (RTF, PDF, CDA) is not. The standard library's html.parser is not
used: it needs quadratic time on unclosed tags and raises on some declarations, and a note comes from outside.
What comes out is plain text and never becomes markup again.
"""

import html
import re
from dataclasses import dataclass

_MARKUP = {"text/html", "application/xhtml+xml"}
_CHARSETS = {"utf-8", "utf8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16", "utf-16le"}
"""Those that notes have. Python has codecs that unpack or interpret; a note may not choose them."""

_BREAKS = {
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tbody", "thead", "tr", "ul",
}  # fmt: skip
_CELLS = {"td", "th"}
_SILENT = {
    name: re.compile(rf"</{name}\b", re.I) for name in ("script", "style", "title", "template", "noscript")
}
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,20})")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class NoteText:
    """`readable` False: a format that is not read, and no text."""

    text: str
    readable: bool = True


def text_of(body: bytes, content_type: str) -> NoteText:
    media_type, _, parameters = content_type.lower().partition(";")
    media_type = media_type.strip()
    if media_type not in _MARKUP and media_type != "text/plain":
        return NoteText("", readable=False)
    text = _decoded(body, _charset(parameters))
    return NoteText(text_of_markup(text) if media_type in _MARKUP else _clean(text))


def text_of_markup(markup: str) -> str:
    """The text between the tags, with line breaks where blocks begin and end. Linear in the length."""
    parts: list[str] = []
    at = 0
    while (start := markup.find("<", at)) >= 0:
        parts.append(_unescaped(markup[at:start]))
        at, break_ = _after_tag(markup, start)
        parts.append(break_)
    parts.append(_unescaped(markup[at:]))
    lines = (line.strip() for line in _SPACES.sub(" ", "".join(parts)).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _after_tag(markup: str, start: int) -> tuple[int, str]:
    """Where the text goes on after the "<" at `start`, and what stands for the tag in the text."""
    if markup.startswith("<!--", start):
        return _after(markup, "-->", start + 4), " "
    name_match = _TAG_NAME.match(markup, start)
    if name_match is None and markup[start + 1 : start + 2] not in {"!", "?"}:
        return start + 1, "<"
    end = _after(markup, ">", start)
    name = name_match[1].lower() if name_match else ""
    if name in _SILENT and markup[start + 1] != "/" and not markup.startswith("/>", end - 2):
        closing = _SILENT[name].search(markup, end)
        return (_after(markup, ">", closing.start()) if closing else len(markup)), " "
    return end, "\n" if name in _BREAKS else " " if name in _CELLS else ""


def _after(markup: str, closing: str, start: int) -> int:
    """Behind the next `closing`; the end of the text when there is none, so that no search is done twice."""
    found = markup.find(closing, start)
    return len(markup) if found < 0 else found + len(closing)


def _unescaped(text: str) -> str:
    flat = " ".join(re.split(r"\s+", text)) if text else ""
    try:
        flat = html.unescape(flat)
    except ValueError:  # a numeric reference of more digits than an integer may have
        return _clean(flat)
    return _clean(flat.replace("\xa0", " "))


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and (charset := value.strip().strip("\"'")) in _CHARSETS:
            return charset
    return "utf-8"


def _decoded(body: bytes, charset: str) -> str:
    """The declared charset, else UTF-8, else Windows' Western one, which takes nearly every byte."""
    for name in (charset, "utf-8"):
        try:
            return body.decode(name).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    return body.decode("cp1252", "replace")


def _clean(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
