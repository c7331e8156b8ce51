"""One note while it is read: its text, its people and quotations, and what makes a sentence nobody's."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from smartapp.notes.attitudes import Form
from smartapp.notes.clauses import Candidate
from smartapp.notes.contents import Stance
from smartapp.notes.context import Context, Token, word_set
from smartapp.notes.finding import Status
from smartapp.notes.layout import Layout
from smartapp.notes.mentions import Mention, Tokens, Who
from smartapp.notes.people import People, Person
from smartapp.notes.quotations import Quotations
from smartapp.notes.said_of import with_object, with_teller_behind
from smartapp.notes.span import Span
from smartapp.notes.verb_groups import mentions_between

_FIRST_PERSON: Final = word_set(
    """
    i me my i'm i'd i've i'll we our us mine we're we'd we've we'll im
    """
)
_DYING_WELL: Final = word_set(
    """
    at in with without peacefully naturally here there surrounded on comfortably and
    """
)
_OPENING: Final = 6
"""Words of a sentence among which "you" means the reader of the note."""

_NEAR: Final = 300
_GENERIC: Final = word_set(
    """
    procedure procedures surgery operation proceed treatment undergo surgical repair intervention above
    """
)
_CONSENTING: Final = (
    "agree",
    "consent",
    "elect",
    "opt",
    "cho",
    "decid",
    "accept",
    "in agreement",
    "happy with",
)
_FORMAL: Final = frozenset(
    {Stance.ACCEPT, Stance.CHOOSE, Stance.WISH, Stance.ASK, Stance.HOPE, Stance.PREFER}
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rules ask about a note."""

    layout: Layout
    context: Context
    people: People
    quotations: Quotations

    @property
    def text(self) -> str:
        return self.layout.text

    def sentence(self, offset: int) -> Span:
        """The sentence at the offset, never empty there."""
        span = self.layout.sentence_at(offset)
        return span if span.start <= offset < span.end else Span(offset, min(offset + 1, len(self.text)))

    def tokens(self, span: Span, without: Collection[Span] = ()) -> tuple[Token, ...]:
        """The tokens of a sentence, but for what stands in the quotations of `without`."""
        tokens = self.context.tokens(self.text, span.start, span.end)
        if not without:
            return tokens
        return tuple(token for token in tokens if self.quotations.at(token.start) not in without)

    def person(self, span: Span, tokens: Tokens, one: Candidate, end: int) -> Person | None:
        """Whose a statement is; one that leaves its subject out and speaks of the patient is the last named
        relative's, and so is what stands below that relative's name.
        """
        section = self.layout.section_at(span.start)
        is_said = one.attitude.form not in {Form.AGENT, Form.CODE}
        is_alone = "\n" in self.text[section.heading_start : section.start].strip(" ")
        labelled = self._labelled(section.heading) if section.heading and is_said and is_alone else None
        content = tokens[one.content : end] if is_said else ()
        subject = with_teller_behind(with_object(one, tokens), tokens, max(end, one.after))
        return self.people.person(subject, tokens, labelled=labelled, content=content, is_said=is_said)

    def _labelled(self, heading: str) -> Mention | None:
        """The relative whose words stand below a heading: "Daughter by phone:"."""
        every = self.context.tokens(heading, 0, len(heading))
        tokens = [token for token in every if token.low not in {"'s", "’s"}]
        if (
            not tokens
            or len(tokens) > 9
            or any(token.low in {"about", "history", "status", "hx"} for token in tokens)
        ):
            return None
        found = [
            mention
            for mention in mentions_between(tokens, 0, len(tokens) - 1)
            if mention.who is Who.RELATIVE
            or (mention.words and mention.first == 0 and mention.who is Who.OTHER)
        ]
        return (
            found[0]
            if found and found[0].first <= 2 and not any(token.is_in("patient") for token in tokens)
            else None
        )

    def is_first_person(self, quotation: Span) -> bool:
        """Whether somebody speaks of themselves in it, or asks for something."""
        tokens = self.context.tokens(self.text, quotation.start, quotation.end)
        return any(token.low in _FIRST_PERSON for token in tokens) or (
            bool(tokens) and tokens[0].low in {"no", "don't", "please", "never", "just", "take", "let", "do"}
        )

    def is_nobodys(self, span: Span) -> bool:
        """Whether a sentence is a question, speaks to the reader, or is about self-harm: a matter of
        safety.
        """
        words = self.text[span.start : span.end]
        if words.endswith("?") or "***" in words or "{" in words or "___" in words:
            return True
        tokens = self.tokens(span)
        outside = [token for token in tokens if self.quotations.at(token.start) is None]
        return any(token.is_in("second-person") for token in outside[:_OPENING]) or any(
            token.is_in("self-harm") for token in tokens
        )

    def is_nobodys_content(self, tokens: Tokens, one: Candidate, end: int) -> bool:
        """Whether what is wanted is death itself, or a form left it open."""
        content = tokens[one.content : end]
        lows = [token.low for token in content[:4]]
        if "die" in lows and one.attitude.stance in {Stance.WISH, Stance.HOPE, Stance.ASK}:
            following = lows[lows.index("die") + 1 :] or [""]
            is_denied = one.attitude.stance is not Stance.WISH or not any(
                token.is_in("negation") for token in content[:2]
            )
            if following[0] not in _DYING_WELL and is_denied:
                return True
        return bool(content) and (
            content[0].is_in("template", "denial")
            or (" ".join(lows[:2]) in {"to be", "be"} and len(content) < 4 and content[-1].is_in("template"))
        )

    def is_consent(self, span: Span, tokens: Tokens, one: Candidate, *, content: Tokens) -> bool:
        """Whether it is the sentence by which a form of consent ends: "understood and wishes to proceed"."""
        if one.attitude.stance not in _FORMAL:
            return False
        lows = {token.low for token in content}
        if lows & {"over", "instead", "than"}:
            return False  # between two treatments somebody chose
        words = self.text[tokens[one.at].start : tokens[one.after - 1].end].lower()
        is_formal = "proceed" in lows or words.startswith(_CONSENTING)
        if is_formal:
            near = self.context.tokens(
                self.text, max(0, span.start - _NEAR), min(len(self.text), span.end + _NEAR)
            )
            return any(token.is_in("consent", "operation") for token in near)
        return bool(lows & _GENERIC) and any(token.is_in("consent") for token in self.tokens(span))

    def status_of_code(self, tokens: Tokens, one: Candidate, end: int) -> Status | None:
        """TEMPLATE for a code status that nobody asked for."""
        near = tokens[one.first : min(end + 4, len(tokens))]
        return (
            Status.TEMPLATE
            if any(
                token.low in {"presumed", "default", "by default", "presumptive", "assumed"} for token in near
            )
            else None
        )
