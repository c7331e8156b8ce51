"""Which profiles a resource may claim at one EHR: those of the chosen guides that the EHR lists itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from smartapp.fhir.codes import PCO, LocalSystems, Profile


@dataclass(frozen=True, slots=True)
class ResourceForm:
    """What the site decides about the form of every resource.

    `claims`: the canonical URL to claim for each profile, spelled as the EHR lists it; no other one is
    claimed. `pco`: with the categories and codes of the Person-Centered Outcomes guide.
    """

    systems: LocalSystems = field(default_factory=LocalSystems)
    claims: Mapping[Profile, str] = field(default_factory=lambda: MappingProxyType({}))
    pco: bool = False

    def claimed(self, *profiles: Profile) -> list[str]:
        """What a resource of these profiles puts into meta.profile, in this order."""
        return [self.claims[profile] for profile in profiles if profile in self.claims]


def claims_for(us_core: str, *, pco: bool, listed: Collection[str]) -> Mapping[Profile, str]:
    """`us_core`: "auto", "6.1", "7.0", "8.0", "9.0" or "none". `listed`: canonical URLs of the server's
    CapabilityStatement, with or without "|version".

    A versioned listing is claimed only where it is of the chosen version; an unversioned one always. Of
    several that fit, the newest.
    """
    claims = {}
    for profile in Profile:
        is_pco = profile.value.startswith(PCO)
        wanted = pco if is_pco else us_core != "none"
        version = "auto" if is_pco else us_core
        spellings = sorted(url for url in listed if url.partition("|")[0] == profile.value)
        fitting = [url for url in spellings if _fits(url, version)]
        if wanted and fitting:
            claims[profile] = fitting[-1]
    return MappingProxyType(claims)


def _fits(url: str, version: str) -> bool:
    listed = url.partition("|")[2]
    return version == "auto" or not listed or listed == version or listed.startswith(f"{version}.")
