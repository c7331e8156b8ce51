"""FHIR interactions over the store, without HTTP: read, search, create, update, as far as the access allows.

https://hl7.org/fhir/R4/http.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from smartapp.clock import Clock
from smartapp.sandbox import access as permission
from smartapp.sandbox.access import Access
from smartapp.sandbox.faults import Faults
from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.manner import Manner
from smartapp.sandbox.outcome import FhirProblem
from smartapp.sandbox.resource import ID_PATTERN, Resource, reference_to, with_references
from smartapp.sandbox.search import Pairs, criteria, in_order
from smartapp.sandbox.search_parameters import COMMON, KNOWN_TYPES, RESULT_PARAMETERS, parameters_of
from smartapp.sandbox.tampering import other_words
from smartapp.sandbox.validation import check
from smartapp.sandbox.vendor_rules import VendorRules

_OF_A_PATIENT = frozenset({"patient", "subject", "beneficiary"})
_VERSION = re.compile(r'(?:W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Written:
    """`stored`: as it is in the chart. `answered`: as the client is told. `is_new` False: it was there
    before (If-None-Exist) or updated.
    """

    stored: Resource
    answered: Resource
    is_new: bool


@dataclass(slots=True)
class Interactions:
    """`bases`: the URLs under which this server's resources are known; a reference that begins with one is
    made relative.
    """

    store: FhirStore
    faults: Faults
    clock: Clock
    bases: tuple[str, ...]
    manner: Manner

    @property
    def has_versions(self) -> bool:
        return self.manner.answers.has_versions and not self.faults.write.no_versions

    @property
    def _vendor(self) -> VendorRules:
        return VendorRules(self.manner, self.store)

    def types(self) -> frozenset[str]:
        """The types that this server has."""
        known = KNOWN_TYPES | self.store.types()
        return frozenset(name for name in known if self.manner.facts(name) is not None)

    def offers_create(self, resource_type: str) -> bool:
        """Whether the server says that it takes this type."""
        is_refused = self.faults.refuse_all_writes or resource_type in self.faults.refuse_create
        return self.manner.offers(resource_type, "create") and not is_refused

    def offers_update(self, resource_type: str) -> bool:
        is_refused = self.faults.refuse_all_writes or resource_type in self.faults.refuse_update
        return self.manner.offers(resource_type, "update") and not is_refused

    def offers_conditional_create(self, resource_type: str) -> bool:
        is_ignored = (
            self.faults.write.ignore_if_none_exist
            or not self.manner.conditional_create
            or bool(self.faults.read.lacks)
        )
        return self.offers_create(resource_type) and not is_ignored

    def shown(self, resource: Resource) -> Resource:
        """The resource as this server hands it out."""
        if self.has_versions:
            return resource
        meta = {name: value for name, value in resource["meta"].items() if name != "versionId"}
        return {**resource, "meta": meta}

    def read(self, access: Access, resource_type: str, resource_id: str) -> Resource:
        self._fail_if_told(resource_type)
        resource = self.store.get(resource_type, resource_id)
        if not (access.knows_user and access.user == f"{resource_type}/{resource_id}"):
            permission.require(access, "r", resource_type)
        if resource is None:
            raise FhirProblem(404, "not-found", f"there is no {resource_type}/{resource_id}")
        if not permission.may(access, "r", resource, store=self.store):
            raise permission.insufficient(f"{resource_type}/{resource_id} is outside what was granted")
        return resource

    def search(
        self, access: Access, resource_type: str, pairs: Pairs
    ) -> tuple[list[Resource], tuple[tuple[str, str], ...]]:
        """All matches that the access may see, sorted, and the parameters that were understood."""
        self._fail_if_told(resource_type)
        permission.require(access, "s", resource_type)
        if not self.manner.offers(resource_type, "search-type"):
            raise FhirProblem(405, "not-supported", f"{resource_type} cannot be searched for here")
        strict = self.faults.strict_search
        if self.faults.read.unknown_finds_nothing and self._is_unknown(resource_type, pairs):
            return [], ()
        pairs = self._understood(resource_type, pairs, strict=strict)
        if self.faults.read.confines_nothing:
            pairs = [(name, value) for name, value in pairs if name not in _OF_A_PATIENT]
        wanted = criteria(resource_type, pairs, strict=strict)
        found = self._matches(resource_type, pairs, wanted.accepts)
        visible = [resource for resource in found if permission.may(access, "s", resource, store=self.store)]
        return in_order(resource_type, visible, dict(pairs).get("_sort", ""), strict=strict), wanted.used

    def create(self, access: Access, resource_type: str, body: object, *, if_none_exist: str = "") -> Written:
        """Store a new resource, or answer with the one that `if_none_exist` (a search) finds. Raises
        FhirProblem 412 when it finds several.
        """
        self.require_create(access, resource_type)
        existing = self.existing(access, resource_type, if_none_exist)
        if existing is not None:
            return Written(existing, existing, is_new=False)
        return self.store_new(access, resource_type, self.store.new_id(resource_type), body=body)

    def require_create(self, access: Access, resource_type: str) -> None:
        """Refuse unless the server takes the type from clients now and a scope allows it."""
        self._require_type(resource_type)
        if not self.manner.offers(resource_type, "create"):
            raise self._not_offered(f"{resource_type} cannot be created here")
        if not self.offers_create(resource_type):
            raise FhirProblem(
                self.faults.refusal_status, "forbidden", f"this server does not take {resource_type}"
            )
        permission.require(access, "c", resource_type)

    def existing(self, access: Access, resource_type: str, if_none_exist: str) -> Resource | None:
        """The one resource that a conditional create finds. Its parameters are never ignored: too many
        matches would be worse than none.
        """
        if not if_none_exist or not self.offers_conditional_create(resource_type):
            return None
        pairs = parse_qsl(if_none_exist.removeprefix("?"), keep_blank_values=True)
        wanted = criteria(resource_type, pairs, strict=True)
        if not wanted.used:
            raise FhirProblem(400, "invalid", "If-None-Exist names no search parameter")
        found = [one for one in self._matches(resource_type, pairs, wanted.accepts) if self._is_settled(one)]
        if len(found) > 1:
            raise FhirProblem(412, "multiple-matches", f"If-None-Exist matches {len(found)} resources")
        if found and not permission.may(access, "c", found[0], store=self.store):
            raise permission.insufficient("If-None-Exist matches a resource outside what was granted")
        return found[0] if found else None

    def store_new(self, access: Access, resource_type: str, resource_id: str, *, body: object) -> Written:
        """Check a body and store it under an id that is free. The caller has asked `require_create`."""
        resource = {**check(resource_type, self._relative(body), store=self.store), "id": resource_id}
        if resource_type in self.faults.refuse_late:
            raise FhirProblem(422, "business-rule", f"this server does not take {resource_type} of this kind")
        self._vendor.check_new(resource, user=access.user)
        if not permission.may(access, "c", resource, store=self.store):
            raise permission.insufficient(f"this {resource_type} is outside what was granted")
        return self._store(resource, is_new=True, user=access.user)

    def update(
        self, access: Access, resource_type: str, resource_id: str, *, body: object, if_match: str
    ) -> Written:
        """Replace a resource. `if_match` is required of a server with versions: a version in quotes, weak or
        not; 412 when it is not the current one.
        """
        self._require_type(resource_type)
        if not self.manner.offers(resource_type, "update"):
            raise self._not_offered(f"{resource_type} cannot be updated here")
        if not self.offers_update(resource_type):
            raise FhirProblem(405, "not-supported", f"{resource_type} cannot be updated here")
        permission.require(access, "u", resource_type)
        before = self.store.get(resource_type, resource_id)
        if before is None:
            raise FhirProblem(
                405, "not-supported", "this server gives the ids; an update needs a resource that exists"
            )
        resource = check(resource_type, self._relative(body), store=self.store)
        if resource.get("id") != resource_id:
            raise FhirProblem(400, "invalid", "the id in the body is not the id in the URL")
        if not all(permission.may(access, "u", version, store=self.store) for version in (before, resource)):
            raise permission.insufficient(f"{resource_type}/{resource_id} is outside what was granted")
        if self.has_versions:
            _require_version(before, if_match)
        self._vendor.check_changed(resource)
        return self._store(resource, is_new=False, user=access.user)

    def _store(self, resource: Resource, *, is_new: bool, user: str) -> Written:
        is_changed = self.faults.write.stored_words_changed
        words = other_words(resource) if is_changed else resource
        stored = self.store.write(self._vendor.kept(words, user=user))
        answered = {**resource, "meta": stored["meta"]} if is_changed else stored
        return Written(stored, answered, is_new)

    def _matches(
        self, resource_type: str, pairs: Pairs, accepts: Callable[[Resource], bool]
    ) -> list[Resource]:
        patients = [value.removeprefix("Patient/") for name, value in pairs if name == "patient"]
        # The index knows plain ids; other spellings (a list, an absolute URL) go the long way.
        if (
            len(patients) == 1
            and ID_PATTERN.fullmatch(patients[0])
            and "patient" in parameters_of(resource_type)
        ):
            candidates = self.store.of_patient(resource_type, patients[0])
        else:
            candidates = self.store.of_type(resource_type)
        return [resource for resource in candidates if self._is_indexed(resource) and accepts(resource)]

    def _is_indexed(self, resource: Resource) -> bool:
        lag = self.faults.write.index_lag_s
        if not lag or not self.store.was_written(resource):
            return True
        return self.clock() - datetime.fromisoformat(resource["meta"]["lastUpdated"]) >= timedelta(
            seconds=lag
        )

    def _is_settled(self, resource: Resource) -> bool:
        """Whether a conditional create sees it, under the race that is switched on."""
        window = timedelta(milliseconds=self.faults.write.race_ms)
        if not window or not self.store.was_written(resource):
            return True
        return self.clock() - datetime.fromisoformat(resource["meta"]["lastUpdated"]) >= window

    def _understood(self, resource_type: str, pairs: Pairs, *, strict: bool) -> Pairs:
        """The parameters without those that this server does not have. Raises FhirProblem 400 when strict."""
        lacking = self.lacking(resource_type)
        if strict and any(name.partition(":")[0] in lacking for name, _ in pairs):
            raise FhirProblem(400, "not-supported", f"{resource_type} has no such search parameter here")
        return [(name, value) for name, value in pairs if name.partition(":")[0] not in lacking]

    def lacking(self, resource_type: str) -> frozenset[str]:
        """The search parameters of FHIR that the demo EHR has and this server does not."""
        facts = self.manner.facts(resource_type)
        if facts is None or facts.searches is None:
            return self.faults.read.lacks
        selecting = COMMON.keys() | parameters_of(resource_type).keys()
        return frozenset(selecting - facts.searches - {"_lastUpdated"} | self.faults.read.lacks)

    def _is_unknown(self, resource_type: str, pairs: Pairs) -> bool:
        known = COMMON.keys() | parameters_of(resource_type).keys() | RESULT_PARAMETERS
        known -= self.lacking(resource_type)
        return any(name.partition(":")[0] not in known for name, _ in pairs)

    def _relative(self, body: object) -> object:
        def resolve(reference: str) -> str:
            return next(
                (
                    reference.removeprefix(f"{base}/")
                    for base in self.bases
                    if reference.startswith(f"{base}/")
                ),
                reference,
            )

        return with_references(body, resolve)

    def _require_type(self, resource_type: str) -> None:
        if resource_type not in self.types():
            raise FhirProblem(404, "not-supported", f"there is no resource type {resource_type}")

    def _not_offered(self, diagnostics: str) -> FhirProblem:
        refusal = self.manner.refusal
        return FhirProblem(refusal.status, "not-supported", diagnostics, has_outcome=refusal.has_outcome)

    def _fail_if_told(self, resource_type: str) -> None:
        self._require_type(resource_type)
        if status := self.faults.fail_types.get(resource_type):
            raise FhirProblem(status, "exception", f"{resource_type} cannot be read now")


def _require_version(before: Resource, if_match: str) -> None:
    match = _VERSION.fullmatch(if_match.strip())
    if match is None:
        raise FhirProblem(400, "required", "an update needs If-Match with the version that it replaces")
    if match[1] != before["meta"]["versionId"]:
        raise FhirProblem(
            412,
            "conflict",
            f"{reference_to(before)} has changed since: it is at version {before['meta']['versionId']}",
        )
