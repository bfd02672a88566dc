"""Transactions over Bolt, for threads that wait for their answers.

One thread of its own runs the driver's asynchronous half: it is the half whose calls can be
given up when a server stops answering, where a blocking read would wait for ever.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeAlias, TypeVar

from signal_factory.errors import BackendUnavailable, ConfigurationError

T = TypeVar("T")
Transaction: TypeAlias = Any
"""The driver's ``AsyncManagedTransaction``; what it takes and gives is not typed."""
Work: TypeAlias = Callable[[Transaction], Awaitable[T]]

_LOG = logging.getLogger("signal_factory.graph")
_USER_AGENT: Final = "signal-factory"
_FAREWELL_S: Final = 0.05
_DOWN: Final = (
    "Check that the graph server runs and that graph_url leads to it; nothing acknowledged is lost."
)
_ONE_WRITER: Final = "One process writes a graph at a time; end the others, then try again."
_TRIES: Final = 5
_LOGIN: Final = "Check graph_user, graph_password, graph_database and graph_ca."


class Raced(Exception):
    """Another writer changed what a transaction had read: it is done again from its start."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until a call is given up, and until a connection is."""

    read_s: float = 10.0
    write_s: float = 30.0
    connect_s: float = 5.0
    retry_s: float = 5.0
    probe_s: float = 2.0


@dataclass(frozen=True, slots=True)
class BoltAddress:
    """Where the server is and how to log in. ``ca`` is a file of certificates to trust, and asks for TLS."""

    url: str
    user: str = ""
    password: str = ""
    database: str | None = None
    ca: str = ""

    def __repr__(self) -> str:
        return f"BoltAddress({self.url})"


