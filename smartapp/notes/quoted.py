"""Statements in somebody's own words, between quotation marks."""

import re
from collections.abc import Sequence
from typing import Final

from smartapp.notes.attitudes import DENIED, Attitude, Attitudes, Form
from smartapp.notes.candidates import candidate
from smartapp.notes.clauses import Candidate, end_of
from smartapp.notes.contents import UNWILLING, Contents, Meaning, Stance
from smartapp.notes.context import word_set
from smartapp.notes.finding import Experiencer, Finding, Label, Status, Task
from smartapp.notes.layout import Role
from smartapp.notes.lexicon import Hit
from smartapp.notes.mentions import Tokens, Who, mention_ending
from smartapp.notes.people import Person
from smartapp.notes.setting import Setting
from smartapp.notes.span import Span
from smartapp.notes.subjects import Subject, subject_before
from smartapp.notes.verb_groups import mentions_between
from smartapp.sdm.model import Kind

_SHORTEST: Final = 3
_FORBIDS: Final = re.compile(r"\W*(?:don'?t|don’t|do not|never|no)\b", re.I)
_OF_FORM: Final = re.compile(r"___|\bnot to\b.{0,20}/|/ ?(?:I )?(?:do )?not\b|/ not to\b")
_ORDERS: Final = word_set("please let just don't stop keep give should rather never no")
_ORDER: Final = Attitude("said-order", Stance.CHOOSE, Form.SAID)
_CARE: Final = Meaning(Label.TREATMENT_PREFERENCE, Kind.TREATMENT_PREFERENCE)
_BY_GROUP: Final = {
    "major": _CARE,
    "place": _CARE,
    "unacceptable": Meaning(Label.TREATMENT_PREFERENCE, Kind.UNACCEPTABLE, True),
    "deciding": Meaning(Label.DECISION_ROLE, Kind.DECISION_ROLE),
    "knowing": Meaning(Label.DECISION_ROLE, Kind.DECISION_ROLE),
}
_QUOTING: Final = frozenset({"quotes", "quoted", "quoting"})
_BEFORE: Final = 220
_BEHIND: Final = 60


def quoted_statement(
    setting: Setting, attitudes: Attitudes, contents: Contents, hits: Sequence[Hit]
) -> Finding | None:
    """The statement that a quotation makes, by its words at `hits`; None when it is about something else."""
    quotation = setting.quotations.at(hits[0].start)
    if quotation is None:
        return None
    tokens = setting.context.tokens(setting.text, quotation.start, quotation.end)
    if any(token.is_in("self-harm") for token in tokens):
        return None
    words = setting.text[quotation.start : quotation.end]
    if _OF_FORM.search(words):
        return None
    is_question = words.rstrip().endswith("?")
    for hit in hits:
        for attitude in attitudes.of(hit):
            if is_question and not _may_be_asked(attitude):
                continue
            said = _said(setting, contents, tokens, (attitude, hit))
            if said and said[0].label is Label.WORRY and _FORBIDS.match(words):
                said = (_ordered(setting, contents, quotation) or said[0], said[1])
            if said:
                return _finding(setting, quotation, attitude, meaning=said[0], is_of_other=said[1])
    return None


def _may_be_asked(attitude: Attitude) -> bool:
    """ "What if I fall?": questions by which people tell a fear."""
    return attitude.form is Form.SAID and attitude.stance is Stance.FEAR


def unmarked_quotations(
    setting: Setting, contents: Contents, known: Sequence[Finding], *, silent: frozenset[Role]
) -> list[Finding]:
    """Quotations that no attitude was found in, but that order or refuse some care: "Don't move me there"."""
    found: list[Finding] = []
    taken = {one.start for one in known if one.is_quoted}
    for quotation in setting.quotations.spans:
        role = setting.layout.section_at(quotation.start).role
        if quotation.start in taken or role in silent or not setting.is_first_person(quotation):
            continue
        meaning = _ordered(setting, contents, quotation)
        finding = meaning and _finding(setting, quotation, _ORDER, meaning=meaning, is_of_other=False)
        if finding:
            found.append(finding)
    return found


