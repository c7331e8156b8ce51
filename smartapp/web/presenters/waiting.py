"""The lines that stand where a panel will be, until it is there."""

from dataclasses import dataclass

from smartapp.i18n import gettext as _
from smartapp.web.panels import Panel


@dataclass(frozen=True, slots=True)
class Waiting:
    """`what` is being read; `now` and, after two seconds, `late` say so. `panel`: what can then be asked for
    again. `heading`: of the panel that will stand here, "" without one.
    """

    slot: str
    panel: Panel
    what: str
    now: str
    late: str
    heading: str = ""


def waiting(slot: str, panel: Panel, what: str, *, heading: str = "", go: str = "") -> Waiting:
    """`go`: what can be done meanwhile, as a sentence."""
    late = _("still loading.")
    return Waiting(slot, panel, what, _("being read."), f"{late} {go}" if go else late, heading)
