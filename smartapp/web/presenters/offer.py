"""The line that offers a draft from an earlier launch."""

from smartapp.i18n import gettext as _
from smartapp.i18n import ngettext
from smartapp.web import words
from smartapp.web.desk import Offer
from smartapp.web.presenters.room import OfferView


def offer_view(offer: Offer | None) -> OfferView | None:
    if offer is None:
        return None
    return OfferView(offer.key, _line(offer))


def _line(offer: Offer) -> str:
    time = words.clock_time(offer.changed_at)
    if not offer.draft.written:
        return _("A draft from %(time)s is kept: your own decision sheet.", time=time)
    return ngettext(
        "A draft from %(time)s is kept: %(n)s statement.",
        "A draft from %(time)s is kept: %(n)s statements.",
        len(offer.draft.written),
        time=time,
    )
