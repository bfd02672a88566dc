"""A Kafka node that lets nobody in without a password: SASL in the open, and SASL over TLS."""

import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .kafka_broker import KafkaBroker
from .process import free_port
from .registry import started
from .where import PartsMissing

USER, PASSWORD = "signals", "tests-only-8fK2"
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
_MODULES = "org.apache.kafka.common.security"


class GuardedKafkaBroker(KafkaBroker):
    """Its listener without a password is for itself."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._open, self._tls = free_port(), free_port()

    def prepare(self) -> None:
        """Make a certificate beside what every node needs."""
        _certificate(self.directory)
        super().prepare()

    def client(self, mechanism: str, *, tls: bool = False, password: str = PASSWORD) -> dict[str, str]:
        """librdkafka's settings for getting in."""
        trusted = {"ssl.ca.location": str(self.directory / "cert.pem")} if tls else {}
        return trusted | {
            "security.protocol": "SASL_SSL" if tls else "SASL_PLAINTEXT", "sasl.mechanism": mechanism,
            "sasl.username": USER, "sasl.password": password,
        }  # fmt: skip

    def servers(self, *, tls: bool = False) -> str:
        """Where clients with a password go."""
        return f"127.0.0.1:{self._tls if tls else self._open}"

    def _users(self) -> list[str]:
        scram = MECHANISMS[1:]
        told = (f"{mechanism}=[name={USER},password={PASSWORD}]" for mechanism in scram)
        return [each for text in told for each in ("--add-scram", text)]

    def _settings(self) -> list[str]:
        ports = {"SASL_PLAINTEXT": self._open, "SASL_SSL": self._tls}
        more = {
            "listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports.items()),
            "listener.security.protocol.map": ",".join(f"{name}:{name}" for name in ports),
        }
        more["advertised.listeners"] = more["listeners"]
        told = [_extended(line, more) for line in super()._settings()]
        return [*told, *_sasl(ports), *_tls(self.directory), ""]


def _extended(line: str, more: dict[str, str]) -> str:
    name, _, value = line.partition("=")
    return f"{name}={value},{more[name]}" if name in more else line


def _sasl(listeners: dict[str, int]) -> list[str]:
    plain = f'{_MODULES}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
    scram = f"{_MODULES}.scram.ScramLoginModule required;"
    modules = dict.fromkeys(MECHANISMS, scram) | {"PLAIN": plain}
    told = [f"sasl.enabled.mechanisms={','.join(MECHANISMS)}"]
    for listener in listeners:
        told += [
            f"listener.name.{listener.lower()}.{mechanism.lower()}.sasl.jaas.config={module}"
            for mechanism, module in modules.items()
        ]
    return told


def _tls(directory: Path) -> list[str]:
    return ["ssl.keystore.type=PEM", f"ssl.keystore.location={directory / 'both.pem'}"]


def _certificate(directory: Path) -> None:
    tool = shutil.which("openssl")
    if tool is None:
        raise PartsMissing("no openssl on PATH")
    key, certificate = directory / "key.pem", directory / "cert.pem"
    subprocess.run(
        [
            *(tool, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    both = key.read_text(encoding="ascii") + certificate.read_text(encoding="ascii")
    (directory / "both.pem").write_text(both, encoding="ascii")


@contextmanager
def running_guarded() -> Generator[GuardedKafkaBroker]:
    """A node of one's own, gone with its data at the end.

    Raises:
        PartsMissing: what it runs on is not here.
        ServerFailed: it does not come up.
    """
    with started(GuardedKafkaBroker) as made:
        yield made
