"""Leaves a failing EHR alone for a while, so that nobody waits for what will not come (threat T27).

A breaker as electricians have it: closed while the server answers; open, and everything fails at once, when
requests for several kinds of things in a row got no answer; then one request may try whether it is back.

* Several kinds, not several requests: one part of an EHR that is down, such as the server of its scanned
  documents, must not take the rest with it.
* No answer, 502, 503 and 504 count. 500 and 501 do not: many servers answer so to one search they do not
  know.
* What would be stored never is the request that tries. It fails before it leaves, which is safe to tell as
  "nothing was sent"; a POST into a server that hangs would be in doubt.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from smartapp.clock import Clock
from smartapp.errors import AnswerTooLarge, AnswerUnreadable, EhrLeftAlone, TemporaryOutboundError

KINDS_IN_A_ROW = 5
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(seconds=60)

_AT_FAULT = frozenset({502, 503, 504})
_NO_PROOF = frozenset({429, 500, 501})


@dataclass(slots=True)
class Turn:
    """One request while it is under way. `status`: of the answer, to be filled in; 0 while there is none."""

    status: int = 0


class Breaker:
    """Of one server. `opened` is called each time that it is left alone anew."""

    def __init__(self, clock: Clock, opened: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._opened = opened
        self._failed: set[str] = set()
        self._nameless = 0
        self._open_since: datetime | None = None
        self._wait = FIRST_WAIT
        self._is_being_tried = False

    @property
    def is_closed(self) -> bool:
        """Whether requests may leave as ever."""
        return self._open_since is None

    @contextmanager
    def turn(self, kind: str, *, may_try: bool = True, counts: bool = True) -> Iterator[Turn]:
        """One request for `kind` of things, such as a resource type; "": each counts as a kind of its own.

        `may_try`: whether it may be the one that tries. `counts` False: however it ends says nothing of the
        server, and it never tries. Raises EhrLeftAlone when it must not leave.
        """
        is_trial = self._enter(may_try=may_try and counts)
        turn = Turn()
        if not counts:
            yield turn
            return
        try:
            yield turn
        except TemporaryOutboundError:
            self._note_failure(kind, is_trial=is_trial)
            raise
        except (AnswerTooLarge, AnswerUnreadable):
            self._note_answer()
            raise
        else:
            self._note_status(turn.status, kind, is_trial=is_trial)
        finally:
            if is_trial:
                self._is_being_tried = False

    def _enter(self, *, may_try: bool) -> bool:
        """Whether this request is the trial."""
        if self._open_since is None:
            return False
        left = self._wait - (self._clock() - self._open_since)
        # Also when the clock was set back.
        is_over = not timedelta(0) < left <= self._wait
        if not is_over or not may_try or self._is_being_tried:
            raise EhrLeftAlone(retry_after_s=1 if is_over else int(left.total_seconds()) + 1)
        self._is_being_tried = True
        return True

    def _note_status(self, status: int, kind: str, *, is_trial: bool) -> None:
        if status in _AT_FAULT:
            self._note_failure(kind, is_trial=is_trial)
        elif status and (is_trial or status not in _NO_PROOF):
            self._note_answer()

    def _note_answer(self) -> None:
        self._failed.clear()
        self._nameless = 0
        self._open_since = None
        self._wait = FIRST_WAIT

    def _note_failure(self, kind: str, *, is_trial: bool) -> None:
        if is_trial:
            self._open(min(self._wait * 2, LONGEST_WAIT))
            return
        if kind:
            self._failed.add(kind)
        else:
            self._nameless += 1
        # Failures of requests that left before it opened say nothing new.
        if self._open_since is None and len(self._failed) + self._nameless >= KINDS_IN_A_ROW:
            self._open(FIRST_WAIT)

    def _open(self, wait: timedelta) -> None:
        self._open_since = self._clock()
        self._wait = wait
        self._opened()
