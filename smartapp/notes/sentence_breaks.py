"""Where a statement ends in a note: full stops that are not of abbreviations, and line ends that were meant.

Each place is judged by the text close to it alone, so that a sentence can be found from any place inside it
without reading the note from its start.
"""

import re
from collections.abc import Iterator
from typing import Final

_PLACES: Final = re.compile(
    r"(?P<stop>[.!?…]{1,12}[\"”»’')\]]{0,3})(?=[\s,]|$)"
    r"|(?P<line>\n)"
    r"|(?P<cell>[|\t]| {3,40}(?=\S))"
    r"|(?=(?P<box>\[[ xX✓✔*]{0,3}\]|\([ xX]\)|[☐☑☒✓✔□■]))"
    r"|(?P<comma>,)(?=[A-Z][a-z]|\d{1,2}[.)] )"
)
LEADING: Final = re.compile(
    r"(?:[\s,|]{1,40}|[-*•·–—>▪►➤o](?=[ \t])|#{1,6} |\(?(?:\d{1,2}|[a-z])[.)](?=[ \t])"
    r"|\[[ xX✓✔*]{0,3}\]|\([ xX]\)|[☐☑☒✓✔□■]){0,6}"
)
"""Blanks, bullets, numbers and boxes before the first word."""

_LINE_REACH: Final = 160
_WRAPPED: Final = range(45, 141)
"""Characters that the longest of some lines has where an author or a system wrapped them."""

_LAST_WORD: Final = re.compile(r"[^\s(\[\"“«,;:/]{1,12}$")
_LIST_START: Final = re.compile(
    r"[ \t]{0,12}(?:[-*•·–—>▪►➤#|]|\(?(?:\d{1,2}|[A-Za-z])[.)][ \t]|\[|\([ xX]\)|[☐☑☒✓✔□■])"
)
_NEVER_LAST: Final = frozenset(
    {
        "dr", "drs", "fr", "mr", "mrs", "ms", "mx", "prof", "sr", "sra", "srta", "dra", "vs",
        "e.g", "i.e", "eg", "ie", "fig", "approx", "ca", "cf", "esp", "incl", "dept", "tel", "ext",
        "vol", "jr",
    }
)  # fmt: skip
_BEFORE_A_NAME: Final = frozenset({"no", "nos", "st", "col", "gen", "capt", "lt", "sgt", "rev", "hon"})
_BEFORE_A_LETTER: Final = frozenset(
    {"stage", "vitamin", "hepatitis", "class", "grade", "type", "group", "plan", "part"}
)
_SELDOM_LAST: Final = frozenset(
    {
        "pt", "pts", "hx", "dx", "tx", "rx", "sx", "fx", "wt", "ht", "hr", "hrs", "min", "mins", "sec",
        "wk", "wks", "mo", "mos", "yr", "yrs", "y.o", "yo", "mg", "mcg", "ml", "cc", "cm", "mm", "kg",
        "lb", "lbs", "oz", "ft", "in", "q.d", "b.i.d", "t.i.d", "q.i.d", "q.h.s", "q.o.d", "q.h", "q.a.m",
        "q.p.m", "qd", "bid", "tid", "qid", "p.o", "i.v", "i.m", "s.q", "p.r.n", "prn", "h.s", "a.c",
        "p.c", "a.m", "p.m", "etc", "al", "temp", "resp", "abd", "ext", "lat", "med", "meds", "appt",
        "apt", "ave", "blvd", "bldg", "max", "est", "avg", "inc", "corp", "ltd", "co", "u.s", "m.d", "r.n",
        "d.o", "ph.d", "n.p", "p.a", "s.o.b", "l.v", "r.v", "i.c.u", "e.r", "o.r", "a.k.a", "w.o", "jan",
        "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "tues",
        "wed", "thu", "thur", "fri", "sat", "sun",
    }
)  # fmt: skip
_GOES_ON_IN_SMALL: Final = frozenset(
    {
        "no", "states", "said", "reports", "like", "hopes", "wishes", "wants", "does", "do", "did", "over",
        "so", "be",
    }
)  # fmt: skip
"""Words that may end a line; they do not where the next one begins with a small letter."""

