"""Reads out of notes what somebody wants, hopes, fears, values or refuses, and who is to decide.

A statement is a subject, an attitude and a content. One pass finds the words of attitudes; then only the
sentence around each is looked at. Nothing is paraphrased and nothing inferred.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.resources.abc import Traversable
from pathlib import Path

from smartapp.notes.asked import Questions
from smartapp.notes.attitudes import DENIED, Attitudes, Form
from smartapp.notes.candidates import candidate
from smartapp.notes.clauses import Candidate, end_of, independent
from smartapp.notes.contents import UNWILLING, Contents, Meaning, Stance
from smartapp.notes.context import Context
from smartapp.notes.finding import Experiencer, Finding, Label, Status, Task
from smartapp.notes.headed import Headings, without_known
from smartapp.notes.layout import Layout, Role
from smartapp.notes.lexicon import Hit, Scanner
from smartapp.notes.lexicon_file import read_lexicon
from smartapp.notes.mentions import Tokens
from smartapp.notes.named_answers import NamedAnswers
from smartapp.notes.people import People, Person
from smartapp.notes.quotations import quotations_of
from smartapp.notes.quoted import quoted_statement, unmarked_quotations
from smartapp.notes.setting import Setting
from smartapp.notes.span import Span
from smartapp.notes.spanish import Spanish
from smartapp.notes.tense import status_of, was_code
from smartapp.sdm.model import Kind

_SILENT = frozenset(
    {
        Role.FAMILY_HISTORY,
        Role.REVIEW_OF_SYSTEMS,
        Role.INSTRUCTIONS,
        Role.BOILERPLATE,
        Role.RESULTS,
        Role.CODED_LIST,
        Role.EXAM,
    }
)
"""Sections in which nothing is a statement of somebody's."""

_MOST = 12
"""Attitudes in one sentence that are looked at; nobody writes more."""

_LONGEST_CUE = 60
"""Characters behind a hit into which words of an attitude that begin in it may reach."""

_WITH_CODE = frozenset({Role.INSTRUCTIONS, Role.CODED_LIST})


