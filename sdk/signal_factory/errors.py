"""One error root; families by who can act on them.

Every error carries a stable ``code`` (part of the API's problem documents) and
a ``hint`` that says what to do next.
"""


class SignalFactoryError(Exception):
    """The root of every error this project raises on purpose."""

    code = "internal"
    hint = "Report this with the log lines around it."

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class CallerError(SignalFactoryError):
    """What was asked or sent is wrong; the caller can mend it."""

    code = "invalid"
    hint = "Correct the request and send it again."


class InvalidEvent(CallerError):
    """An event that does not have the shape of its kind."""

    code = "invalid_event"
    hint = "Compare the event with the schema of its kind in docs/schemas/."


class InvalidIdentifier(CallerError):
    """A URN, key or id that cannot name anything."""

    code = "invalid_identifier"
    hint = "Use ds://<zone>/<name>, urn:<scheme>:… or job://<namespace>/<name>."


class NotFound(CallerError):
    """The named thing is not known here."""

    code = "not_found"
    hint = "List what is known with `sf incidents` or GET /api/v1/registry/datasets."


class ConfigurationError(SignalFactoryError):
    """A setting is missing or wrong; the operator can mend it."""

    code = "configuration"
    hint = "Run `sf doctor`: it prints each setting with its source."


class BackendUnavailable(SignalFactoryError):
    """A store, bus or file the engine needs cannot be reached."""

    code = "backend_unavailable"
    hint = "Check that the backend runs and try again; nothing acknowledged is lost."
