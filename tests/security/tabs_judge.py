"""Judges many tabs: each request at the wire, each stored resource and each page, by the patients' marks."""

import base64
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpx2

from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.server import DemoEhr
from tests.security.tabs_clinic import PATIENTS, SITES, mark
from tests.security.tap import Tapped

_ID = re.compile(rf"(?<![A-Za-z])({'|'.join(PATIENTS)})(?![A-Za-z])")
_MADE = re.compile(r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})\b")
"""Ids that are made at random name nobody, though "ada" is a number to the base of 16."""
_MARK = re.compile(rf"q({'|'.join(SITES)})({'|'.join(PATIENTS)})q", re.I)
_WRITTEN = re.compile(r"\b([A-Z][A-Za-z]+)/(\d+)\b")
_DATA = re.compile(r'"data": ?"([A-Za-z0-9+/=]+)"')
_CAN_BE_ANSWERED = frozenset({200, 303, 400, 401, 403, 404, 409, 502, 503})
_LOGGED = ("/fhir", "/open/fhir", "/auth/")
_OF_NOBODY = re.compile(r"/(metadata|\.well-known/.*)$")


class Wrong(AssertionError):
    """Something of one patient came to another one."""


@dataclass(slots=True)
class Asker:
    """The page that the app works for. `grant`: whose tokens its requests must carry, "" until there are any;
    `patient` "": a request that must reach no chart at all. `typed`: an id that a person put into the address
    by hand, which may be asked for, and comes to no page.
    """

    site: str = ""
    patient: str = ""
    grant: str = ""
    is_open: bool = False
    typed: str = ""


