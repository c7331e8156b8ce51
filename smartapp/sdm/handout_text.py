"""The handout as plain text, which every chart can keep: its words, in the order of the page."""

from collections.abc import Iterator

from smartapp.sdm.handout import Handout, Part, Words


def plain_text(handout: Handout) -> str:
    """What the page says, line by line. Quotations stand in quotation marks, as on paper; lines to write on
    are left out.
    """
    blocks = ["\n".join((handout.title, *handout.about))]
    for section in handout.sections:
        parts = ("\n".join(_lines(part)) for part in section.parts)
        blocks.append("\n\n".join((section.heading, *filter(None, parts))))
    blocks.append("\n".join(filter(None, (*handout.end, handout.draft))))
    return "\n\n".join(blocks)


def _lines(part: Part) -> Iterator[str]:
    """In the order in which a part is printed."""
    if part.heading:
        yield part.heading
    if part.text:
        yield part.text
    if part.words is not None:
        yield _shown(part.words)
    yield from (f"- {point}" for point in part.points)
    yield from (f"- {_shown(words)}" for words in part.typed)
    if part.note:
        yield part.note
    if part.big:
        yield part.big


def _shown(words: Words) -> str:
    return f"“{words.text}”" if words.is_quoted else words.text