class PreferenceReader:
    """The rules for statements, ready to read any number of notes."""

    def __init__(
        self,
        context: Context,
        attitudes: Attitudes,
        contents: Contents,
        *,
        headings: Headings,
        questions: Questions,
        answers: NamedAnswers,
        spanish: Spanish,
    ) -> None:
        self._context = context
        self._attitudes = attitudes
        self._contents = contents
        self._headings = headings
        self._questions = questions
        self._answers = answers
        self._spanish = spanish

    @classmethod
    def of(cls, directory: Traversable | Path | None = None) -> "PreferenceReader":
        """With the content files of a directory, ours unless given. Raises ConfigurationError."""
        entries = read_lexicon("notes_preferences.toml", directory)
        return cls(
            Context.of(read_lexicon("notes_context.toml", directory)),
            Attitudes(entry for entry in entries if entry.table == "attitude"),
            Contents(entry for entry in entries if entry.table == "content"),
            headings=Headings(entry for entry in entries if entry.table == "heading"),
            questions=Questions(entry for entry in entries if entry.table == "question"),
            answers=NamedAnswers(entry for entry in entries if entry.table == "answer"),
            spanish=Spanish(entry for entry in entries if entry.table == "spanish"),
        )

    @property
    def scanner(self) -> Scanner:
        """The cues that it looks for."""
        return self._attitudes.scanner

    def find(self, layout: Layout) -> tuple[Finding, ...]:
        """The statements of a note, in the order of the text. Never raises; linear in the length."""
        setting = Setting(
            layout, self._context, People(layout.text, self._context), quotations_of(layout.text)
        )
        found: list[Finding] = []
        for span, hits in self._by_sentence(setting):
            found += self._in_sentence(setting, span, hits)
        found += unmarked_quotations(setting, self._contents, found, silent=_SILENT)
        found += without_known(self._answers.find(setting, self._contents, silent=_SILENT), found)
        found += without_known(self._questions.find(setting, self._contents, silent=_SILENT), found)
        found += self._headings.find(setting, self._contents, found)
        found += self._spanish.find(setting, _SILENT)
        return tuple(_once(found))

    def _by_sentence(self, setting: Setting) -> Iterator[tuple[Span, list[Hit]]]:
        """The hits where statements may stand, with the sentence or the quotation that holds them."""
        span, hits = Span(0, 0), list[Hit]()
        for hit in self._attitudes.scanner.hits(setting.text):
            if hits and hit.start < span.end:
                if len(hits) < _MOST:
                    hits.append(hit)
                continue
            if self._is_silent(setting, hit):
                continue
            if hits:
                yield span, hits
            span, hits = setting.sentence(hit.start), [hit]
        if hits:
            yield span, hits

    def _is_silent(self, setting: Setting, hit: Hit) -> bool:
        """Whether the section of a hit holds nobody's statements. A code status counts among instructions."""
        section = setting.layout.section_at(hit.start)
        if hit.start < section.start and self._headings.knows(section):
            return True
        role = section.role
        is_code = role in _WITH_CODE and any(one.form is Form.CODE for one in self._attitudes.of(hit))
        return role in _SILENT and not is_code

    def _in_sentence(self, setting: Setting, span: Span, hits: list[Hit]) -> Iterator[Finding]:
        quoted: dict[int, list[Hit]] = {}
        plain: list[Hit] = []
        for hit in hits:
            quotation = setting.quotations.at(hit.start)
            if quotation and setting.is_first_person(quotation):
                quoted.setdefault(quotation.start, []).append(hit)
            elif not setting.layout.is_form_line(hit.start):
                plain.append(hit)
        said: list[Span] = []
        for within in quoted.values():
            if finding := quoted_statement(setting, self._attitudes, self._contents, within):
                said += [quotation] if (quotation := setting.quotations.at(within[0].start)) else []
                yield finding
        if plain and not setting.is_nobodys(span):
            yield from self._plain(setting, span, plain, said=said)

    def _plain(self, setting: Setting, span: Span, hits: list[Hit], *, said: list[Span]) -> Iterator[Finding]:
        tokens = setting.tokens(span, said)
        kept = independent(list(self._candidates(setting, tokens, hits)), tokens)
        for number, one in enumerate(kept):
            following = kept[number + 1] if number + 1 < len(kept) else None
            if finding := self._finding(setting, span, tokens, one=one, end=end_of(one, following, tokens)):
                yield finding

    def _candidates(self, setting: Setting, tokens: Tokens, hits: Iterable[Hit]) -> Iterator[Candidate]:
        starts, ends = [token.start for token in tokens], [token.end for token in tokens]
        for hit in hits:
            for each in (hit, *self._within(setting.text, hit)):
                at, after = bisect_right(ends, each.start), bisect_left(starts, each.end)
                if at >= after:
                    continue
                found = (candidate(attitude, tokens, at, after) for attitude in self._attitudes.of(each))
                if one := next((made for made in found if made), None):
                    yield one
                    break

    def _within(self, text: str, hit: Hit) -> Iterator[Hit]:
        """Attitudes that begin behind the first word of a hit, as "okay with" does in "is okay"."""
        blank = text.find(" ", hit.start, hit.end)
        if blank < 0:
            return
        for inner in self._attitudes.scanner.hits(text[blank + 1 : hit.end + _LONGEST_CUE]):
            if inner.start + blank + 1 >= hit.end:
                return
            yield replace(inner, start=inner.start + blank + 1, end=inner.end + blank + 1)

    def _finding(
        self, setting: Setting, span: Span, tokens: Tokens, *, one: Candidate, end: int
    ) -> Finding | None:
        if end <= one.content and one.end < 0:
            return None
        meaning = self._meaning(setting, tokens, one, end)
        person = setting.person(span, tokens, one, end) if meaning else None
        if meaning is None or person is None or person.experiencer is Experiencer.CLINICIAN:
            return None
        content = tokens[one.content : end]
        is_consent = setting.is_consent(span, tokens, one, content=content)
        if (
            is_consent
            or (content and {token.low for token in content} <= {"to", "proceed"})
            or setting.is_nobodys_content(tokens, one, end)
        ):
            return None
        person = _decided(person, one, meaning)
        if (
            person.experiencer is Experiencer.FAMILY
            and meaning.label is Label.GOAL
            and _is_about_home(tokens, one, end)
        ):
            meaning = replace(meaning, label=Label.TREATMENT_PREFERENCE, kind=Kind.TREATMENT_PREFERENCE)
        if one.attitude.stance is Stance.LEAD and person.experiencer is Experiencer.FAMILY:
            person = Person(Experiencer.PATIENT)
        start, stop = tokens[one.first].start, tokens[max(end, one.after) - 1].end
        if person.experiencer is Experiencer.FAMILY and _is_of_the_dead(tokens, one):
            return None
        status = _status(setting, tokens, one, end=end, meaning=meaning)
        return Finding(
            Task.PREFERENCE,
            meaning.label,
            start,
            stop,
            setting.text[start:stop],
            person.experiencer,
            status,
            one.attitude.id,
            span.start,
            span.end,
            kind=meaning.kind,
            is_negated=meaning.is_negated,
            is_confirmed=one.is_confirmed,
            speaker=person.speaker,
        )

    def _meaning(self, setting: Setting, tokens: Tokens, one: Candidate, end: int) -> Meaning | None:
        stance, is_negated = one.attitude.stance, one.subject.is_negated
        if is_negated and one.attitude.form not in {Form.CODE, Form.AGENT}:
            if stance not in DENIED:
                return None
            stance = DENIED[stance]
            is_negated = stance is not Stance.ACCEPT
        content = tuple(tokens[one.content : end])
        if not content and one.end < 0:
            return None
        text = setting.text[content[0].start : content[-1].end] if content else ""
        words = " ".join(token.low for token in tokens[one.at : one.after])
        meaning = self._contents.meaning(
            stance, text, content, is_negated=is_negated or stance in UNWILLING, words=words
        )
        if (
            meaning
            and not one.is_owned
            and one.attitude.stance is Stance.WISH
            and not self._is_plain_goal(text)
        ):
            return None
        return meaning

    def _is_plain_goal(self, text: str) -> bool:
        """Whether a goal of nobody in particular is about somebody's life and not about a treatment's aim."""
        groups = self._contents.groups(text)
        is_life = bool(groups) and (
            groups[0] in {"living", "home", "place", "code"} or "comfort" in text.lower()
        )
        return is_life and "clinical" not in groups


