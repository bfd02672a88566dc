"""Why a cluster lets nobody in: clients only tell that time ran out, and the reason on the side."""

import time
from typing import TYPE_CHECKING, Any

from signal_factory.errors import BackendUnavailable, ConfigurationError

from .settings import Kafka

if TYPE_CHECKING:
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

_LISTEN_S, _TRY_S = 2.0, 0.5
_REFUSALS = ("_AUTHENTICATION", "_SSL", "SASL_AUTHENTICATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED")
_SECRET = ("password", "secret", "pem", "jaas")
_AWAY = "Check that the brokers run and that SF_KAFKA_SERVERS names them; it is tried again by itself."
_SECURITY = (
    "Check `security.protocol`, `sasl.mechanism`, `sasl.username`, `sasl.password` and `ssl.ca.location` "
    "under [kafka] in sf.toml."
)


def unavailable(kafka: Kafka, error: object) -> BackendUnavailable:
    """What the caller is told when the cluster fails; brokers are asked whether they let us in."""
    told = refusal(kafka)
    if told:
        return BackendUnavailable(f"Kafka at {kafka.servers} does not let us in: {told}", hint=_SECURITY)
    hint = _AWAY if kafka.client else f"{_AWAY} Brokers that want a password need [kafka] in sf.toml."
    return BackendUnavailable(f"Kafka at {kafka.servers} cannot be used: {_hidden(kafka, error)}", hint=hint)


def misconfigured(kafka: Kafka, error: "KafkaException") -> ConfigurationError:
    """What the caller is told when a client cannot even be made."""
    reason = error.args[0].str() if error.args else error
    return ConfigurationError(f"[kafka] in sf.toml does not fit: {_hidden(kafka, reason)}", hint=_SECURITY)


def admin_of(kafka: Kafka) -> "AdminClient":
    """A client that lists and makes topics.

    Raises:
        ConfigurationError: its settings are none.
    """
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    try:
        return AdminClient(kafka.common())
    except KafkaException as error:
        raise misconfigured(kafka, error) from None


def refusal(kafka: Kafka) -> str:
    """What a broker says of our password or certificate; "" when it lets us in or is not there."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    # The client has no types for what it tells.
    heard: list[Any] = []
    client: Any = AdminClient({**kafka.common(), "error_cb": heard.append, "log_level": 0})
    deadline = time.monotonic() + _LISTEN_S
    while time.monotonic() < deadline:
        try:
            client.list_topics(timeout=_TRY_S)
        except KafkaException:
            client.poll(0)
        else:
            return ""
        told = next((str(each.str()) for each in heard if each.name() in _REFUSALS), "")
        if told:
            return _hidden(kafka, told)
    return ""


def _hidden(kafka: Kafka, text: object) -> str:
    told = str(text)
    for name, value in kafka.client.items():
        if value and any(part in name for part in _SECRET):
            told = told.replace(value, "***")
    return told
