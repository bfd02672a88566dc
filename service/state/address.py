"""The address of a state on Postgres, as it may stand in the settings. Nothing here needs a library."""

from pydantic import SecretStr

_SCHEME = "postgresql://"


def checked_state_url(url: SecretStr) -> SecretStr:
    """``url`` itself, when it can be taken apart without doubt; no error tells any of it.

    Raises:
        ValueError: another scheme, no host or database, or an ``@`` in the password.
    """
    text = url.get_secret_value()
    if not text:
        return url
    place, _, _ = text.removeprefix(_SCHEME).partition("?")
    host, _, database = place.rpartition("@")[2].partition("/")
    if not text.startswith(_SCHEME) or not host or not database:
        raise ValueError("the address has the form postgresql://user:password@host:port/database")
    if place.count("@") > 1:
        raise ValueError("an @ in the user or the password is written %40")
    return url
