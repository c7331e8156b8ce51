"""The line that offers a draft from an earlier launch."""

from smartapp.web import words
from smartapp.web.desk import Offer
from smartapp.web.presenters_room import OfferView


def offer_view(offer: Offer | None) -> OfferView | None:
    if offer is None:
        return None
    statements = words.count(len(offer.draft.written), "statement", "statements")
    return OfferView(
        offer.key,
        f"A draft from {words.clock_time(offer.changed_at)} is kept: {statements}.",
    )
