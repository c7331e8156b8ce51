"""The text of an RTF document, in one pass and whatever the file holds.

Our own: the library at hand (striprtf) needs quadratic time on unclosed fields and raises on numbers that are
missing or too large. Rich Text Format Specification 1.9.1, "Conventions of an RTF Reader".
"""

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from smartapp.notes.note_text import NoteText, read, tidy

MAX_TOKENS: Final = 1_000_000
MAX_DEPTH: Final = 1000
"""Groups inside one another."""
MAX_FONTS: Final = 1000
MAX_FALLBACK: Final = 20
"""Letters behind a \\u."""
_TOKEN: Final = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\", re.S
)
_SILENT: Final = frozenset(
    {
        "annotation", "atnauthor", "atndate", "atnid", "atnref", "atrfend", "atrfstart", "author",
        "bkmkend", "bkmkstart", "category", "colortbl", "comment", "company", "creatim",
        "datafield", "datastore", "do", "doccomm", "docvar", "falt", "filetbl", "fldinst",
        "fontemb", "fontfile", "fonttbl", "footer", "footerf", "footerl", "footerr", "ftncn",
        "ftnsep", "ftnsepc", "generator", "header", "headerf", "headerl", "headerr", "info",
        "keywords", "latentstyles", "listoverridetable", "listpicture", "listtable", "mmathPr",
        "nonesttables", "nonshppict", "objclass", "objdata", "objname", "operator", "passwordhash",
        "pgptbl", "pict", "pntxta", "pntxtb", "printim", "private", "revtbl", "revtim", "rsidtbl",
        "rxe", "sn", "sp", "stylesheet", "subject", "sv", "tc", "template", "themedata", "title",
        "txe", "userprops", "xe", "xmlnstbl",
    }
)  # fmt: skip
"""Destinations whose content is no text of the note. Unknown ones that begin with \\* are silent too."""
_KNOWN_STARRED: Final = frozenset({"shppict", "listtext", "pntext", "nesttableprops"})
_SIGNS: Final = MappingProxyType(
    {
        "par": "\n", "sect": "\n\n", "page": "\n\n", "line": "\n", "column": "\n", "softline": "\n",
        "row": "\n", "nestrow": "\n", "cell": "\t", "nestcell": "\t", "tab": "\t", "emdash": "—",
        "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
        "emspace": " ", "enspace": " ", "qmspace": " ",
    }
)  # fmt: skip
_SYMBOLS: Final = MappingProxyType(
    {"~": "\xa0", "_": "\u2011", "{": "{", "}": "}", "\\": "\\", "\n": "\n", "\r": "\n"}
)
_UNSEEN: Final = frozenset({"v", "deleted", "strike", "striked"})
"""Hidden, deleted and struck out. "0" behind the word ends it."""
_CHARSETS: Final = MappingProxyType(
    {
        0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950",
        161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
        204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
    }
)  # fmt: skip
"""Codecs by \\fcharset."""
_PAGES: Final = MappingProxyType(
    {page: f"cp{page}" for page in (437, 850, 852, 866, 874, 932, 949, 950, *range(1250, 1259))}
    | {936: "gb18030", 1361: "johab", 10000: "mac_roman", 65001: "utf-8"}
)
"""Codecs by \\ansicpg."""


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside one group. `fallback`: letters behind a \\u for readers without Unicode."""

    silent: bool = False
    unseen: frozenset[str] = frozenset()
    font: int = -1
    fallback: int = 1


def rtf_text(body: bytes) -> NoteText:
    """Never raises. A document that ends too early is read to its end."""
    return _Reader(body[max(body.find(b"{\\rtf"), 0) :].decode("latin-1")).read()


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._state = _State()
        self._outer: list[_State] = []
        self._too_deep = 0
        self._parts: list[str] = []
        self._letters = bytearray()  # not yet decoded: a letter may have more than one byte
        self._page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font_described = -1
        self._starred = False
        self._letters_to_skip = 0

    def read(self) -> NoteText:
        tokens = 0
        at = 0
        while (found := _TOKEN.match(self._source, at)) and tokens < MAX_TOKENS:
            tokens += 1
            at = found.end() + self._take(found)
            if found[5] == "}" and not self._outer:
                break
        self._flush()
        is_cut = bool(self._outer) or tokens >= MAX_TOKENS
        return read(tidy(_with_pairs_joined("".join(self._parts))), partly=is_cut)

    def _take(self, found: re.Match[str]) -> int:
        """Use one token. How many characters of data follow it that are no tokens."""
        word, number, letter, symbol, brace, words = found.groups()
        if letter:
            self._add(bytes.fromhex(letter))
            return 0
        if words:
            self._add(words.encode("latin-1"))
            return 0
        if found[0] in {"\r", "\n", "\r\n"}:
            return 0
        self._flush()
        if brace:
            self._group(brace)
        elif word:
            return self._word(word, int(number) if number else None)
        elif symbol == "*":
            self._starred = True
        elif symbol in _SYMBOLS:
            self._say(_SYMBOLS[symbol])
        return 0

    def _add(self, letters: bytes) -> None:
        """Letters in the charset of the font, but for those that stand in for a \\u before them."""
        skipped = min(self._letters_to_skip, len(letters))
        self._letters_to_skip -= skipped
        self._starred = False
        if self._is_seen():
            self._letters += letters[skipped:]

    def _flush(self) -> None:
        self._letters_to_skip = 0
        if self._letters:
            codec = self._fonts.get(self._state.font, self._page)
            self._parts.append(self._letters.decode(codec, "replace"))
            self._letters.clear()

    def _say(self, words: str) -> None:
        if self._is_seen():
            self._parts.append(words)

    def _is_seen(self) -> bool:
        return not (self._state.silent or self._state.unseen)

    def _group(self, brace: str) -> None:
        self._starred = False
        if brace == "{" and len(self._outer) < MAX_DEPTH:
            self._outer.append(self._state)
        elif brace == "{":
            self._too_deep += 1
        elif self._too_deep:
            self._too_deep -= 1
        elif self._outer:
            self._state = self._outer.pop()

    def _word(self, word: str, number: int | None) -> int:
        if word == "bin":
            return max(number or 0, 0)
        if word in _SIGNS:
            self._say(_SIGNS[word])
        elif word == "u" and number is not None:
            self._say(chr(number % 0x10000))
            self._letters_to_skip = self._state.fallback
        elif word in _SILENT or (self._starred and word not in _KNOWN_STARRED):
            self._state = replace(self._state, silent=True)
        elif word in _UNSEEN:
            unseen = self._state.unseen
            self._state = replace(self._state, unseen=unseen - {word} if number == 0 else unseen | {word})
        else:
            self._set(word, number)
        self._starred = False
        return 0

    def _set(self, word: str, number: int | None) -> None:
        """Words that say how the letters are to be read."""
        match word:
            case "f" if number is not None:
                self._font_described = number
                self._state = replace(self._state, font=number)
            case "fcharset" if number is not None and number in _CHARSETS and len(self._fonts) < MAX_FONTS:
                self._fonts[self._font_described] = _CHARSETS[number]
            case "ansicpg" if number is not None and number in _PAGES:
                self._page = _PAGES[number]
            case "mac":
                self._page = "mac_roman"
            case "plain":
                self._state = replace(self._state, unseen=frozenset(), font=-1)
            case "uc" if number is not None:
                self._state = replace(self._state, fallback=min(max(number, 0), MAX_FALLBACK))


def _with_pairs_joined(text: str) -> str:
    """A letter beyond U+FFFF comes as two \\u."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
