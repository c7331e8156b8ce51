"""FHIR references: which resource is meant, and whether it is this launch's patient.

https://hl7.org/fhir/R4/references.html#literal
"""

import re
from dataclasses import dataclass

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")


def is_id(value: str) -> bool:
    """Whether this is a FHIR id that may stand in a path. "." and ".." match the grammar and would climb."""
    return _ID.fullmatch(value) is not None and value not in {".", ".."}


def is_type(value: str) -> bool:
    return _TYPE.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class ThisPatient:
    """The patient of the launch, at the server of the launch."""

    id: str
    fhir_base: str

    def is_meant_by(self, reference: str) -> bool:
        """Whether a literal reference names this patient: relative, or absolute under the FHIR base."""
        wanted = f"Patient/{self.id}"
        return reference == wanted or self.relative(reference) == wanted

    def relative(self, reference: str) -> str:
        """ "Type/id" of a literal reference to this server, without version; "" for any other (contained,
        urn, another server).
        """
        local = reference.removeprefix(self.fhir_base.rstrip("/") + "/")
        resource_type, _, rest = local.partition("/")
        resource_id, history, version = rest.partition("/_history/")
        if history and not is_id(version):
            return ""
        return f"{resource_type}/{resource_id}" if is_type(resource_type) and is_id(resource_id) else ""
