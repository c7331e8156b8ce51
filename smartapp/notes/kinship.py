"""Who calls whom what: a son says "his father", an aunt "her niece"."""

from typing import Final

from smartapp.notes.context import word_set
from smartapp.notes.mentions import Mention

PARENTS: Final = frozenset(
    {"mom", "mother", "dad", "father", "mum", "grandma", "grandpa", "mama", "papa", "daddy"}
)
_PARTNERS: Final = word_set("wife husband spouse partner so hubby boyfriend girlfriend fiance fiancee bf gf")
_PAIRS: Final = (
    (_PARTNERS, _PARTNERS),
    (
        word_set(
            """
            son daughter sons daughters children child granddaughter grandson dtr dtrs grandchild kids
            """
        ),
        word_set(
            """
            mother father mom dad mum mama papa daddy parent parents grandmother grandfather grandma grandpa
            nana guardian
            """
        ),
    ),
    (word_set("sister brother sisters brothers"), frozenset({"sister", "brother"})),
    (word_set("niece nephew nieces nephews"), frozenset({"aunt", "uncle"})),
    (frozenset({"cousin", "cousins"}), frozenset({"cousin"})),
    (word_set("friend friends neighbor roommate"), word_set("friend neighbor roommate")),
)


def are_of_each_other(teller: Mention, mention: Mention) -> bool:
    """Whether the one who tells calls the patient so, and is not the one mentioned."""
    if teller.words == mention.words:
        return False
    one, other = _kin(teller), _kin(mention)
    return any((one & these and other & those) or (one & those and other & these) for these, those in _PAIRS)


def _kin(mention: Mention) -> frozenset[str]:
    """The words of a relation, an in-law counted as a relative by blood: "mother" for "mother-in-law"."""
    words = mention.words.lower().replace("-in-law", "").replace("significant other", "partner").split()
    return frozenset(word.removeprefix("step").removeprefix("-").removeprefix("great-") for word in words)