@dataclass(slots=True)
class Judge:
    """`counts`: requests, writes, pages, refusals, and the three that must stay zero."""

    ehrs: dict[str, DemoEhr]
    counts: Counter[str] = field(default_factory=Counter)
    _tokens: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)
    _judged: set[tuple[str, str, str]] = field(default_factory=set)
    _changed: set[str] = field(default_factory=set)
    _faults: list[str] = field(default_factory=list)

    def heard(self, site: str, request: Tapped) -> None:
        """One request of the app. Faults are told by `settle`, for an exception here would be the app's."""
        logged = self.ehrs[site].requests.pop() if request.path.startswith(_LOGGED) else None
        page = request.page if isinstance(request.page, Asker) else None
        self.counts["requests"] += 1
        if page is None:
            self._fault("wrong-patient requests", f"{request.method} {request.path} for no page")
            return
        if request.path == "/auth/token":
            self._learn(site, request, page)
        elif "/fhir" in request.path:
            told_by_ehr = logged.patient if logged else None
            if told_by_ehr not in {None, page.patient}:
                self._fault("wrong-patient requests", f"token of {told_by_ehr} for {page}")
            self._judge_request(site, request, page)

    def settle(self) -> None:
        """Judge what was stored since the last time. Raises Wrong for anything since then."""
        for site in self._changed:
            self._judge_store(site)
        self._changed.clear()
        if self._faults:
            raise Wrong("; ".join(self._faults))

    def page(self, answer: httpx2.Response, *, of: str) -> None:
        """A page that somebody sees. `of`: the only mark that it may show; "" for none. A refusal gives back
        the words that were posted to it.
        """
        self.counts["pages"] += 1
        text, refused = answer.text, answer.status_code >= 400
        shown = _marks(text)
        if not shown <= {of, *(_marks(answer.request.content.decode()) if refused else ())}:
            self._fault("wrong-patient pages", f"{answer.url.path} shows {shown}, not only {of}")
        if _MARK.search(answer.headers.get("location", "")):
            self._fault("wrong-patient pages", "a name in an address")
        if refused:
            self.counts["refusals"] += 1
        elif of and answer.status_code == 200 and _is_named(answer):
            assert of in shown, f"{answer.url.path} shows no name"
        assert answer.status_code in _CAN_BE_ANSWERED, (answer.status_code, answer.url.path, text[:3000])

    def _learn(self, site: str, request: Tapped, page: Asker) -> None:
        """Whose token it is that the EHR just gave."""
        try:
            token = request.json().get("access_token", "")
        except ValueError:
            return
        grant = self.ehrs[site].vault.grant_of(token)
        if grant is None:
            return
        self._tokens[token] = (site, grant.id, grant.context.patient_id)
        if "code" in request.form and not page.grant:
            page.grant = grant.id
            if (page.site, page.patient) != (site, grant.context.patient_id):
                self._fault("wrong-patient requests", f"a code of {grant.context.patient_id} for {page}")
        elif page.grant != grant.id:
            self._fault("wrong-patient requests", f"renewal of another launch for {page}")

    def _judge_request(self, site: str, request: Tapped, page: Asker) -> None:
        if not (_OF_NOBODY.search(request.path) and "authorization" not in request.headers):
            carried = self._tokens.get(request.bearer)
            wanted = None if page.is_open else (page.site, page.grant, page.patient)
            if carried != wanted or site != page.site or page.is_open != request.path.startswith("/open/"):
                self._fault("wrong-patient requests", f"{request.method} {request.path}: {carried}, {wanted}")
        is_write = request.method in {"POST", "PUT", "PATCH", "DELETE"} and "_search" not in request.path
        text = f"{unquote(request.path)}?{unquote(request.query)} {request.body.decode()}"
        named = named_in(text, site, self.ehrs[site].store)
        if page.typed and request.path.endswith(page.typed):
            # Nobody can know whose an id is before it is asked for; a server without tokens even answers.
            named = set() if page.is_open or request.status in {401, 403, 404} else named
        if not named <= {page.patient}:
            name = "wrong-patient writes" if is_write else "wrong-patient requests"
            self._fault(name, f"{request.method} {request.path} names {named} for {page}")
        if is_write:
            self.counts["writes sent"] += 1
            self._changed.add(site)

    def _judge_store(self, site: str) -> None:
        store = self.ehrs[site].store
        for resource_type in store.types():
            for resource in store.written(resource_type):
                key = (site, f"{resource_type}/{resource['id']}", resource["meta"]["versionId"])
                if key in self._judged:
                    continue
                self._judged.add(key)
                self.counts["writes stored"] += 1
                patients = store.patients_of(resource)
                named = named_in(str(resource).replace("'", '"'), site, store)
                if (resource_type != "Binary" and len(patients) != 1) or not named <= patients:
                    self._fault("wrong-patient writes", f"{key} is of {patients} and names {named}")

    def _fault(self, name: str, said: str) -> None:
        self.counts[name] += 1
        self._faults.append(f"{name}: {said}")


def _marks(text: str) -> set[str]:
    return {found[0].lower() for found in _MARK.finditer(text)}


def _is_named(answer: httpx2.Response) -> bool:
    """A page of a visit, which has the patient's name, but for the one that is turned to the patient and the
    one that says good-bye.
    """
    is_page, path = answer.headers["content-type"].startswith("text/html"), answer.url.path
    return is_page and "/visits/" in path and "/patient/" not in path and not path.endswith("/end")


def named_in(text: str, site: str, store: FhirStore) -> set[str]:
    """Ids of the patients that a text names: by id, by mark, inside an attachment, or by an entry of theirs.
    A mark of another site names nobody here, and stands for itself.
    """
    whole = " ".join([text, *_attached(text)])
    named = set(_ID.findall(_MADE.sub("", _MARK.sub("", whole))))
    for found in _MARK.finditer(whole):
        its_site, patient = found[1].lower(), found[2].lower()
        named.add(patient if its_site == site else mark(its_site, patient))
    for resource_type, number in _WRITTEN.findall(whole):
        written = store.get(resource_type, number)
        named |= store.patients_of(written) if written else set()
    return named


def _attached(text: str) -> Iterator[str]:
    for found in _DATA.finditer(text):
        yield base64.b64decode(found[1]).decode("utf-8", "replace")
