"""For machines: our public keys, and whether the app lives and can work."""

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from smartapp.errors import StoreUnavailable
from smartapp.smart.jwks import public_jwks
from smartapp.web.services import services_of


async def jwks(request: Request) -> Response:
    return JSONResponse(public_jwks(services_of(request).registrations))


async def healthz(request: Request) -> Response:
    """The process answers."""
    del request
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """The process can work: its database answers."""
    try:
        async with services_of(request).database.transaction() as connection:
            await connection.execute(text("SELECT 1"))
    except StoreUnavailable:
        return JSONResponse({"status": "store unavailable"}, status_code=503)
    return JSONResponse({"status": "ok"})
