"""How people will be signed in: what smart-configuration offers, against what the launch file says."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urljoin

from smartapp.checking.online import Seen, SignIn
from smartapp.checking.telling import Line, fault, note, ok, warn
from smartapp.errors import ForeignOrigin
from smartapp.http import Origin
from smartapp.smart.registration import ClientAuth, Dialect, Registration
from smartapp.smart.scopes import GrantedScopes, asked, parse

_ENDPOINTS: Final = (
    ("authorization_endpoint", "sign-in page"),
    ("token_endpoint", "tokens"),
    ("jwks_uri", "the EHR's keys"),
)
_LAUNCH: Final = (
    ("launch-ehr", "a launch from the chart", "Ask whether apps can be opened from the chart."),
    ("context-ehr-patient", "the patient with the launch", "Without it the app opens no chart."),
    ("context-ehr-encounter", "the visit with the launch",
     "Without it the visit stays unknown; Epic and Oracle Health take no note then."),
    ("sso-openid-connect", "who is signed in", "Without it nobody is named as the author."),
    ("context-banner", "whether the patient's name must be shown", "Without it the app shows it always."),
)  # fmt: skip
_CLIENTS: Final = {
    ClientAuth.NONE: "client-public",
    ClientAuth.SECRET_BASIC: "client-confidential-symmetric",
    ClientAuth.SECRET_POST: "client-confidential-symmetric",
    ClientAuth.PRIVATE_KEY_JWT: "client-confidential-asymmetric",
}


def sign_in_lines(seen: Seen) -> Iterator[Line]:
    """The sign-in, best news and faults alike, in the order in which a launch needs them."""
    if seen.sign_in is None:
        yield ok("Nobody signs in: this is an open sandbox.")
        return
    sign_in, registration = seen.sign_in, seen.registration
    document = sign_in.document.content
    if document is None:
        yield _without_document(sign_in, registration)
    else:
        yield ok(f"smart-configuration: {sign_in.document.url}")
        yield from _endpoints(document, seen)
        yield from _proof(document, registration)
        yield from _context(document)
    yield _verdict(sign_in)
    if sign_in.keys is not None:
        yield ok(f"{sign_in.keys} of the EHR's public keys can be read, to check who signed in.")
    elif sign_in.keys_problem:
        yield fault(
            f"The EHR's public keys cannot be read ({sign_in.keys_problem}), so no id_token can be checked.",
            "Compare jwks_uri, or set jwks below [endpoints].",
        )


def _without_document(sign_in: SignIn, registration: Registration) -> Line:
    text = f"smart-configuration, {sign_in.document.url}: {sign_in.document.problem}."
    if registration.authorization_endpoint and registration.token_endpoint:
        return note(f"{text} The file names the endpoints itself.")
    return fault(text, sign_in.document.advice)


def _endpoints(document: Mapping[str, object], seen: Seen) -> Iterator[Line]:
    for name, what in _ENDPOINTS:
        value = document.get(name)
        if not isinstance(value, str) or not value:
            continue  # the verdict tells what a launch makes of it
        url = urljoin(f"{seen.registration.fhir_base}/", value)
        if seen.door.leads_to(url):
            yield ok(f"{what}: {url}")
        else:
            yield fault(
                f"{what}: {url} is on a host that the file does not name, so it is never asked.",
                f'If it is your EHR\'s, write: auth_hosts = ["{_host(url)}"]',
            )


def _host(url: str) -> str:
    try:
        origin = Origin.of(url)
    except ForeignOrigin:
        return url
    return origin.host if origin.port in {80, 443} else f"{origin.host}:{origin.port}"


def _proof(document: Mapping[str, object], registration: Registration) -> Iterator[Line]:
    methods = _words(document, "code_challenge_methods_supported")
    if "S256" in methods:
        yield ok("PKCE with S256 is offered.")
    else:
        yield warn(
            f"PKCE with S256 is not listed; {', '.join(sorted(methods)) or 'nothing'} is.",
            "It is sent all the same; most servers take what they do not know. If sign-in stops, ask.",
        )
    auth = registration.client_auth
    offered = _words(document, "token_endpoint_auth_methods_supported")
    is_listed = auth.value in offered or _CLIENTS[auth] in _words(document, "capabilities")
    if is_listed:
        yield ok(f"The app's way to prove itself ({auth.value}) is offered.")
    else:
        yield warn(
            f"{auth.value} is not among the ways that are listed: {', '.join(sorted(offered)) or 'none is'}.",
            "Write one of them as client.auth, as you registered, or ask the EHR's team.",
        )
    algorithms = _words(document, "token_endpoint_auth_signing_alg_values_supported")
    if auth is ClientAuth.PRIVATE_KEY_JWT and algorithms and registration.alg not in algorithms:
        yield warn(
            f"Keys for {registration.alg} are not listed; {', '.join(sorted(algorithms))} are.",
            "Make a key of a listed kind (smartapp keys new --alg) and write it as client.alg.",
        )


def _context(document: Mapping[str, object]) -> Iterator[Line]:
    capabilities = _words(document, "capabilities")
    given = [what for word, what, _ in _LAUNCH if word in capabilities]
    if given:
        yield ok(f"The EHR gives: {', '.join(given)}.")
    for word, what, consequence in _LAUNCH:
        if word not in capabilities:
            yield note(f"{word} is not listed ({what}). {consequence}")


def _verdict(sign_in: SignIn) -> Line:
    if sign_in.used is not None:
        return ok("A launch finds what it needs.")
    return fault(
        f"Every launch stops before sign-in: {sign_in.stops_with}.",
        "docs/connect.md, 'When it stops', has a line for this code.",
    )


def scope_lines(seen: Seen) -> Iterator[Line]:
    """What is asked for at an EHR launch, word by word, and what the server does not list of it."""
    if seen.sign_in is None:
        yield ok("Nothing: an open sandbox has no scopes.")
        return
    registration = seen.registration
    document = seen.sign_in.document.content or {}
    capabilities = _words(document, "capabilities")
    words = asked(registration, capabilities, standalone=False)
    is_v1 = registration.dialect is Dialect.V1 or (
        registration.dialect is Dialect.AUTO and "permission-v2" not in capabilities
    )
    yield ok(f"In the dialect {'v1' if is_v1 else 'v2'}: {' '.join(words)}")
    listed = _words(document, "scopes_supported")
    offered = parse(" ".join(sorted(listed)))
    if not offered.resources:
        yield note(
            "The EHR lists no scope for data, so what it will grant shows at the first launch. What is not "
            "granted is named on the app's pages."
        )
        return
    missing = [word for word in words if not _is_listed(word, listed, offered)]
    if missing:
        yield warn(
            f"Not listed by the EHR, and so perhaps not granted: {' '.join(missing)}",
            "Compare them with the registration. Lists are often shorter, or longer, than what is granted.",
        )
    else:
        yield ok("Each of them is listed by the EHR.")


def _is_listed(word: str, listed: frozenset[str], offered: GrantedScopes) -> bool:
    scopes = parse(word).resources
    if not scopes:
        return word in listed
    return all(
        offered.allows_some(scope.resource_type, letter) for scope in scopes for letter in scope.actions
    )


def _words(document: Mapping[str, object], name: str) -> frozenset[str]:
    value = document.get(name)
    return (
        frozenset(word for word in value if isinstance(word, str)) if isinstance(value, list) else frozenset()
    )
