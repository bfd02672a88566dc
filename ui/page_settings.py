"""What the page needs to know: where the API is and which key opens it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from signal_factory.errors import ConfigurationError

DEFAULT_URL = "http://127.0.0.1:8420"


@dataclass(frozen=True, slots=True)
class PageSettings:
    """The API's address, and its bearer key (kept out of every representation)."""

    url: str = DEFAULT_URL
    key: str = field(default="", repr=False)


def from_environment(environment: Mapping[str, str]) -> PageSettings:
    """Settings from ``SF_URL`` and ``SF_API_KEY``, or the file that ``SF_API_KEY_FILE`` names.

    Raises:
        ConfigurationError: the address is no http(s) URL, or the key file cannot be read.
    """
    url = environment.get("SF_URL", "").strip().rstrip("/") or DEFAULT_URL
    if not url.startswith(("http://", "https://")):
        raise ConfigurationError(
            "SF_URL is not an http address", hint=f"Set it to one such as {DEFAULT_URL}."
        )
    return PageSettings(url, _key(environment))


def _key(environment: Mapping[str, str]) -> str:
    given = environment.get("SF_API_KEY", "").strip()
    place = environment.get("SF_API_KEY_FILE", "")
    if given or not place:
        return given
    try:
        return Path(place).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as failure:
        raise ConfigurationError(
            "The file that holds the API key cannot be read",
            hint="Start the page with `sf ui`, or set SF_API_KEY to the server's key.",
        ) from failure
