"""The apps that are registered at the demo EHR, one for each way of client authentication."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

ClientAuthMethod = Literal["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]
Jwks = Mapping[str, Any]  # RFC 7517: {"keys": [...]}, the keys' members depend on their type
JwksSource = Jwks | Callable[[], Jwks]

DEMO_SECRET = "demo-secret"  # noqa: S105 - of a demo with invented patients; it is in the documentation


@dataclass(frozen=True, slots=True)
class DemoClient:
    """`redirect_uris` are compared exactly. `secret` only for the client_secret methods, `jwks` only for
    private_key_jwt.

    `allowed_scopes`: what this client may be granted, spelled as it asks for it; None: whatever the server
    gives.
    """

    client_id: str
    redirect_uris: tuple[str, ...]
    auth: ClientAuthMethod = "none"
    secret: str = ""
    jwks: JwksSource | None = None
    allowed_scopes: frozenset[str] | None = None

    def keys(self) -> Jwks:
        """The client's public keys, asked for anew each time so that a rotated key is seen."""
        source = self.jwks
        if source is None:
            return {"keys": []}
        return source() if callable(source) else source


def demo_clients(
    redirect_uri_prefix: str, *, jwks: JwksSource | None = None, registrations: tuple[str, ...] = ("demo",)
) -> tuple[DemoClient, ...]:
    """Four clients: demo-public, demo-basic, demo-post, demo-jwt.

    `redirect_uri_prefix`: "http://127.0.0.1:8000/callback". Each client may come back to `{prefix}/{its
    client id}` and to
    `{prefix}/{registration}` for each of `registrations`.
    """

    def redirects(client_id: str) -> tuple[str, ...]:
        return tuple(f"{redirect_uri_prefix.rstrip('/')}/{name}" for name in (client_id, *registrations))

    return (
        DemoClient("demo-public", redirects("demo-public")),
        DemoClient("demo-basic", redirects("demo-basic"), "client_secret_basic", secret=DEMO_SECRET),
        DemoClient("demo-post", redirects("demo-post"), "client_secret_post", secret=DEMO_SECRET),
        DemoClient("demo-jwt", redirects("demo-jwt"), "private_key_jwt", jwks=jwks),
    )


DEFAULT_CLIENTS = demo_clients("http://127.0.0.1:8000/callback")
