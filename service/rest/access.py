"""What routes are given: the application, and the permission they ask for."""

import re
from typing import Annotated, Any, TypeAlias
from urllib.parse import unquote

from fastapi import Depends, Query, Request, Security
from fastapi.params import Depends as Dependency
from fastapi.security import HTTPBearer
from starlette.responses import JSONResponse

from signal_factory.errors import InvalidEvent
from signal_factory.times import format_time, parse_time
from signal_factory.urns import check_urn

from ..application import Application
from ..keys import Identity, Scope
from .guard import IDENTITY
from .problems import Forbidden, InvalidParameters

_PLUS_READ_AS_SPACE = re.compile(r"(?<=\d) (?=\d{2}:\d{2}$)")
_BEARER = HTTPBearer(auto_error=False, description="A key with a role: `sf keys add --role reader`.")


def application(request: Request) -> Application:
    """The application this server runs."""
    found = request.app.state.application
    assert isinstance(found, Application)  # noqa: S101 - create_app puts it there
    return found


def identity(request: Request) -> Identity:
    """Who asks; the guard found out."""
    found = request.scope.get(IDENTITY)
    if not isinstance(found, Identity):
        raise Forbidden("this call needs a key")
    return found


def needs(scope: Scope) -> Any:
    """A route dependency: the caller's role must cover ``scope``."""

    def check(caller: Annotated[Identity, Depends(identity)], _: Annotated[Any, Security(_BEARER)]) -> None:
        if not caller.may(scope):
            raise Forbidden(f"role {caller.role} may not {scope.value}")

    return Dependency(check)


def _urn(urn: str) -> str:
    return check_urn(unquote(urn))


def _since(since: Annotated[str | None, Query(max_length=64)] = None) -> str | None:
    if since is None:
        return None
    try:
        return format_time(parse_time(_PLUS_READ_AS_SPACE.sub("+", since)))
    except InvalidEvent as error:
        raise InvalidParameters(f"query.since: {error}", hint=error.hint) from None


App: TypeAlias = Annotated[Application, Depends(application)]
Caller: TypeAlias = Annotated[Identity, Depends(identity)]
Urn: TypeAlias = Annotated[str, Depends(_urn)]
Since: TypeAlias = Annotated[str | None, Depends(_since)]
Limit: TypeAlias = Annotated[int, Query(ge=1, le=500)]
Cursor: TypeAlias = Annotated[str | None, Query(max_length=512)]
Hops: TypeAlias = Annotated[int, Query(ge=1, le=20)]
Nodes: TypeAlias = Annotated[int, Query(ge=1, le=10_000)]


def answer(document: Any, status: int = 200) -> JSONResponse:
    """A JSON answer as it stands; no model is walked through again."""
    return JSONResponse(document, status)
