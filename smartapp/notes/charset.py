"""The letters that the bytes of a note stand for: by a mark at the start, as declared, else by trying.

Declared charsets are often wrong, since servers add one that nobody looked at. Bytes that are valid UTF-8 and
hold letters beyond ASCII hardly ever are anything else, so UTF-8 goes before a declared Western charset.
"""

import codecs
import re
from types import MappingProxyType
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins the same
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WESTERN: Final = "cp1252"
_ALLOWED: Final = MappingProxyType(
    {
        "utf-8": ("utf-8", "utf8", "unicode-1-1-utf-8"),
        "utf-16-le": ("utf-16", "utf-16le", "utf16", "ucs-2", "unicode"),
        "utf-16-be": ("utf-16be",),
        "utf-32-le": ("utf-32", "utf-32le"),
        "utf-32-be": ("utf-32be",),
        _WESTERN: (
            "us-ascii",
            "ascii",
            "iso-8859-1",
            "iso8859-1",
            "latin1",
            "latin-1",
            "windows-1252",
            "cp1252",
        ),
        "iso8859-15": ("iso-8859-15", "latin-9", "latin9"),
        "mac-roman": ("macintosh", "x-mac-roman", "macroman"),
        "cp850": ("ibm850", "cp850"),
        "cp437": ("ibm437", "cp437"),
        "shift_jis": ("shift_jis", "shift-jis", "sjis"),
        "cp932": ("windows-31j", "cp932"),
        "euc_jp": ("euc-jp",),
        "iso2022_jp": ("iso-2022-jp",),
        "gb18030": ("gb18030", "gbk", "gb2312", "windows-936", "cp936"),
        "big5hkscs": ("big5", "big5-hkscs", "cp950"),
        "cp949": ("euc-kr", "ks_c_5601-1987", "windows-949", "cp949"),
        "koi8_r": ("koi8-r",),
        "koi8_u": ("koi8-u",),
        "tis_620": ("tis-620", "windows-874"),
        **{f"cp125{n}": (f"windows-125{n}", f"cp125{n}") for n in (0, 1, 3, 4, 5, 6, 7, 8)},
        **{f"iso8859-{n}": (f"iso-8859-{n}",) for n in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 16)},
    }
)
"""Codec and its names on the wire. Python has codecs that unpack or interpret; a note may not choose them.
Pages that declare Latin-1 are read as Windows-1252, as browsers do: https://encoding.spec.whatwg.org/
"""
_CODECS: Final = MappingProxyType({name: codec for codec, names in _ALLOWED.items() for name in names})
_SINGLE_BYTE: Final = re.compile(r"cp125\d|iso8859-\d+|cp850|cp437|mac-roman")
_INSIDE: Final = re.compile(
    rb"""<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9_.:-]{2,40})"""
    rb"""|<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?([A-Za-z0-9_.:-]{2,40})""",
    re.I,
)
_HEAD: Final = 2048
_SAMPLE: Final = 4096


def declared_inside(body: bytes) -> str:
    """The charset that the first bytes of XML or HTML declare, "" for none."""
    found = _INSIDE.search(body[:_HEAD].replace(b"\0", b""))
    return (found[1] or found[2]).decode("ascii") if found else ""


def decoded(body: bytes, *declared: str) -> str:
    """The text, by the first of the `declared` names that fits. Never raises; what no charset explains is
    read as Windows-1252, see `is_guess`.
    """
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    fitting = _fitting(body, declared)
    return body.decode(fitting or _WESTERN, "replace").removeprefix("\ufeff")


def is_guess(body: bytes, *declared: str) -> bool:
    """Whether no charset is known, so that the text may be made of wrong letters."""
    return not any(body.startswith(mark) for mark, _ in _MARKS) and _fitting(body, declared) is None


def _fitting(body: bytes, declared: tuple[str, ...]) -> str | None:
    """The codec that reads all of it; None when only a guess is left."""
    if (wide := _wide(body)) is not None:
        return wide
    named = [_CODECS[name.strip().lower()] for name in declared if name.strip().lower() in _CODECS]
    one_byte = [codec for codec in named if _SINGLE_BYTE.fullmatch(codec)]
    exact = [codec for codec in named if codec not in one_byte and not codec.startswith("utf-16")]
    utf_16 = [codec for codec in named if codec.startswith("utf-16")]
    for codec in (*exact, "utf-8", *utf_16, *one_byte):
        if _decodes(body, codec):
            return codec
    return "utf-8" if _is_mostly_utf_8(body) else one_byte[0] if one_byte else None


def _is_mostly_utf_8(body: bytes) -> bool:
    """A few broken letters do not make a text Western: one bad paste spoils no note."""
    text = body.decode("utf-8", "replace")
    return text.count("\ufffd") * 2 < len(text) - len(text.encode("ascii", "ignore"))


def _decodes(body: bytes, codec: str) -> bool:
    """UTF-8 that was cut in the middle of a letter is still UTF-8."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        decoder.decode(body, final=codec != "utf-8")
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark: of Western text, nearly every other byte is zero."""
    sample = body[:_SAMPLE]
    half = len(sample) // 2
    if half < 2:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None
