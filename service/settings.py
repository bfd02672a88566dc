"""One typed settings object, read at the edge and passed in (contract §5).

Command line, then ``SF_*`` environment, then ``sf.toml`` in the data directory,
then the default; each value remembers where it came from, for ``sf doctor``.
"""

import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from signal_factory.errors import ConfigurationError

from .graph_address import checked_graph_url, scheme_of
from .routing.config import Routes
from .state.address import checked_state_url

MIB = 1024 * 1024
CONFIG_FILE = "sf.toml"
_SECTIONS = frozenset({"routes", "kafka"})
"""Tables of ``sf.toml``, which no environment variable can hold."""


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this machine only; an address that listens everywhere does not."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Settings(BaseModel):
    """Everything an operator may set. Sizes are bytes, durations seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data_dir: Path
    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8420, ge=0, le=65535)
    api_key: SecretStr | None = Field(None, min_length=1)
    auth: bool = True
    allowed_hosts: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    max_body_bytes: int = Field(10 * MIB, ge=1024)
    max_event_bytes: int = Field(MIB, ge=1024)
    max_batch: int = Field(10_000, ge=1)
    max_backlog: int = Field(100_000, ge=1)
    max_inflight: int = Field(64, ge=1)
    max_rejected: int = Field(100_000, ge=1)
    max_future_s: float = Field(86_400.0, ge=0)
    retry_after_s: int = Field(5, ge=1)
    request_timeout_s: float = Field(30.0, gt=0)
    flush_events: int = Field(1_000, ge=1)
    flush_s: float = Field(5.0, gt=0)
    tick_s: float = Field(1.0, gt=0)
    hot_days: int = Field(30, ge=10)
    warm_days: int = Field(90, ge=10)
    retention_s: float = Field(600.0, ge=0)
    archive_url: str = ""
    kafka_servers: str = ""
    kafka_prefix: str = Field("signal_factory", pattern=r"^[a-zA-Z0-9._-]{1,100}$")
    kafka_partitions: int = Field(12, ge=1, le=10_000)
    kafka_replicas: int = Field(1, ge=1, le=100)
    kafka_session_s: float = Field(10.0, ge=1, le=300)
    kafka: Mapping[str, SecretStr] = Field(default_factory=dict[str, SecretStr])
    range_events: int = Field(2_000, ge=1, le=100_000)
    lease_s: float = Field(15.0, ge=1, le=600)
    watch: bool = True
    clock: Literal["auto", "wall"] = "auto"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    graph_url: Annotated[str, AfterValidator(checked_graph_url)] = ""
    graph_user: str = ""
    graph_password: SecretStr | None = None
    graph_database: str = ""
    graph_auth: Literal["basic", "none", "sigv4"] = "basic"
    graph_region: str = ""
    graph_ca: Path | None = None
    state_url: Annotated[SecretStr, AfterValidator(checked_state_url)] = SecretStr("")
    routes: Routes = Routes()

    @model_validator(mode="after")
    def _no_open_door(self) -> "Settings":
        if not self.auth and not is_loopback(self.host):
            raise ValueError(f"authentication can be off on loopback only, and host is {self.host}")
        return self

    @model_validator(mode="after")
    def _signature_is_neptunes(self) -> "Settings":
        if self.graph_auth == "sigv4" and (scheme_of(self.graph_url) != "wss" or not self.graph_region):
            raise ValueError("graph_auth sigv4 is for wss:// addresses and needs graph_region")
        return self


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings and, for each name, ``command line``, ``environment``, ``sf.toml`` or ``default``."""

    settings: Settings
    sources: Mapping[str, str]

    def described(self) -> list[dict[str, str]]:
        """``{name, value, source}`` of each setting; secrets are masked."""
        return [
            {"name": name, "value": str(getattr(self.settings, name)), "source": self.sources[name]}
            for name in Settings.model_fields
        ]


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """``$XDG_DATA_HOME/signal-factory``, else ``~/.local/share/signal-factory``."""
    base = environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path("~/.local/share").expanduser()) / "signal-factory"


def load_settings(command_line: Mapping[str, Any], environ: Mapping[str, str]) -> LoadedSettings:
    """Merge the four layers. A ``None`` on the command line means "not given".

    Raises:
        ConfigurationError: a value does not fit, a name is unknown, or ``sf.toml`` cannot be read.
    """
    given = {name: value for name, value in command_line.items() if value is not None}
    from_env = _environment(environ)
    data_dir = Path(
        given.get("data_dir") or from_env.get("data_dir") or default_data_dir(environ)
    ).expanduser()
    from_file = _config_file(data_dir / CONFIG_FILE)
    layers = [("sf.toml", from_file), ("environment", from_env), ("command line", given)]
    merged: dict[str, Any] = {}
    sources = dict.fromkeys(Settings.model_fields, "default")
    for source, layer in layers:
        merged |= layer
        sources |= dict.fromkeys(layer, source)
    merged["data_dir"] = data_dir
    return LoadedSettings(_validated(merged, sources), sources)


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    names = Settings.model_fields.keys() - _SECTIONS
    named = {name: environ.get(f"SF_{name.upper()}", "") for name in names}
    return {name: value for name, value in named.items() if value}


def _config_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error}", hint="Write it as TOML: port = 8420"
        ) from None
    for name in values:
        _known(name, path)
    return values


def _known(name: str, path: Path) -> None:
    allowed = [field for field in Settings.model_fields if field != "data_dir"]
    if name not in allowed:
        near = get_close_matches(name, allowed, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Known names: {', '.join(allowed)}."
        raise ConfigurationError(f"{path}: unknown setting {name!r}", hint=hint)


def _validated(values: Mapping[str, Any], sources: Mapping[str, str]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(
            "; ".join(_told(item, sources) for item in error.errors()),
            hint="Correct it there, or take it out: every setting has a default, listed in docs/cli.md.",
        ) from None


def _told(item: Any, sources: Mapping[str, str]) -> str:
    place = [str(each) for each in item["loc"]]
    message = str(item["msg"]).removeprefix("Value error, ")
    source = sources.get(place[0], "default") if place else ""
    return f"{'.'.join(place)} (from {source}): {message}" if place else message
