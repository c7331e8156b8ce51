"""What a FHIR request is for, read off its method and address, without anything that names somebody.

https://hl7.org/fhir/R4/http.html
"""

from smartapp.observability.watch import Purpose

RESOURCE_TYPES = frozenset(
    {
        "AllergyIntolerance", "Binary", "CarePlan", "CareTeam", "ClinicalImpression", "Composition",
        "Condition", "Consent", "DiagnosticReport", "DocumentReference", "Encounter", "Goal", "List",
        "Location", "MedicationRequest", "Observation", "Organization", "Patient", "Practitioner",
        "PractitionerRole", "Procedure", "Provenance", "QuestionnaireResponse", "RelatedPerson",
        "ServiceRequest",
    }
)  # fmt: skip
"""What this app reads and writes. An attachment's address may hold any word, even a name."""


def purpose_of(method: str, url: str, *, fhir_base: str) -> Purpose:
    """Of a request to this FHIR base; "other" for what is not one of FHIR's own addresses."""
    path = url.removeprefix(fhir_base).partition("?")[0].strip("/") if url.startswith(fhir_base) else "-"
    resource_type, *rest = path.split("/")
    if path == "metadata":
        return Purpose("CapabilityStatement", "capabilities")
    if not path and method == "POST":
        return Purpose("Bundle", "transaction", stores=True)
    if resource_type not in RESOURCE_TYPES:
        return Purpose("other", "other", stores=method != "GET")
    return Purpose(resource_type, _interaction(method, rest), stores=method != "GET")


def _interaction(method: str, rest: list[str]) -> str:
    """`rest`: the segments after the type."""
    if method == "POST" and not rest:
        return "create"
    if method == "PUT" and len(rest) == 1:
        return "update"
    if method == "GET" and len(rest) <= 1:
        return "read" if rest else "search"
    if method == "GET" and len(rest) == 3 and rest[1] == "_history":
        return "vread"
    if method == "GET" and len(rest) == 2 and rest[1] == "_history":
        return "history"
    return "other"
