"""What one registration asks for in writing, in words: by its file alone, or also by what its EHR stated."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from smartapp.ehr.profile import NoteShape, profile_for
from smartapp.fhir.capability import Capability
from smartapp.sdm.choices import CONFIDENCE
from smartapp.sdm.model import RECORDABLE_KINDS, DraftStatement, Kind
from smartapp.sdm.wording import KIND_WORDS
from smartapp.smart.registration import Mode, Registration
from smartapp.smart.scopes import GrantedScopes, parse
from smartapp.writing.model import RESOURCE_TYPES, Rung, WhyNot, WriteSite
from smartapp.writing.plan import Offer, ladder, why_not, why_not_handout
from smartapp.writing.site import site_of

_TITLE: Final = (
    "What is written, best first. In a visit, the EHR's own statement and the granted scopes decide too."
)
_TITLE_ASKED: Final = (
    "What is written, best first, by what this EHR states. In a visit, the granted scopes decide too."
)
_NAMES: Final = {
    Rung.NOTE: "a note (DocumentReference)",
    Rung.QUESTIONNAIRE: "the site's questionnaire (QuestionnaireResponse)",
}
_REASONS: Final = {
    WhyNot.NOT_CONFIGURED: "left out in this file",
    WhyNot.NOT_FOR_THIS: "taken by this vendor for other things only",
    WhyNot.NOT_PERMITTED: "no scope to create it is asked for",
    WhyNot.NO_QUESTION: "no question for it",
    WhyNot.NO_TYPE: "this vendor wants a type of its list, and handout.type names none",
    WhyNot.NOT_OFFERED: "the EHR lists no create of it",
    WhyNot.CAPABILITY_UNKNOWN: "the EHR does not say what it takes",
}
_NOTES: Final = {
    NoteShape.US_CORE: "A note is filed as a draft, with the visit where it is known.",
    NoteShape.EPIC: "A note is filed as a draft, and only in a visit that is known.",
    NoteShape.ORACLE: "A note is signed at once, when the clinician says yes to that; the visit and a "
    "Practitioner must be known.",
}


def forecast(registration: Registration, capability: Capability | None = None) -> tuple[str, ...]:
    """Lines of text. `capability`: what the EHR itself stated; without it, an EHR that takes everything."""
    site = site_of(registration)
    offer = best_case(registration, site, capability)
    return (
        _TITLE if capability is None else _TITLE_ASKED,
        *_ladders(offer),
        "",
        *_besides(registration, offer, was_asked=capability is not None),
        *(_vendor(registration, site) if capability is None else _otherwise(registration, site, capability)),
    )


def _ladders(offer: Offer) -> Iterator[str]:
    """One line for neighbouring kinds that go the same way."""
    for way, kinds in groupby(RECORDABLE_KINDS, key=lambda kind: _way(kind, offer)):
        yield f"  {', '.join(KIND_WORDS[kind] for kind in kinds)}:"
        yield from (f"    {line}" for line in way)


def best_case(registration: Registration, site: WriteSite, capability: Capability | None = None) -> Offer:
    """All that is asked for is granted, in a visit that is known, by an EHR that takes what it stated, or
    everything where it was not asked.
    """
    creates = frozenset((name, "create") for name in RESOURCE_TYPES.values())
    return Offer(
        capability=capability or Capability(known=True, interactions=creates),
        covers=_asked(registration).covers,
        site=site,
        has_encounter=True,
        has_author=True,
    )


def _asked(registration: Registration) -> GrantedScopes:
    """As if all of it were granted; an open sandbox has no scopes."""
    if registration.mode is Mode.OPEN:
        return GrantedScopes(everything=True)
    return parse(" ".join(registration.scopes))


def _way(kind: Kind, offer: Offer) -> tuple[str, ...]:
    # The fullest form of each kind: a confidence with its number, an order with something to order.
    choice = next(iter(CONFIDENCE)) if kind is Kind.CONFIDENCE else ""
    draft = DraftStatement(id="", kind=kind, words="", choice=choice, about=("",))
    reasons = {rung: why_not(rung, draft, offer) for rung in ladder(draft, offer.site)}
    steps = [_name(rung) for rung, reason in reasons.items() if reason is None]
    passed = [
        f"not {_name(rung)}: {_REASONS[reason]}"
        for rung, reason in reasons.items()
        # Whether the site has a questionnaire at all is said once, below.
        if reason and (rung, reason) != (Rung.QUESTIONNAIRE, WhyNot.NOT_CONFIGURED)
    ]
    return (", then ".join([*steps, "text to copy"]), *passed)


def _name(rung: Rung) -> str:
    return _NAMES.get(rung, RESOURCE_TYPES.get(rung, ""))


def _besides(registration: Registration, offer: Offer, *, was_asked: bool) -> Iterator[str]:
    site = offer.site
    if RESOURCE_TYPES[Rung.NOTE] in site.order:
        yield f"{_NOTES[site.note_shape]} Its type is LOINC {site.note_type}."
    if site.questionnaire is None:
        yield "Questionnaire: this file names none."
    else:
        is_used = RESOURCE_TYPES[Rung.QUESTIONNAIRE] in site.order
        unused = "" if is_used else " (not used: write.order has no QuestionnaireResponse)"
        yield f"Questionnaire: {site.questionnaire.canonical}{unused}"
    yield f"The patient's handout: {_handout(registration, offer, was_asked=was_asked)}."
    if not was_asked:
        yield from _where_taken(registration, offer)
    pco = ", and in the form of PCO 1.0.0" if site.pco else ""
    yield f"Profiles claimed, of those that the EHR lists: {_profiles(site.us_core)}{pco}."


def _where_taken(registration: Registration, offer: Offer) -> Iterator[str]:
    changes = [name for name in RESOURCE_TYPES.values() if _may_change(name, offer)]
    yield f"Changed or taken back, where the EHR takes updates: {', '.join(changes) or 'nothing'}."
    yield f"Who said and who recorded it (Provenance): {_provenance(registration, offer.site)}."
    together = "where the EHR takes it" if offer.site.transactions else "never"
    yield f"Several resources in one transaction: {together}."


def _may_change(name: str, offer: Offer) -> bool:
    return offer.covers(name, "u", ()) and offer.covers(name, "r", ())


def _handout(registration: Registration, offer: Offer, *, was_asked: bool) -> str:
    """Whether it can be filed, in the best case. `was_asked`: the offer is the EHR's own."""
    site = offer.site
    if not site.files_handout:
        return "not filed, by this file"
    reason = why_not_handout(offer)
    if reason is not None:
        return f"not filed: {_REASONS[reason]}"
    stated = profile_for(registration.vendor).stated
    if not was_asked and stated is not None and RESOURCE_TYPES[Rung.NOTE] not in stated.creates:
        return "not filed where the EHR is as this vendor stated: it takes no DocumentReference"
    kind = f"LOINC {site.handout_type}" if site.handout_type else "unknown, told as text"
    return f"filed when the clinician presses for it, as text; its type is {kind}"


