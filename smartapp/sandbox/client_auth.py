"""Who is asking at the token endpoint: the four ways in which a client proves itself.

https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html and RFC 6749, 2.3.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from smartapp.clock import Clock
from smartapp.sandbox.clients import ClientAuthMethod, DemoClient
from smartapp.sandbox.oauth import OAuthProblem

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_ALGORITHMS = ("RS384", "ES384")
_LONGEST_ASSERTION_S = 300
_LEEWAY_S = 5


class ClientAuthentication:
    """Knows the registered clients, and every assertion id that was used."""

    def __init__(self, clients: tuple[DemoClient, ...], *, token_endpoint: str, clock: Clock) -> None:
        self._clients = {client.client_id: client for client in clients}
        self._token_endpoint = token_endpoint
        self._clock = clock
        self._used_ids: dict[tuple[str, str], float] = {}

    def client(self, client_id: str) -> DemoClient | None:
        return self._clients.get(client_id)

    def authenticate(self, authorization: str, form: Mapping[str, str]) -> DemoClient:
        """The client that sent this request. Raises OAuthProblem: invalid_client 401, or invalid_request
        for two ways at once.
        """
        method, client_id, proof = _presented(authorization, form)
        client = self._clients.get(client_id)
        if client is None or client.auth != method:
            raise _invalid_client(method)
        if "client_id" in form and form["client_id"] != client_id:
            raise _invalid_client(method)
        if method == "private_key_jwt":
            self._check_assertion(client, proof)
        elif method != "none" and not hmac.compare_digest(proof.encode(), client.secret.encode()):
            raise _invalid_client(method)
        return client

    def _check_assertion(self, client: DemoClient, assertion: str) -> None:
        try:
            keys = KeySet.import_key_set({"keys": list(client.keys()["keys"])})
            token = jwt.decode(assertion, keys, algorithms=list(ASSERTION_ALGORITHMS))
        except (JoseError, ValueError) as error:
            raise _invalid_client("private_key_jwt") from error
        claims, now = token.claims, self._clock().timestamp()
        audience, expires = claims.get("aud"), claims.get("exp")
        assertion_id = str(claims.get("jti") or "")
        sound = (
            bool(token.header.get("kid"))
            and claims.get("iss") == claims.get("sub") == client.client_id
            and self._token_endpoint in (audience if isinstance(audience, list) else [audience])
            and isinstance(expires, int)
            and now < expires <= now + _LONGEST_ASSERTION_S + _LEEWAY_S
            and bool(assertion_id)
        )
        if not sound or not isinstance(expires, int) or (client.client_id, assertion_id) in self._used_ids:
            raise _invalid_client("private_key_jwt")
        self._used_ids = {key: until for key, until in self._used_ids.items() if until > now}
        self._used_ids[(client.client_id, assertion_id)] = float(expires)


def _presented(authorization: str, form: Mapping[str, str]) -> tuple[ClientAuthMethod, str, str]:
    """Method, client id and proof, as the request has them."""
    scheme, _, credentials = authorization.partition(" ")
    ways = [bool(authorization), "client_secret" in form, "client_assertion" in form]
    if sum(ways) > 1:
        raise OAuthProblem("invalid_request", "more than one way of client authentication")
    if authorization:
        if scheme.lower() != "basic":
            raise _invalid_client("client_secret_basic")
        return "client_secret_basic", *_basic(credentials)
    if "client_assertion" in form:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise OAuthProblem("invalid_request", "client_assertion_type is not jwt-bearer")
        return "private_key_jwt", _subject(form["client_assertion"]), form["client_assertion"]
    if "client_secret" in form:
        return "client_secret_post", form.get("client_id", ""), form["client_secret"]
    return "none", form.get("client_id", ""), ""


def _basic(credentials: str) -> tuple[str, str]:
    try:
        client_id, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _invalid_client("client_secret_basic") from error
    return unquote_plus(client_id), unquote_plus(secret)


def _subject(assertion: str) -> str:
    """Whose keys to check with: the subject as it is claimed; the signature is checked afterwards."""
    try:
        payload = assertion.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, IndexError) as error:
        raise _invalid_client("private_key_jwt") from error
    return str(claims.get("sub", "")) if isinstance(claims, dict) else ""


def _invalid_client(method: ClientAuthMethod) -> OAuthProblem:
    headers = {"WWW-Authenticate": 'Basic realm="demo EHR"'} if method == "client_secret_basic" else {}
    return OAuthProblem("invalid_client", "client authentication failed", status=401, headers=headers)
