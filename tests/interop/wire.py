"""A browser without script and a FHIR client, both over real HTTP."""

from collections.abc import Mapping, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any
from urllib.parse import urljoin

import httpx2

from tests.interop.journey import Stuck
from tests.pages import addresses_in, words

FHIR_JSON = "application/fhir+json"
_TIMEOUT_S = 60.0


class WireHand:
    """Keeps cookies as Chromium does, which takes secure ones over http on this computer too."""

    def __init__(self, root: str) -> None:
        self._root = root
        jar = CookieJar(policy=DefaultCookiePolicy(secure_protocols=("http", "https")))
        self._client = httpx2.AsyncClient(cookies=jar, timeout=_TIMEOUT_S, trust_env=False)

    async def __aenter__(self) -> "WireHand":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, url: str) -> httpx2.Response:
        answer = await self._client.get(url)
        for _ in range(20):
            if not answer.is_redirect:
                return answer
            answer = await self._client.get(str(answer.url.join(answer.headers["Location"])))
        raise Stuck("too many redirects")

    async def post(self, url: str, fields: Sequence[tuple[str, str]]) -> httpx2.Response:
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        sent = {"Origin": self._root, "Sec-Fetch-Site": "same-origin"}
        answer = await self._client.post(url, data=data, headers=sent)
        if not answer.is_redirect:
            return answer
        return await self.get(str(answer.url.join(answer.headers["Location"])))

    async def launch(self, url: str) -> httpx2.Response:
        """Follow a launch to the app. A page of the EHR that shows the app in a frame or links it is passed;
        one that asks a person for something is not.
        """
        answer = await self.get(url)
        inside = [
            found for one in addresses_in(answer.text) if (found := urljoin(url, one)).startswith(self._root)
        ]
        if not str(answer.url).startswith(self._root) and inside:
            answer = await self.get(inside[0])
        if not str(answer.url).startswith(self._root):
            raise Stuck(f"the EHR shows a page of its own: {words(answer.text)[:300]}")
        return answer


class FhirServer:
    """A server without sign-in, asked for what stands in it. Nothing of the app is used here."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._client = httpx2.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, headers={"Accept": FHIR_JSON})

    async def __aenter__(self) -> "FhirServer":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def create(self, resource: Mapping[str, Any]) -> str:
        """The reference of the new entry; "" when the server did not take it."""
        resource_type = str(resource["resourceType"])
        headers = {"Content-Type": FHIR_JSON, "Prefer": "return=representation"}
        answer = await self._client.post(f"{self.base}/{resource_type}", json=resource, headers=headers)
        if answer.status_code not in {200, 201}:
            return ""
        named = answer.headers.get("location", "").partition("/_history/")[0].rstrip("/").split("/")[-2:]
        if named[0] == resource_type:
            return "/".join(named)
        return f"{resource_type}/{answer.json()['id']}" if answer.content else ""

    async def read(self, reference: str) -> dict[str, Any] | None:
        answer = await self._client.get(f"{self.base}/{reference}")
        return dict(answer.json()) if answer.status_code == 200 else None

    async def of_patient(self, resource_type: str, patient: str) -> list[dict[str, Any]]:
        """Every entry of the type that names the patient; none when the server refuses the search."""
        found: list[dict[str, Any]] = []
        url = f"{self.base}/{resource_type}?patient={patient}&_count=100"
        for _ in range(20):
            answer = await self._client.get(url)
            if answer.status_code != 200:
                return found
            bundle = answer.json()
            found += [entry["resource"] for entry in bundle.get("entry", [])]
            following = [link["url"] for link in bundle.get("link", []) if link["relation"] == "next"]
            if not following:
                return found
            url = urljoin(url, following[0])
        return found

    async def remove(self, resource: Mapping[str, Any]) -> str:
        """ "removed", "marked" as entered in error or not active, or "left"."""
        url = f"{self.base}/{resource['resourceType']}/{resource['id']}"
        if (await self._client.delete(url)).status_code in {200, 202, 204}:
            return "removed"
        marked = _marked(resource)
        version = resource.get("meta", {}).get("versionId", "")
        headers = {"Content-Type": FHIR_JSON, **({"If-Match": f'W/"{version}"'} if version else {})}
        answer = await self._client.put(url, json=marked, headers=headers) if marked else None
        return "marked" if answer is not None and answer.status_code in {200, 201} else "left"


def _marked(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The entry as one that is not to be used any more; {} for a type that cannot say so."""
    match resource["resourceType"]:
        case "Patient" | "Practitioner":
            return {**resource, "active": False}
        case "Goal":
            return {**resource, "lifecycleStatus": "entered-in-error"}
        case (
            "Encounter" | "Observation" | "DocumentReference" | "QuestionnaireResponse" | "CarePlan" | "List"
        ):
            return {**resource, "status": "entered-in-error"}
        case _:
            return {}