def _provenance(registration: Registration, site: WriteSite) -> str:
    if not registration.provenance:
        return "not written, by this file"
    if not _asked(registration).covers("Provenance", "c"):
        return "not written, no scope is asked for"
    return (
        "where the EHR takes it"
        if site.provenance
        else "not written, this vendor takes it of other things only"
    )


def _profiles(us_core: str) -> str:
    return {"auto": "US Core of any version", "none": "none of US Core"}.get(us_core, f"US Core {us_core}")


def _vendor(registration: Registration, site: WriteSite) -> Iterator[str]:
    stated = profile_for(registration.vendor).stated
    if stated is None:
        yield f"Vendor {registration.vendor!r}: nothing is known, so it is taken to be as US Core says."
        return
    takes = ", ".join(sorted(stated.creates - site.creates_of_other_kinds)) or "nothing"
    yield f"Vendor {registration.vendor!r}: of all this it takes {takes}. From: {stated.source}."
    if site.creates_of_other_kinds:
        yield f"It takes for other things only: {', '.join(sorted(site.creates_of_other_kinds))}."


def _otherwise(registration: Registration, site: WriteSite, capability: Capability) -> Iterator[str]:
    """Where the EHR's statement is not what was known of its vendor."""
    stated = profile_for(registration.vendor).stated
    if stated is None or not capability.known:
        return
    types = (*RESOURCE_TYPES.values(), "Provenance")
    listed = {name for name in types if capability.offers(name, "create")}
    for difference, what in ((listed - stated.creates, "more"), (stated.creates - listed, "less")):
        if difference:
            known = f"than was known of {registration.vendor!r} from {stated.source}"
            yield f"It takes {what} {known}: {', '.join(sorted(difference))}."
    if others := sorted(site.creates_of_other_kinds & listed):
        yield f"It takes for other things only: {', '.join(others)}."