class BoltClient:
    """Runs units of work, each one transaction; the driver repeats those that fail on the way.

    Threads may share it. A connection is opened at the first use.

    Raises (any method):
        BackendUnavailable: the server does not answer in time, or refused a statement.
        ConfigurationError: the server does not let us in, or the driver is missing.
    """

    def __init__(self, address: BoltAddress, patience: Patience | None = None) -> None:
        self._address = address
        self._name = f"the graph server at {address.url}"
        self._patience = patience or Patience()
        self._errors = _driver_errors()
        self._is_down = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="graph-bolt", daemon=True)
        self._thread.start()
        try:
            self._driver = self._call(self._open(), self._patience.read_s)
        except BaseException:
            self._end()
            raise

    def read(self, work: Work[T]) -> T:
        """What ``work`` gives, in a transaction that may be sent to a reading replica."""
        return self._call(self._transact("execute_read", work), self._patience.read_s)

    def write(self, work: Work[T]) -> T:
        """What ``work`` gives, in a transaction that is committed when it returns."""
        return self._call(self._transact("execute_write", work), self._patience.write_s)

    def run(self, statement: str) -> None:
        """One statement outside a transaction, as changes of the schema want it.

        What another process makes at the same moment is there: servers refuse the second, or end one.
        """
        self._call(self._alone(statement), self._patience.write_s)

    def close(self) -> None:
        """Close all connections; what waits for an answer gets none."""
        if self._loop.is_closed():
            return
        try:
            self._attempt(self._driver.close(), self._patience.connect_s)
        except BackendUnavailable:
            _LOG.debug("the graph server did not say goodbye")
        finally:
            self._end()

    def _call(self, work: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """Answer, or fail; once a server has failed, soon, until it answers again."""
        if self._is_down:
            try:
                self._attempt(self._driver.verify_connectivity(), self._patience.probe_s)
            except BaseException:
                work.close()
                raise
            self._is_down = False
        return self._attempt(work, timeout_s)

    def _attempt(self, work: Coroutine[Any, Any, T], timeout_s: float) -> T:
        if self._loop.is_closed():
            work.close()
            raise BackendUnavailable("the graph is closed")
        waiting = asyncio.run_coroutine_threadsafe(_within(work, timeout_s), self._loop)
        try:
            return waiting.result()
        except TimeoutError:
            self._is_down = True
            raise BackendUnavailable(f"{self._name} gave no answer for {timeout_s:g} s", hint=_DOWN) from None
        except self._errors.login as error:
            raise ConfigurationError(f"{self._name} {_told(error, 'refused')}", hint=_LOGIN) from None
        except self._errors.any as error:
            self._is_down = isinstance(error, self._errors.gone)
            raise BackendUnavailable(f"{self._name} {_told(error, 'does not answer')}", hint=_DOWN) from None
        finally:
            waiting.cancel()

    async def _open(self) -> Any:
        address, patience = self._address, self._patience
        driver = _module("neo4j")
        url, more = _trusting(address, driver)
        return driver.AsyncGraphDatabase.driver(
            url,
            auth=(address.user, address.password) if address.user else None,
            user_agent=_USER_AGENT,
            connection_timeout=patience.connect_s,
            connection_acquisition_timeout=patience.read_s,
            max_transaction_retry_time=patience.retry_s,
            max_connection_pool_size=32,
            **more,
        )

    async def _transact(self, mode: str, work: Work[T]) -> T:
        for _ in range(_TRIES):
            with suppress(Raced, self._errors.twice):
                async with self._driver.session(database=self._address.database) as session:
                    done: T = await getattr(session, mode)(work)
                    return done
        raise BackendUnavailable(f"{self._name} has other writers who are always quicker", hint=_ONE_WRITER)

    async def _alone(self, statement: str) -> None:
        for left in reversed(range(_TRIES)):
            try:
                async with self._driver.session(database=self._address.database) as session:
                    await (await session.run(statement)).consume()
            except self._errors.any as error:
                if _is_there(error):
                    return
                if not left or not getattr(error, "is_retryable", bool)():
                    raise
            else:
                return

    def _end(self) -> None:
        asyncio.run_coroutine_threadsafe(_settled(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def rows(transaction: Transaction, statement: str, **parameters: Any) -> list[list[Any]]:
    """The values of each record that a statement gives."""
    result = await transaction.run(statement, parameters)
    found: list[list[Any]] = await result.values()
    return found


async def _settled() -> None:
    """Let connections that were dropped a moment ago close their sockets, and tasks given up end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(_FAREWELL_S)


async def _within(work: Coroutine[Any, Any, T], timeout_s: float) -> T:
    async with asyncio.timeout(timeout_s):
        return await work


def _trusting(address: BoltAddress, driver: Any) -> tuple[str, dict[str, Any]]:
    """The driver takes certificates with a scheme that says nothing of TLS, and only there."""
    if not address.ca:
        return address.url, {}
    scheme, _, rest = address.url.partition("://")
    plain = f"{scheme.partition('+')[0]}://{rest}"
    return plain, {"encrypted": True, "trusted_certificates": driver.TrustCustomCAs(address.ca)}


def _is_there(error: Exception) -> bool:
    return str(getattr(error, "code", "")).endswith("AlreadyExists")


def _told(error: Exception, otherwise: str) -> str:
    """Codes and kinds only: a server's message may repeat what it was sent."""
    code = getattr(error, "code", None)
    return f"{f'answered {code}' if code else otherwise} ({type(error).__name__})"


@dataclass(frozen=True, slots=True)
class _Errors:
    login: tuple[type[Exception], ...]
    gone: tuple[type[Exception], ...]
    twice: type[Exception]
    any: tuple[type[Exception], ...]


def _driver_errors() -> _Errors:
    found = _module("neo4j.exceptions")
    login = (found.AuthError, found.ConfigurationError, found.CertificateConfigurationError)
    gone = (found.ServiceUnavailable, found.SessionExpired, OSError)
    return _Errors(login, gone, found.ConstraintError, (found.Neo4jError, found.DriverError, OSError))


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise ConfigurationError(
            "graph_url names a Bolt server, and the driver neo4j is not installed",
            hint="Install it: pip install 'neo4j>=6', or make setup-all.",
        ) from None
