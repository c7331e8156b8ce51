"""The two ways in which statements go to the chart: each by itself, or all in one transaction."""

from dataclasses import dataclass, field

from tests.refusals import TRANSACTION, TYPED

OTHER = "Fall"


@dataclass(frozen=True, slots=True)
class Way:
    """`said`: what is typed, a goal and what has to go along for this way; `others`: the words of that.
    `first`: the request with which the goal goes; `posts`: that, and the one after a refusal of the whole.
    """

    name: str
    transactions: bool
    said: dict[str, str]
    first: str
    posts: tuple[str, ...]
    others: list[str] = field(default_factory=list)

    @property
    def registration(self) -> dict[str, object]:
        return {"transactions": self.transactions}

    @property
    def stored(self) -> list[str]:
        """The words, when all of them are in the chart."""
        return [TYPED, *self.others]

    @property
    def all_stored(self) -> str:
        """What the page says then."""
        return f"All {len(self.stored)} are in the chart" if self.others else "It is in the chart"

    def refused(self, stored: int) -> str:
        """What the page says when so many are in the chart, and the rest was refused."""
        left = len(self.stored) - stored
        return f"{self._heading(stored)} {left} {'was' if left == 1 else 'were'} not accepted."

    def unclear(self, stored: int) -> str:
        """What it says when nobody knows about the rest."""
        left = len(self.stored) - stored
        return f"{self._heading(stored)} {left} {_is(left)} not certain yet."

    def _heading(self, stored: int) -> str:
        return f"{stored} of {len(self.stored)} {_is(stored)} in the chart."


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


ALONE = Way("alone", False, {"goal": TYPED}, "POST /fhir/Goal", ("POST /fhir/Goal",))
TOGETHER = Way(
    "together",
    True,
    {"goal": TYPED, "worry": OTHER},
    TRANSACTION,
    (TRANSACTION, "POST /fhir/Goal"),
    [OTHER],
)
WAYS = (ALONE, TOGETHER)
