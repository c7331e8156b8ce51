"""The app and the demo EHR behind TLS on two sites: the EHR's page frames the app of another site."""

import asyncio
import base64
import hashlib
import threading
from html import escape
from pathlib import Path
from socket import socket
from urllib.parse import urlencode

import httpx2
import trustme
import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from smartapp.app import create_app
from smartapp.clock import now
from smartapp.demo import demo_ehr, demo_registrations, demo_settings
from smartapp.sandbox.vendors import MANNERS
from smartapp.serving import Listener, bind

_HOST = "127.0.0.1"


class TwoSites:
    """`app` and `ehr` are the origins, `stranger` one that no registration names. `folder` is for the
    database and the keys. What the app asks the EHR goes through memory, what a browser asks through TLS.
    """

    def __init__(self, folder: Path) -> None:
        sockets = bind(_HOST, 0), bind(_HOST, 0)
        ports = [each.getsockname()[1] for each in sockets]
        self.app = f"https://app.test:{ports[0]}"
        self.ehr = f"https://ehr.test:{ports[1]}"
        self.stranger = f"https://stranger.test:{ports[1]}"
        self.server = demo_ehr(self.ehr, self.app, resources=[], clock=now, manner=MANNERS["full"])
        product = create_app(
            demo_settings(self.app, folder),
            demo_registrations(self.server, self.app, self.ehr),
            transport=httpx2.ASGITransport(app=self.server.app),
        )
        self._listeners = (Listener(product, sockets[0]), Listener(_pages(self.server.app), sockets[1]))
        self._certificate = folder / "certificate.pem"
        issued = trustme.CA().issue_cert("app.test", "ehr.test", "stranger.test")
        issued.private_key_and_cert_chain_pem.write_to_path(str(self._certificate))
        self.key_pin = _pin(issued.cert_chain_pems[0].bytes())
        """What a browser must be told to believe this one certificate, and no other."""
        self._up = threading.Semaphore(0)
        self._servers = [_Server(self._config(one.app), self._up) for one in self._listeners]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def framed(self, *urls: str, by: str = "") -> str:
        """The address of a page of the EHR, or of another site, that frames these addresses."""
        return f"{by or self.ehr}/frames?{urlencode([('url', url) for url in urls])}"

    def start(self) -> None:
        self._thread.start()
        for _ in self._servers:
            assert self._up.acquire(timeout=60), "the two sites did not start"

    def stop(self) -> None:
        for server in self._servers:
            server.should_exit = True
        self._thread.join(timeout=20)

    async def _run(self) -> None:
        pairs = zip(self._servers, self._listeners, strict=True)
        await asyncio.gather(*(server.serve(sockets=[one.socket]) for server, one in pairs))

    def _config(self, app: ASGIApp) -> uvicorn.Config:
        return uvicorn.Config(
            app,
            ssl_certfile=self._certificate,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=3,
        )


class _Server(uvicorn.Server):
    """Tells when it answers."""

    def __init__(self, config: uvicorn.Config, up: threading.Semaphore) -> None:
        super().__init__(config)
        self._up = up

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._up.release()


def _pages(ehr: ASGIApp) -> Starlette:
    """The EHR with pages that frame what they are told, and a cookie of the old kind to try browsers with."""
    return Starlette(
        routes=[
            Route("/frames", _frames),
            Route("/plain-cookie", _plain_cookie),
            Route("/plain-cookie/seen", _seen),
            Mount("/", ehr),
        ]
    )


async def _frames(request: Request) -> Response:
    urls = request.query_params.getlist("url")
    frames = "".join(f'<iframe width="900" height="800" src="{escape(url)}"></iframe>' for url in urls)
    return HTMLResponse(f"<!doctype html><title>Frames</title>{frames}")


async def _plain_cookie(request: Request) -> Response:
    del request
    response = RedirectResponse("/plain-cookie/seen", status_code=303)
    response.set_cookie("plain", "1", secure=True, samesite="none")
    return response


async def _seen(request: Request) -> Response:
    return PlainTextResponse("came back" if "plain" in request.cookies else "blocked")


def _pin(certificate: bytes) -> str:
    key = load_pem_x509_certificate(certificate).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()
