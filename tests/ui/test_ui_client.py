"""The page's REST client: what it asks for, and what its errors say."""

import socket

import pytest
from contractapi import INCIDENT, answers_for, bounded, incident, serving

from signal_factory.errors import BackendUnavailable, CallerError, ConfigurationError, NotFound
from ui.client import RestClient
from ui.page_settings import PageSettings, from_environment


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def test_a_list_is_followed_to_its_end() -> None:
    pages = {
        "": bounded([{"n": 1}], next_cursor="b", is_partial=True, total=2),
        "b": bounded([{"n": 2}], total=2),
    }
    answers = {"/api/v1/incidents": lambda query: pages[query.get("cursor", "")]}
    with serving(answers) as api, RestClient(PageSettings(api.url)) as client:
        answer = client.incidents(status="OPEN")
    assert [entry["n"] for entry in answer["items"]] == [1, 2]
    assert answer["is_partial"] is False
    assert all(query["status"] == "OPEN" for _, _, query in api.asked)


def test_a_list_that_is_too_long_says_that_it_was_cut() -> None:
    endless = {"/api/v1/incidents": lambda _: bounded([{"n": 1}], next_cursor="more", total=900)}
    with serving(endless) as api, RestClient(PageSettings(api.url)) as client:
        answer = client.incidents(most=3)
    assert len(answer["items"]) == 3
    assert answer["is_partial"] is True


def test_a_data_set_name_is_one_part_of_the_path() -> None:
    urn = "ds://curated/orders?x=1#y"
    with (
        serving({f"/api/v1/datasets/{urn}": {"urn": urn}}) as api,
        RestClient(PageSettings(api.url)) as client,
    ):
        assert client.dataset(urn) == {"urn": urn}


def test_the_key_is_borne_and_never_shown() -> None:
    settings = PageSettings("http://127.0.0.1:1", "sf_secret")
    assert "sf_secret" not in repr(settings)
    with serving(answers_for(incident()), key="sf_secret") as api:
        with RestClient(PageSettings(api.url, "sf_secret")) as client:
            assert client.incident(INCIDENT)["incident_id"] == INCIDENT
        with (
            RestClient(PageSettings(api.url, "other")) as client,
            pytest.raises(ConfigurationError) as refused,
        ):
            client.incident(INCIDENT)
    assert "sf ui" in refused.value.hint


def test_a_server_that_is_not_there_is_named_with_what_to_do() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with RestClient(PageSettings(url)) as client, pytest.raises(BackendUnavailable, match=url) as failure:
        client.incidents()
    assert "sf serve" in failure.value.hint


def test_an_unknown_incident_is_not_found_with_the_servers_own_hint() -> None:
    with serving({}) as api, RestClient(PageSettings(api.url)) as client, pytest.raises(NotFound) as failure:
        client.incident("inc-none")
    assert failure.value.hint == "List what there is."


@pytest.mark.parametrize(
    ("status", "family"), [(503, BackendUnavailable), (422, CallerError), (403, ConfigurationError)]
)
def test_a_refusal_is_an_error_of_the_family_that_can_act(status: int, family: type[Exception]) -> None:
    with serving({"/api/v1/ask": {"title": "No"}}) as api, RestClient(PageSettings(api.url)) as client:
        api.statuses["/api/v1/ask"] = status
        with pytest.raises(family):
            client.ask("why?")


@pytest.mark.parametrize("body", ["<html>a proxy</html>", '"text"', "null"])
def test_something_else_on_that_address_is_recognised(body: str) -> None:
    with (
        serving({"/api/v1/incidents": body}) as api,
        RestClient(PageSettings(api.url)) as client,
        pytest.raises(BackendUnavailable, match="does not speak this API"),
    ):
        client.incidents()


def test_settings_come_from_the_environment_or_a_key_file(tmp_path) -> None:
    place = tmp_path / "api-key"
    place.write_text("sf_from_file\n")
    assert from_environment({}).url == "http://127.0.0.1:8420"
    assert from_environment({"SF_API_KEY_FILE": str(place)}).key == "sf_from_file"
    assert from_environment({"SF_API_KEY_FILE": str(place), "SF_API_KEY": "sf_given"}).key == "sf_given"
    assert from_environment({"SF_URL": "http://h:1/"}).url == "http://h:1"


@pytest.mark.parametrize("wrong", [{"SF_URL": "file:///etc/passwd"}, {"SF_API_KEY_FILE": "no/such/file"}])
def test_wrong_settings_are_refused_with_advice(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        from_environment(wrong)