def _ordered(setting: Setting, contents: Contents, quotation: Span) -> Meaning | None:
    tokens = setting.context.tokens(setting.text, quotation.start, quotation.end)
    words = setting.text[quotation.start : quotation.end]
    is_order = any(token.is_in("negation") or token.low in _ORDERS for token in tokens[:6])
    is_nobodys = words.rstrip().endswith("?") or any(token.is_in("self-harm", "denial") for token in tokens)
    group = next(iter(contents.groups(words)), "")
    if not is_order or is_nobodys or len(tokens) < _SHORTEST:
        return None
    return _BY_GROUP.get(group)


def _said(
    setting: Setting, contents: Contents, tokens: Tokens, found: tuple[Attitude, Hit]
) -> tuple[Meaning, bool] | None:
    """What it comes to, and whether the speaker says it of somebody else."""
    attitude, hit = found
    at = next((number for number, token in enumerate(tokens) if token.end > hit.start), 0)
    after = next((number for number, token in enumerate(tokens) if token.start >= hit.end), len(tokens))
    if attitude.form is Form.SAID:
        one: Candidate | None = Candidate(attitude, Subject(None, at, at), at, at, after, after)
    else:
        one = candidate(attitude, tokens, at, after)
        one = one or _at_start(attitude, tokens, at, after)
    if one is None or (one.attitude.form is Form.CODE and one.subject.is_negated):
        return None
    mention = one.subject.mention
    if mention is not None and mention.who in {Who.READER, Who.CLINICIAN}:
        return None
    end = end_of(one, None, tokens)
    stance, is_negated = attitude.stance, one.subject.is_negated
    if is_negated:
        if stance not in DENIED:
            return None
        stance = DENIED[stance]
    content = tuple(tokens[one.content : end])
    if setting.is_nobodys_content(tokens, one, end):
        return None
    text = setting.text[content[0].start : content[-1].end] if content else ""
    if not content and attitude.form not in {Form.SAID, Form.COPULA, Form.CODE}:
        return None
    meaning = contents.meaning(
        stance,
        text,
        content,
        is_negated=is_negated or stance in UNWILLING,
        words=" ".join(token.low for token in tokens[at:after]),
    )
    is_of_other = (
        mention is not None and mention.who in {Who.PRONOUN, Who.RELATIVE} and not one.subject.is_shared
    )
    return (meaning, is_of_other) if meaning else None


def _at_start(attitude: Attitude, tokens: Tokens, at: int, after: int) -> Candidate | None:
    """ "Want to go home": what people say of themselves without "I"."""
    if at > 1 or after >= len(tokens) or attitude.form not in {Form.VERB, Form.ADJECTIVE}:
        return None
    return Candidate(attitude, Subject(None, 0, at), 0, at, after, after)


def _finding(
    setting: Setting, quotation: Span, attitude: Attitude, *, meaning: Meaning, is_of_other: bool
) -> Finding | None:
    start, around = _speech(setting, quotation)
    speaker = _speaker(setting, quotation, start)
    if speaker is None or speaker.experiencer is Experiencer.CLINICIAN:
        return None
    experiencer = speaker.experiencer
    is_of_other = is_of_other or _quotes_another(setting, quotation, start)
    if experiencer is Experiencer.PROXY_REPORT or (experiencer is Experiencer.FAMILY and is_of_other):
        experiencer = Experiencer.PROXY_REPORT
    words = setting.text[quotation.start : quotation.end]
    begin = quotation.start + len(words) - len(words.lstrip())
    end = quotation.start + len(words.rstrip())
    return Finding(
        Task.PREFERENCE,
        meaning.label,
        begin,
        end,
        setting.text[begin:end],
        experiencer,
        Status.CURRENT,
        attitude.id,
        around.start,
        around.end,
        kind=meaning.kind,
        is_negated=meaning.is_negated,
        is_quoted=True,
        speaker=speaker.speaker,
    )


