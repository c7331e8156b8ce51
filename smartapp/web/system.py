"""For machines: our public keys, whether the app lives and can work, and what it counted."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from smartapp.errors import ConfigurationError, NotFound, StoreUnavailable
from smartapp.smart.jwks import public_jwks
from smartapp.smart.keys import UnusableKey
from smartapp.store.keyring import open_vault
from smartapp.store.migrations import Standing
from smartapp.web.services import Services, services_of

READY_WITHIN_S: Final = 2.0
Part = Callable[[Services], Awaitable["Ready"]]


class Ready(StrEnum):
    """How one part stands. A word and no more: whoever asks has shown no right to know hosts or keys."""

    OK = "ok"
    UNAVAILABLE = "unavailable"
    TOO_SLOW = "too slow"
    UNUSABLE = "unusable"
    OUT_OF_DATE = "out of date"


async def jwks(request: Request) -> Response:
    services = services_of(request)
    return JSONResponse(public_jwks(services.registrations, services.clock()))


async def healthz(request: Request) -> Response:
    """The process answers."""
    del request
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """The process can work: database, tables, keys and registrations can be used, each told by a word."""
    services = services_of(request)
    until = asyncio.get_running_loop().time() + READY_WITHIN_S
    found = {name: await _looked_at(part, services, until) for name, part in _PARTS.items()}
    is_ready = all(state is Ready.OK for state in found.values())
    body = {"status": "ok" if is_ready else "not ready", "parts": found}
    return JSONResponse(body, status_code=200 if is_ready else 503)


async def metrics(request: Request) -> Response:
    """What was counted. Raises NotFound unless the site wants it counted."""
    page = services_of(request).metrics_page
    if page is None:
        raise NotFound("metrics are off")
    body, media_type = page()
    return Response(body, headers={"Content-Type": media_type})


async def _looked_at(part: Part, services: Services, until: float) -> Ready:
    """`until`: loop time."""
    try:
        async with asyncio.timeout_at(until):
            return await part(services)
    except TimeoutError:
        return Ready.TOO_SLOW
    except StoreUnavailable:
        return Ready.UNAVAILABLE
    except (ConfigurationError, UnusableKey):
        return Ready.UNUSABLE


async def _database(services: Services) -> Ready:
    async with services.database.transaction() as connection:
        await connection.execute(text("SELECT 1"))
    return Ready.OK


async def _tables(services: Services) -> Ready:
    """Another process may have migrated them to a version that this one does not know."""
    return Ready.OK if await services.database.standing() is Standing.CURRENT else Ready.OUT_OF_DATE


async def _keys(services: Services) -> Ready:
    """A rotation elsewhere may have sealed everything with a key that this process does not have."""
    await open_vault(services.database, services.settings.secret_keys)
    return Ready.OK


async def _registrations(services: Services) -> Ready:
    """There is one, and the key files of all can be read."""
    await asyncio.to_thread(public_jwks, services.registrations, services.clock())
    return Ready.OK if services.registrations.all else Ready.UNUSABLE


_PARTS: Final[Mapping[str, Part]] = {
    "database": _database,
    "tables": _tables,
    "keys": _keys,
    "registrations": _registrations,
}
