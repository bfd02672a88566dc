"""The HTTP face: routers, problems, the guard and MCP over one application."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp

from ..application import Application
from ..keys import Keyring
from . import (
    asking_routes,
    dataset_routes,
    incident_routes,
    intake_routes,
    operating_routes,
    problems,
    registry_routes,
)
from .asking_routes import Conversations
from .guard import Guard

_ROUTERS: Final = (
    intake_routes.router,
    incident_routes.router,
    dataset_routes.router,
    registry_routes.router,
    asking_routes.router,
    operating_routes.router,
)
_INTAKE_THREADS: Final = 16


def create_app(application: Application, keyring: Keyring, *, version: str) -> ASGIApp:
    """The ASGI application; it does not own ``application`` and never closes it."""
    app = FastAPI(
        title="Signal Factory",
        version=version,
        description="What broke, why, what else is hit, and how do you know?",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(application, version),
    )
    app.state.application = application
    app.state.conversations = Conversations()
    app.state.inflight = 0
    app.state.intake = CapacityLimiter(_INTAKE_THREADS)
    problems.install(app, application.settings.retry_after_s)
    for router in _ROUTERS:
        app.include_router(router)
    app.add_middleware(Guard, settings=application.settings, keyring=keyring)
    return app


def _lifespan(
    application: Application, version: str
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    from mcp_server.transports import http_app

    mcp = http_app(
        lambda: application.read_model,
        version=version,
        clock=application.engine_now,
        allowed_hosts=application.settings.allowed_hosts,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        app.router.routes.append(Route("/mcp", mcp, methods=["POST"]))
        async with mcp.lifespan():
            yield

    return lifespan