_GOES_ON: Final = frozenset(
    {
        "a", "an", "the", "she", "he", "they", "we", "i",
        "of", "to", "for", "with", "and", "or", "but", "nor", "in", "on", "at", "by",
        "from", "as", "than", "that", "which", "who", "whom", "whose", "if", "when", "while", "because",
        "his", "her", "their", "its", "my", "our", "your", "this", "these", "those", "is", "are", "was",
        "were", "been", "being", "has", "have", "had", "will", "would", "could",
        "should", "may", "might", "must", "can", "not", "very", "about", "into", "after",
        "before", "until", "since", "per", "between", "against", "without", "under", "dr", "mr",
        "mrs", "ms", "pt", "de", "del", "la", "el", "los", "las", "un", "una", "y", "o", "que", "en",
        "con", "por", "para", "su", "sus", "al",
    }
)  # fmt: skip


def breaks(text: str, start: int, end: int) -> Iterator[int]:
    """The offsets between `start` and `end` where one statement ends and the next may begin, in order."""
    for match in _PLACES.finditer(text, start, end):
        kind = match.lastgroup
        if kind == "stop" and not _ends_sentence(text, match.start(), match.end()):
            continue
        if kind == "line" and not _ends_line(text, match.start()):
            continue
        if kind == "box":
            if not _is_bullet(text, match.start()):
                yield match.start()
        else:
            yield match.end()


def _is_bullet(text: str, at: int) -> bool:
    before = text[max(0, at - 8) : at]
    return not before.rpartition("\n")[2].strip(" \t-*•")


def _ends_sentence(text: str, at: int, end: int) -> bool:
    if text[at] != "." or text[at : at + 2] == "..":
        following = text[end : end + 6].lstrip(" ,")[:1]
        return not (text[at] in ".…" and following.islower())
    before = _LAST_WORD.search(text, max(0, at - 12), at)
    if before is None or end > at + 1:
        return True
    last, following = before[0], text[end : end + 16].lstrip()[:1]
    if last.isdigit() and len(last) <= 2:
        return not _begins_line(text, before.start())
    if len(last) == 1 and last.isalpha():
        return not _is_initial(text, at - 1, following)
    return not _is_shortened(last, following)


def _is_shortened(last: str, following: str) -> bool:
    """Whether the stop behind `last` is that of an abbreviation in the middle of a sentence."""
    if last == "Pt" or last.lower() in _NEVER_LAST:
        return True
    if last.lower() in _BEFORE_A_NAME:
        return following.isdigit() or following.isupper()
    return last.lower() in _SELDOM_LAST and not following.isupper()


def _is_initial(text: str, at: int, following: str) -> bool:
    """The J of "Dr. J. Smith" and "Maria J. Smith", not the D of "vitamin D."."""
    if not text[at].isupper() or not following[:1].isupper():
        return text[at].islower() and _begins_line(text, at)
    if _begins_line(text, at):
        return True
    before = text[max(0, at - 24) : at].split()
    if not before or before[-1].lower() in _BEFORE_A_LETTER:
        return False
    return before[-1][0].isupper() or before[-1].endswith(".")


def _begins_line(text: str, at: int) -> bool:
    before = text[max(0, at - 8) : at].rstrip(" \t(")
    return not before or before[-1] in "\n,:;|-*•"


def _ends_line(text: str, at: int) -> bool:
    """Whether the line break at `at` was meant, and is not where a long line was wrapped."""
    begin = text.rfind("\n", max(0, at - _LINE_REACH), at) + 1 or max(0, at - _LINE_REACH)
    stop = text.find("\n", at + 1, at + 1 + _LINE_REACH)
    line = text[begin:at].strip()
    following = text[at + 1 : stop if stop >= 0 else at + 1 + _LINE_REACH].rstrip()
    if not line or not following.strip() or line[-1] in ".!?:;…|" or _LIST_START.match(following):
        return True
    following = following.strip()
    last = line.rsplit(None, 1)[-1].strip("\"'”’(").lower()
    if following[0].islower() and last in _GOES_ON_IN_SMALL:
        return False
    if last in _GOES_ON or line[-1] in ",-–(" or _is_inside_quotation(line, following):
        return False
    return not _is_full(text, begin, at, following) or (
        following[0].isupper() and at - begin < _WRAPPED.start
    )


def _is_inside_quotation(line: str, following: str) -> bool:
    if line.count("“") > line.count("”"):
        return "”" in following
    return line.count('"') % 2 == 1 and '"' in following


def _is_full(text: str, begin: int, at: int, following: str) -> bool:
    """Whether the next line's first word had no place on this line any more."""
    around = text[max(0, begin - 2 * _LINE_REACH) : at + 2 * _LINE_REACH].split("\n")
    widest = max(len(line) for line in around)
    needed = (at - begin) + 1 + len(following.split(None, 1)[0])
    return widest in _WRAPPED and needed > widest
