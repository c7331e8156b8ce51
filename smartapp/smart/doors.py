"""One outbound door for each registration: to the FHIR base's origin and the hosts it names, no further."""

from smartapp.http import AsyncBaseTransport, Door, Origin
from smartapp.observability.watch import WATCH, Watch
from smartapp.smart.issuer import LOOPBACK_HOSTS
from smartapp.smart.registration import Registration
from smartapp.smart.registrations import Registrations


class Doors:
    """The doors share a transport, and with it the open connections."""

    def __init__(
        self, transport: AsyncBaseTransport, registrations: Registrations, *, watch: Watch = WATCH
    ) -> None:
        self._doors = {
            registration.id: Door(transport, origins_of(registration), name=registration.id, watch=watch)
            for registration in registrations.all
        }

    def for_registration(self, registration: Registration) -> Door:
        """The door of this registration, bound to a tenant or not: tenants share an origin."""
        return self._doors[registration.id]


def origins_of(registration: Registration) -> frozenset[Origin]:
    """The origins of every iss, and of auth_hosts: https, or http as well on this very machine."""
    origins = {Origin.of(iss) for iss in registration.iss}
    for host in registration.auth_hosts:
        origins.add(Origin.of(f"https://{host}"))
        if host.rpartition(":")[0] in LOOPBACK_HOSTS or host in LOOPBACK_HOSTS:
            origins.add(Origin.of(f"http://{host}"))
    return frozenset(origins)
