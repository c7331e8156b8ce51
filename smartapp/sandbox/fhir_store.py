"""The demo EHR's charts: versioned FHIR resources in memory, changed all or nothing."""

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from smartapp.clock import Clock
from smartapp.sandbox.dates import span_of
from smartapp.sandbox.resource import Resource, direct_patients, local_reference, reference_to, values_at


class FhirStore:
    """Resources by type and id. What it hands out is its own: read it, never change it."""

    def __init__(self, resources: Iterable[Resource], *, clock: Clock) -> None:
        self._clock = clock
        self._by_type: dict[str, dict[str, Resource]] = {}
        self._by_patient: dict[tuple[str, str], dict[str, Resource]] = {}
        self._earlier: dict[tuple[str, str], list[Resource]] = {}
        self._written: dict[str, None] = {}
        self._undo: list[tuple[str, str, Resource | None]] | None = None
        self._promised: set[str] = set()
        self._last_number = 0
        for resource in resources:
            self.load(resource)

    def load(self, resource: Resource) -> None:
        """Put a resource into the chart as it is; it needs resourceType and id. Version and time are added
        where absent.
        """
        meta = dict(resource.get("meta", {}))
        if not str(meta.get("versionId", "")).isdecimal():
            meta["versionId"] = "1"
        if span_of(meta.get("lastUpdated")) is None:
            meta["lastUpdated"] = instant(self._clock())
        self._place({**copy.deepcopy(resource), "meta": meta})

    def get(self, resource_type: str, resource_id: str) -> Resource | None:
        return self._by_type.get(resource_type, {}).get(resource_id)

    def earlier(self, resource_type: str, resource_id: str) -> list[Resource]:
        """The versions before the one that `get` finds, oldest first."""
        return list(self._earlier.get((resource_type, resource_id), []))

    def knows(self, reference: str) -> bool:
        """Whether "Type/id" is here, or will be at the end of the block of `atomically`."""
        return self.get(*reference.split("/")) is not None or reference in self._promised

    def promise(self, reference: str) -> None:
        """A resource of this block of `atomically` will have this reference."""
        self._promised.add(reference)

    def of_type(self, resource_type: str) -> list[Resource]:
        return list(self._by_type.get(resource_type, {}).values())

    def of_patient(self, resource_type: str, patient_id: str) -> list[Resource]:
        """Resources of a type that name this patient themselves."""
        return list(self._by_patient.get((resource_type, patient_id), {}).values())

    def types(self) -> frozenset[str]:
        return frozenset(self._by_type)

    def patients_of(self, resource: Resource) -> frozenset[str]:
        """Ids of the patients in whose compartment the resource is. A Provenance is where its targets are."""
        if resource.get("resourceType") != "Provenance":
            return direct_patients(resource)
        targets = [local_reference(value) for value in values_at(resource, "target.reference")]
        found = [self.get(*target.split("/")) for target in targets if target]
        return frozenset(patient for target in found if target for patient in direct_patients(target))

    def new_id(self, resource_type: str) -> str:
        """A free id: short, and larger than those before."""
        self._last_number += 1
        while str(self._last_number) in self._by_type.get(resource_type, {}):
            self._last_number += 1
        return str(self._last_number)

    def write(self, resource: Resource) -> Resource:
        """Store what a client created or updated, as the next version of its id. Returns it as stored."""
        before = self.get(resource["resourceType"], resource["id"])
        version = int(before["meta"]["versionId"]) + 1 if before else 1
        meta = {**resource.get("meta", {}), "versionId": str(version), "lastUpdated": instant(self._clock())}
        stored = {**copy.deepcopy(resource), "meta": meta}
        self._place(stored)
        self._written[reference_to(stored)] = None
        return stored

    def written(self, resource_type: str) -> list[Resource]:
        """What clients created or updated, in the order of the first write, in its newest state. Copies."""
        prefix = f"{resource_type}/"
        found = [
            self.get(*reference.split("/")) for reference in self._written if reference.startswith(prefix)
        ]
        return [copy.deepcopy(resource) for resource in found if resource]

    def was_written(self, resource: Resource) -> bool:
        """Whether a client wrote it, and not the demo's own data."""
        return reference_to(resource) in self._written

    @contextmanager
    def atomically(self) -> Iterator[None]:
        """All changes inside are kept, or none when an exception leaves the block."""
        self._undo, written = [], dict(self._written)
        try:
            yield
        except BaseException:
            for resource_type, resource_id, before in reversed(self._undo):
                self._forget(resource_type, resource_id)
                if before is not None:
                    self._index(before)
                    self._earlier[resource_type, resource_id].pop()
            self._written = written
            raise
        finally:
            self._undo = None
            self._promised.clear()

    def _place(self, resource: Resource) -> None:
        resource_type, resource_id = resource["resourceType"], resource["id"]
        before = self.get(resource_type, resource_id)
        if self._undo is not None:
            self._undo.append((resource_type, resource_id, before))
        if before is not None:
            self._earlier.setdefault((resource_type, resource_id), []).append(before)
        if before is not None and direct_patients(before) != direct_patients(resource):
            self._forget(resource_type, resource_id)
        self._index(resource)

    def _index(self, resource: Resource) -> None:
        resource_type, resource_id = resource["resourceType"], resource["id"]
        self._by_type.setdefault(resource_type, {})[resource_id] = resource
        for patient in direct_patients(resource):
            self._by_patient.setdefault((resource_type, patient), {})[resource_id] = resource

    def _forget(self, resource_type: str, resource_id: str) -> None:
        resource = self._by_type.get(resource_type, {}).pop(resource_id, None)
        for patient in direct_patients(resource) if resource else ():
            self._by_patient[(resource_type, patient)].pop(resource_id, None)


def instant(moment: datetime) -> str:
    """A FHIR instant, with milliseconds and offset."""
    return moment.isoformat(timespec="milliseconds")
