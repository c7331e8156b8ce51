"""All registrations, found by the iss of a launch or by id. Looking one up opens no socket.

An unknown iss is refused here, before anything is fetched (threat T4: the launch link is anybody's to make).
"""

from collections.abc import Iterable
from dataclasses import replace

from smartapp.errors import NotFound, UnknownIssuer
from smartapp.smart.issuer import Address, address_of, pattern_of
from smartapp.smart.registration import Registration


class Registrations:
    """`all` in the order they were given."""

    def __init__(self, registrations: Iterable[Registration]) -> None:
        self.all = tuple(registrations)
        self._by_id = {registration.id: registration for registration in self.all}

    def for_issuer(self, iss: str) -> Registration:
        """The registration for the iss of a launch. Raises UnknownIssuer.

        Where a placeholder matched, the registration is bound: its FHIR base is the iss that came.
        """
        address = address_of(iss)
        if address is None:
            raise UnknownIssuer("iss is not a plain address")
        for registration in self.all:
            pattern = _covering(registration, address)
            if pattern is not None:
                return bound_to(registration, iss.rstrip("/")) if pattern.placeholders else registration
        raise UnknownIssuer("iss is not configured")

    def get(self, registration_id: str) -> Registration:
        """The registration with this id. Raises NotFound."""
        found = self._by_id.get(registration_id)
        if found is None:
            raise NotFound("no such registration")
        return found


def bound_to(registration: Registration, fhir_base: str) -> Registration:
    """The registration with this FHIR base, which one of its own patterns covered when the launch began."""
    return replace(registration, iss=(fhir_base,)) if registration.fhir_base != fhir_base else registration


def _covering(registration: Registration, address: Address) -> Address | None:
    tenants = dict(registration.tenants)
    for iss in registration.iss:
        pattern = pattern_of(iss)
        if pattern is not None and pattern.covers(address, tenants):
            return pattern
    return None
