"""Settings: command line over environment over sf.toml over default, each with its source."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.settings import is_loopback, load_settings
from signal_factory.errors import ConfigurationError


def test_each_layer_outranks_the_next_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "sf.toml").write_text('port = 1\nmax_batch = 2\nlog_level = "ERROR"\n')
    environ = {"SF_PORT": "3", "SF_MAX_BATCH": "4", "SF_DATA_DIR": str(tmp_path)}
    loaded = load_settings({"port": 5, "host": None}, environ)
    settings, sources = loaded.settings, loaded.sources
    assert (settings.port, sources["port"]) == (5, "command line")
    assert (settings.max_batch, sources["max_batch"]) == (4, "environment")
    assert (settings.log_level, sources["log_level"]) == ("ERROR", "sf.toml")
    assert (settings.host, sources["host"]) == ("127.0.0.1", "default")
    assert (settings.data_dir, sources["data_dir"]) == (tmp_path, "environment")


def test_the_data_directory_follows_xdg(tmp_path: Path) -> None:
    assert (
        load_settings({}, {"XDG_DATA_HOME": str(tmp_path)}).settings.data_dir == tmp_path / "signal-factory"
    )


def test_a_secret_is_masked_where_settings_are_described(tmp_path: Path) -> None:
    loaded = load_settings({"data_dir": tmp_path}, {"SF_API_KEY": "hunter2-hunter2"})
    assert "hunter2" not in str(loaded.described())
    assert "hunter2" not in repr(loaded)


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"SF_PORT": "high"}, r"port \(from environment\)"),
        ({"SF_PORT": "70000"}, "less than or equal to 65535"),
        ({"SF_LOG_LEVEL": "LOUD"}, "log_level"),
        ({"SF_FLUSH_S": "0"}, "flush_s"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_source(
    tmp_path: Path, environ: dict[str, str], told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told):
        load_settings({"data_dir": tmp_path}, environ)


@pytest.mark.parametrize(
    ("text", "told"), [("prot = 1", "prot"), ("port = ", "cannot be read"), ("\x00", "read")]
)
def test_a_wrong_file_is_told_with_its_path(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "sf.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=told) as caught:
        load_settings({"data_dir": tmp_path}, {})
    assert "sf.toml" in str(caught.value)
    if told == "prot":
        assert caught.value.hint == "Did you mean port?"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *((host, True) for host in ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "10.0.0.1", "example.com", "")),
    ],
)
def test_loopback_is_this_machine_only(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@given(st.text(max_size=30))
def test_no_text_passes_for_loopback_by_accident(host: str) -> None:
    if is_loopback(host):
        assert any(part in host.lower() for part in ("127.", "localhost", "::1", ":"))


@pytest.mark.parametrize(
    "given",
    [
        {"graph_url": "neo4j://user:hunter2@localhost:7687"},
        {"graph_url": "http://localhost:7474"},
        {"graph_url": "bolt://"},
        {"graph_url": "bolt://localhost:nan"},
        {"graph_url": "ws://localhost:8182/gremlin", "graph_auth": "sigv4", "graph_region": "eu-west-1"},
        {"graph_url": "wss://localhost:8182/gremlin", "graph_auth": "sigv4"},
    ],
)
def test_an_address_of_a_graph_that_cannot_be_meant_is_refused_without_its_password(
    tmp_path: Path, given: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_settings({"data_dir": tmp_path, **given}, {})
    assert "hunter2" not in str(refused.value) + refused.value.hint


@pytest.mark.parametrize("scheme", ["bolt", "neo4j+s", "bolt+ssc", "ws", "wss"])
def test_every_scheme_of_a_graph_server_is_taken(tmp_path: Path, scheme: str) -> None:
    given = {"SF_GRAPH_URL": f"{scheme}://graph.internal:7687/x", "SF_GRAPH_PASSWORD": "hunter2"}
    loaded = load_settings({"data_dir": tmp_path}, given)
    assert loaded.settings.graph_url == given["SF_GRAPH_URL"]
    assert "hunter2" not in str(loaded.described())
