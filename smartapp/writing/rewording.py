"""Words that change after they were committed become a statement of their own, under an id that everybody
derives alike.

Drawn at random, two presses of one button would make two statements of the same words.
"""

import hashlib
from collections.abc import Mapping


def ids_for(id_: str, words: str, taken: Mapping[str, str]) -> tuple[str, ...]:
    """The id for `words` typed under `id_` comes last: it is free, or holds these very words. Before it,
    those that hold other words. `taken`: words by id.
    """
    ids = [id_]
    while taken.get(ids[-1], words) != words:
        ids.append(later_id(ids[-1]))
    return tuple(ids)


def later_id(id_: str) -> str:
    """The id after this one: 32 hex digits, always the same."""
    return hashlib.sha256(id_.encode()).hexdigest()[:32]
