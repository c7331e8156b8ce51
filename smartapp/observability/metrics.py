"""What is counted while the app works: an interface that everything may use, and one that counts nothing.

A value that becomes a label is a word that the code wrote: a route, a resource type, an outcome. It is never
an id, an address or anybody's word. Nothing is counted by registration but whether its EHR answers: a
practice of one clinician is a registration too, and how much a clinician writes is nobody's business.
Reminders, and what became of them, are not counted at all.
"""

from typing import Protocol


class Metrics(Protocol):
    """All times in seconds."""

    def request(self, route: str, *, method: str, status: int, seconds: float) -> None:
        """A request was answered."""

    def outgoing(self, resource_type: str, interaction: str, *, outcome: str, seconds: float) -> None:
        """An EHR was asked. `interaction` as FHIR names it, or "token", "discovery", "keys"."""

    def write(self, rung: str, outcome: str) -> None:
        """Something to be written reached a state: of `writing.model.State`."""

    def launch(self, outcome: str) -> None:
        """A launch is "opened", or was refused with the code of an error."""

    def renewal(self, outcome: str) -> None:
        """A token was renewed, refused, or could not be asked for."""

    def draft_kept(self) -> None:
        """Typed text was kept."""

    def left_alone(self, registration: str) -> None:
        """An EHR failed so often that it is left alone for a while."""


class Uncounted:
    """Counts nothing."""

    def request(self, route: str, *, method: str, status: int, seconds: float) -> None:
        del route, method, status, seconds

    def outgoing(self, resource_type: str, interaction: str, *, outcome: str, seconds: float) -> None:
        del resource_type, interaction, outcome, seconds

    def write(self, rung: str, outcome: str) -> None:
        del rung, outcome

    def launch(self, outcome: str) -> None:
        del outcome

    def renewal(self, outcome: str) -> None:
        del outcome

    def draft_kept(self) -> None:
        return None

    def left_alone(self, registration: str) -> None:
        del registration


UNCOUNTED: Metrics = Uncounted()