def _quotes_another(setting: Setting, quotation: Span, start: int) -> bool:
    """Whether a relative repeats what somebody else said: "He quotes her: ...", "He always said ..."."""
    introduction = setting.context.tokens(setting.text, start, quotation.start - 1)
    first = setting.context.tokens(setting.text, quotation.start, quotation.end)[:1]
    return any(token.low in _QUOTING for token in introduction) or any(
        token.is_in("she", "he") for token in first
    )


def _speech(setting: Setting, quotation: Span) -> tuple[int, Span]:
    """Where the sentence begins that the quotation stands in, and that sentence with the whole quotation."""
    opening = quotation.start - 1
    before = setting.layout.sentence_at(max(0, opening))
    start = min(before.start, opening) if before.start <= opening else opening
    start = max(start, quotation.start - _BEFORE, 0)
    section = setting.layout.section_at(quotation.start)
    start = max(start, min(section.heading_start, opening))
    return start, Span(start, max(quotation.end + 1, min(before.end, quotation.end + _BEHIND)))


def _speaker(setting: Setting, quotation: Span, start: int) -> Person | None:
    tokens = setting.context.tokens(setting.text, start, quotation.start - 1)
    behind = setting.context.tokens(
        setting.text, quotation.end + 1, min(len(setting.text), quotation.end + _BEHIND)
    )
    at = len(tokens)
    while at and tokens[at - 1].low in {",", ":", "that", "-", "–", "—"}:
        at -= 1
    subject = None
    if at and (tokens[at - 1].is_in("reporting") or at < len(tokens)):
        verb = at if not tokens[at - 1].is_in("reporting") else at - 1
        subject = _told_by_label(tokens, at) or subject_before(tokens, verb)
    if subject is None or subject.mention is None:
        told = _behind(behind)
        if told is not None:
            return setting.people.person(told, behind)
    if subject is None and tokens:
        subject = (
            subject_before((*tokens, tokens[-1]), len(tokens)) if tokens[-1].low in {",", ":", "."} else None
        )
        if subject is None:
            heads = [
                mention
                for mention in _mentions(tokens)
                if mention.mention
                and mention.mention.who in {Who.PATIENT, Who.RELATIVE, Who.PRONOUN, Who.CLINICIAN}
            ]
            subject = heads[0] if heads else None
    if subject is None or (subject.mention and subject.mention.who is Who.OTHER and tokens[-1].low == ":"):
        return setting.people.speaking(quotation.start)
    return setting.people.person(subject, tokens)


def _told_by_label(tokens: Tokens, at: int) -> Subject | None:
    """ "Daughter: ..."."""
    mention = mention_ending(tokens, at - 1) if at and at < len(tokens) else None
    return (
        Subject(mention, mention.first, at)
        if mention and mention.who in {Who.PATIENT, Who.RELATIVE, Who.CLINICIAN}
        else None
    )


def _mentions(tokens: Tokens) -> list[Subject]:
    return [
        Subject(mention, mention.first, mention.last + 1)
        for mention in mentions_between(tokens, 0, len(tokens) - 1)
    ]


def _behind(behind: Tokens) -> Subject | None:
    """ "...," she said; "...," said his wife."""
    for at, token in enumerate(behind[:7]):
        if token.low in {".", ";"} and at:
            break
        if not token.is_in("reporting"):
            continue
        first = mention_ending(behind, at - 1) if at else None
        if first and first.who in {Who.PATIENT, Who.RELATIVE, Who.PRONOUN, Who.CLINICIAN}:
            return Subject(first, first.first, at)
        for last in range(at + 1, min(at + 5, len(behind))):
            after = mention_ending(behind, last)
            if after and after.first == at + 1 and after.who in {Who.PATIENT, Who.RELATIVE, Who.CLINICIAN}:
                return Subject(after, after.first, last)
    return None
