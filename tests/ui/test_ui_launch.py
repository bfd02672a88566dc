"""How the page is started."""

from pathlib import Path

import pytest

from signal_factory.errors import ConfigurationError
from ui.launch import command, environment


def test_the_page_listens_on_loopback_and_sends_nothing_home() -> None:
    arguments = command(port=8777)
    assert "--server.address=127.0.0.1" in arguments
    assert "--server.port=8777" in arguments
    assert "--browser.gatherUsageStats=false" in arguments
    assert "--server.headless=true" in arguments


def test_the_script_that_is_started_exists() -> None:
    assert Path(command()[4]).is_file()


def test_the_key_travels_in_the_environment_only() -> None:
    made = environment({"HOME": "/home/x"}, "http://127.0.0.1:9", key="sf_secret")
    assert made["SF_API_KEY"] == "sf_secret"
    assert made["SF_URL"] == "http://127.0.0.1:9"
    assert made["HOME"] == "/home/x"
    assert not any("sf_secret" in argument for argument in command())


def test_a_key_file_replaces_an_inherited_key(tmp_path: Path) -> None:
    made = environment({"SF_API_KEY": "old"}, key_file=tmp_path / "api-key")
    assert "SF_API_KEY" not in made
    assert made["SF_API_KEY_FILE"] == str(tmp_path / "api-key")


def test_an_inherited_key_stays_where_no_other_is_given() -> None:
    assert environment({"SF_API_KEY": "old"})["SF_API_KEY"] == "old"


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(ConfigurationError):
        command(port=port)