def _status(setting: Setting, tokens: Tokens, one: Candidate, *, end: int, meaning: Meaning) -> Status:
    """When it holds; a fear or a dislike is of now, whatever it is about."""
    if meaning.label is Label.CODE_STATUS:
        if template := setting.status_of_code(tokens, one, end):
            return template
        if one.attitude.form is Form.CODE and was_code(tokens, one.first, one.at, end):
            return Status.HISTORICAL
    found = status_of(tokens, one.at, end, clause=one.first, is_pluperfect=one.subject.is_pluperfect)
    is_felt = meaning.label is Label.WORRY or one.attitude.stance in {Stance.DISLIKE, Stance.VALUE}
    return Status.CURRENT if is_felt and found is Status.HYPOTHETICAL else found


def _is_about_home(tokens: Tokens, one: Candidate, end: int) -> bool:
    """Whether a relative speaks of where somebody else is cared for: "wants to keep her at home"."""
    lows = [token.low for token in tokens[one.content : end]]
    return "home" in lows[:8] and bool({"him", "her", "them", "dad", "mom"} & set(lows[:6]))


_PAST_WISHES = frozenset({"wanted", "hated", "declined", "asked", "hoped", "chose", "feared"})


def _is_of_the_dead(tokens: Tokens, one: Candidate) -> bool:
    """ "His brother wanted a transplant and died": a relative's illness, told as history."""
    return tokens[one.at].low.split()[-1] in _PAST_WISHES and any(
        token.low in {"died", "lived", "deceased"} for token in tokens
    )


def _decided(person: Person, one: Candidate, meaning: Meaning) -> Person:
    """Whom an unclear "she" means: a fear is the teller's own, "she would not want a tube" is the
    patient's.
    """
    if person.is_sure:
        return person
    is_own = one.attitude.stance in {Stance.FEAR, Stance.ACCEPT} or meaning.label is Label.WORRY
    if is_own:
        return replace(person, experiencer=Experiencer.FAMILY)
    is_patients = person.otherwise is Experiencer.PATIENT
    return Person(person.otherwise, "" if is_patients else person.speaker)


def _once(found: list[Finding]) -> Iterator[Finding]:
    """In order, without what lies within another."""
    until = -1
    for one in sorted(found, key=lambda each: (each.start, -each.end)):
        if one.end > until:
            yield one
            until = one.end
