"""The state on Postgres, for several processes at once (psycopg 3)."""

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, Final

import psycopg
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import URL, create_engine, event, make_url
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from signal_factory.errors import BackendUnavailable, ConfigurationError

from .database import Database, Told
from .migrate import bring_server_up, check_server

_DRIVER: Final = "postgresql+psycopg"
_CONNECT_S: Final = 5
_ANSWER_S: Final = 20.0
"""How long to wait for the answer to one statement; a server that hangs is as good as one that is away."""

_AGAIN_S: Final = 2.0
"""The same until it answers again: what is asked first of a connection is only whether it is there."""

_POOL: Final = {"pool_size": 5, "max_overflow": 30, "pool_timeout": 10.0, "pool_recycle": 1800}
_SESSION: Final = """
SELECT set_config('lock_timeout', '10s', false),
       set_config('statement_timeout', '60s', false),
       set_config('idle_in_transaction_session_timeout', '15s', false),
       set_config('synchronous_commit', CASE current_setting('synchronous_commit')
           WHEN 'off' THEN 'on' WHEN 'local' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
"""
"""A process that is paused while it writes must not hold up the others, and a commit is one for good."""

_HINT: Final = "Check that Postgres runs and lets this user in; it is asked again with the next request."


class _Text(StrDumperUnknown):
    """Text as Postgres can hold it: it has no NUL, and no half of a surrogate pair."""

    def dump(self, obj: str) -> bytes:
        return obj.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace")


class _Patience:
    """How long the answer of a server is waited for: less, once it gave none."""

    def __init__(self) -> None:
        self.answer_s, self.connect_s = _ANSWER_S, _CONNECT_S

    def heard(self) -> None:
        self.answer_s, self.connect_s = _ANSWER_S, _CONNECT_S

    def lost(self) -> None:
        self.answer_s, self.connect_s = _AGAIN_S, int(_AGAIN_S)


class _Impatient(psycopg.Connection[Any]):
    """A connection that is given up when the server does not answer in time."""

    patience: _Patience | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As the parent's, with a limit on the time."""
        patience = self.patience or _Patience()
        limit, began = patience.answer_s if timeout is None else timeout, monotonic()
        try:
            found = super().wait(gen, interval, limit)
        except psycopg.OperationalError:
            if monotonic() - began < limit:
                raise
            self.close()
            patience.lost()
            raise psycopg.OperationalError(f"no answer within {limit:.0f} s") from None
        patience.heard()
        return found


def open_server(state_url: str, *, read_only: bool = False) -> Database:
    """The database at ``postgresql://user:password@host/db``, its schema brought up unless ``read_only``.

    Raises:
        BackendUnavailable: it cannot be reached, or holds nothing yet (read-only).
        ConfigurationError: the address is none, or a newer version wrote the database.
    """
    url = _checked(state_url)
    told = _told(url)
    engine = _engine(url)
    made = Database(engine, None if read_only else engine, told)
    try:
        with engine.connect() as connection:
            if not read_only:
                bring_server_up(connection, place_of(url))
            elif not check_server(connection, place_of(url)):
                raise _empty(place_of(url))
    except SQLAlchemyError as error:
        made.close()
        raise told(error) from None
    except BaseException:
        made.close()
        raise
    return made


def place_of(url: URL) -> str:
    """``postgresql://host:port/db``: enough to find it, without who and how."""
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{url.host or ''}{port}/{url.database or ''}"


def _checked(state_url: str) -> URL:
    try:
        url = make_url(state_url)
    except (ArgumentError, ValueError):
        raise _no_url() from None
    if url.drivername not in ("postgresql", "postgres", _DRIVER):
        raise _no_url()
    return url.set(drivername=_DRIVER)


def _no_url() -> ConfigurationError:
    return ConfigurationError(
        "state_url is not the address of a Postgres database",
        hint="Write it as postgresql://user:password@host:5432/database.",
    )


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        paramstyle="format",
        pool_pre_ping=True,
        hide_parameters=True,
        use_native_hstore=False,
        **_POOL,
    )

    event.listen(engine, "do_connect", partial(_connected, _Patience()))
    return engine


def _connected(
    patience: _Patience, _dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]
) -> Any:
    given = {"connect_timeout": patience.connect_s, "application_name": "signal-factory", **options}
    try:
        made = _Impatient.connect(*arguments, **given)
    except psycopg.OperationalError:
        patience.lost()
        raise
    made.patience = patience
    try:
        made.adapters.register_dumper(str, _Text)
        made.execute(_SESSION)
        made.commit()
    except BaseException:
        made.close()
        raise
    return made


def _told(url: URL) -> Told:
    hidden = _hider(url)

    def unavailable(error: Exception) -> BackendUnavailable:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
        return BackendUnavailable(
            f"the state store {place_of(url)} cannot be used: {hidden(reason[0])}", hint=_HINT
        )

    return unavailable


def _hider(url: URL) -> Callable[[str], str]:
    """Takes the password out of a text, wherever the address had it."""
    given = [url.password, url.query.get("password"), url.query.get("sslpassword")]
    secrets = [str(each) for each in given if each]

    def hidden(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, "***")
        return text

    return hidden


def _empty(place: str) -> BackendUnavailable:
    return BackendUnavailable(f"{place} holds no state yet", hint="Start `sf serve` with the same state_url.")
