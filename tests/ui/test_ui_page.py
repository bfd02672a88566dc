"""The page in each of its states, run by Streamlit itself without a browser."""

import socket
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from contractapi import DATASET, HOSTILE, INCIDENT, answers_for, bounded, incident, serving, undecided
from streamlit.testing.v1 import AppTest

PAGE = Path(__file__).resolve().parents[2] / "ui" / "app.py"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Open the page against an address; a query may name an incident."""

    def opening(url: str, *, key: str = "", **query: str) -> AppTest:
        monkeypatch.setenv("SF_URL", url)
        monkeypatch.setenv("SF_API_KEY", key)
        page = AppTest.from_file(str(PAGE), default_timeout=30)
        for name, value in query.items():
            page.query_params[name] = value
        return page.run()

    return opening


def markup(page: AppTest) -> str:
    """All the HTML on the page."""
    assert not page.exception
    return "\n".join(element.proto.body for element in page.get("html"))


def seen(page: AppTest) -> str:
    return unescape(markup(page))


def test_a_server_that_is_down_is_said_with_what_to_do(opened: Any) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        said = seen(opened(f"http://127.0.0.1:{held.getsockname()[1]}"))
    assert "The server cannot be reached" in said
    assert "sf serve" in said


def test_a_refused_key_is_said_and_not_shown(opened: Any) -> None:
    with serving(answers_for(), key="right") as api:
        said = seen(opened(api.url, key="sf_wrong_key"))
    assert "The page has no access" in said
    assert "sf_wrong_key" not in said


def test_no_incidents_is_good_news_with_advice(opened: Any) -> None:
    with serving(answers_for()) as api:
        said = seen(opened(api.url))
    assert "No incidents" in said
    assert "sf doctor" in said


def test_the_list_shows_severity_status_cause_and_confidence(opened: Any) -> None:
    with serving(answers_for(incident())) as api:
        said = seen(opened(api.url))
    for words in ("SEV-1", "OPEN", "94% HIGH", "orders-svc:v3.17 stopped filling", DATASET):
        assert words in said


def test_a_click_opens_the_incident_and_the_address_names_it(opened: Any) -> None:
    with serving(answers_for(incident())) as api:
        page = opened(api.url)
        page.button(key=f"open-{INCIDENT}").click().run()
        said = seen(page)
        address = page.query_params["incident"]
        page.button(key="back").click().run()
        assert "1 incident" in seen(page)
        assert "incident" not in page.query_params
    assert address in (INCIDENT, [INCIDENT])
    assert "Roll back to v3.16" in said


def test_a_deep_link_shows_everything_an_on_call_person_needs(opened: Any) -> None:
    with serving(answers_for(incident())) as api:
        page = opened(api.url, incident=INCIDENT)
        said = seen(page)
    for words in (
        "Root cause", "Owner: orders-team", "Tier 1", "17 s apart", "deployed", "ds://silver/orders",
        "STALE",
        "Last good", "v3.16", "no run events", "read the diff", "Roll back to v3.16", "Ruled out", "41%",
        "evd-1",
    ):  # fmt: skip
        assert words in said, words
    assert "ROOT CAUSE: Deployment" in page.get("graphviz_chart")[0].proto.spec
    assert [block.value for block in page.code] == ["MATCH (d)", "g.V()"]


def test_an_unknown_incident_leads_back_to_the_list(opened: Any) -> None:
    with serving(answers_for(incident())) as api:
        page = opened(api.url, incident="inc-none")
        assert "That is not known here" in seen(page)
        page.button(key="back").click().run()
        assert "1 incident" in seen(page)


def test_stale_and_inconclusive_are_said_before_anything_else(opened: Any) -> None:
    with serving(answers_for(undecided())) as api:
        said = seen(opened(api.url, incident=INCIDENT))
    assert said.index("STALE evidence") < said.index("INCONCLUSIVE") < said.index("Next checks")
    assert said.index("Next checks") < said.index("Candidates, best first") < said.index("How it spread")


def test_an_incident_that_was_never_explained_is_still_shown(opened: Any) -> None:
    bare = {"incident_id": INCIDENT, "rca": None, "tier": None, "datasets": None, "created_at": None}
    with serving(answers_for(bare)) as api:
        assert "No single cause" in seen(opened(api.url))
        assert "Untitled incident" in seen(opened(api.url, incident=INCIDENT))


def test_filters_narrow_the_list_and_say_when_nothing_is_left(opened: Any) -> None:
    other = incident(
        incident_id="inc-2", severity="SEV-3", title="Volume fell", dataset_urn="ds://gold/t", datasets=[]
    )
    with serving(answers_for(incident(), other)) as api:
        page = opened(api.url)
        page.multiselect(key="severity").select("SEV-3").run()
        assert "Volume fell" in [button.label for button in page.button]
        assert "1 incident" in seen(page)
        page.text_input(key="words").input("nothing like it").run()
        assert "No incident matches" in seen(page)
        page.selectbox(key="status").select("RESOLVED").run()
    assert api.asked[-1][2]["status"] == "RESOLVED"


def test_a_list_that_was_cut_says_so(opened: Any) -> None:
    cut = answers_for()
    cut["/api/v1/incidents"] = lambda query: bounded(
        [incident(incident_id=f"inc-{query.get('cursor', '0')}-{n}") for n in range(50)],
        next_cursor=str(int(query.get("cursor", "0")) + 1),
        total=999,
    )
    with serving(cut) as api:
        page = opened(api.url)
        assert "among the newest 200 of 999" in seen(page)
        rows = len([button for button in page.button if str(button.key).startswith("open-")])
        page.button(key="more").click().run()
        assert len([button for button in page.button if str(button.key).startswith("open-")]) == 2 * rows


def test_feedback_is_sent_as_the_contract_has_it(opened: Any) -> None:
    path = f"/api/v1/incidents/{INCIDENT}/feedback"
    with serving(answers_for(incident()) | {path: {"recorded": True}}) as api:
        page = opened(api.url, incident=INCIDENT)
        page.radio(key=f"verdict-{INCIDENT}").set_value("It was wrong")
        page.text_area(key=f"comment-{INCIDENT}").input("it was the network")
        next(button for button in page.button if button.label == "Send feedback").click().run()
        assert page.success
    sent = [said for method, asked, said in api.asked if (method, asked) == ("POST", path)]
    assert sent == [{"verdict": "WRONG", "comment": "it was the network"}]


def test_feedback_without_a_verdict_is_not_sent(opened: Any) -> None:
    with serving(answers_for(incident())) as api:
        page = opened(api.url, incident=INCIDENT)
        next(button for button in page.button if button.label == "Send feedback").click().run()
        assert page.warning
    assert not [method for method, _, _ in api.asked if method == "POST"]


def test_a_question_is_answered_with_its_citations(opened: Any) -> None:
    answer = {
        "answer": f"Because of {HOSTILE}",
        "citations": ["evd-7"],
        "tool_calls": [],
        "answered_by": "router",
    }
    with serving(answers_for(incident()) | {"/api/v1/ask": answer}) as api:
        page = opened(api.url, incident=INCIDENT)
        page.text_input(key=f"question-ask-{INCIDENT}").input("why?")
        next(button for button in page.button if button.label == "Ask").click().run()
        said = markup(page)
    assert "evd-7" in said
    assert "&lt;script&gt;" in said
    assert ("POST", "/api/v1/ask", {"question": "why?", "incident_id": INCIDENT}) in api.asked


def test_the_health_of_a_data_set_is_shown(opened: Any) -> None:
    with serving(answers_for(incident())) as api:
        page = opened(api.url)
        page.segmented_control(key="view").set_value("Data sets").run()
        said = seen(page)
    for words in (DATASET, "CRITICAL", "orders-team", "No signals", "ds://silver/orders"):
        assert words in said


def test_hostile_names_are_text_everywhere(opened: Any) -> None:
    hostile = incident(HOSTILE)
    answers = answers_for(hostile)
    with serving(answers) as api:
        pages = [opened(api.url), opened(api.url, incident=INCIDENT)]
    for page in pages:
        assert "<script" not in markup(page)
        assert "<img" not in markup(page)
        assert HOSTILE in seen(page)
    labels = [button.label for button in pages[0].button if str(button.key).startswith("open-")]
    assert not any(":smile:" in shown or "[a](" in shown or "$latex$" in shown for shown in labels)
    assert not pages[0].markdown


def test_what_engines_spent_and_what_verdicts_did_is_shown(opened: Any) -> None:
    spent = {"signal_type": "VOLUME_ANOMALY", "answers": 20, "false_alarms": 2, "share": 0.1}
    rule = {"budget": 0.05, "least_answers": 20, "window_s": 2_592_000}
    judged = {"verdicts": 20, "right": 18, "at_least": 0.25, "at_most": 0.9}
    budgets = bounded(
        [
            spent | {"demoted_at": "2024-01-15T10:00:00Z"},
            spent | {"signal_type": "DQ_BREACH", "demoted_at": None},
        ],
        confidence=judged,
        **rule,
    )
    with serving(answers_for() | {"/api/v1/budgets": budgets}) as api:
        page = opened(api.url)
        page.segmented_control(key="view").set_value("Trust").run()
        said = seen(page)
    assert "2 of 20 answers" in said
    assert said.count("demoted since") == 1
    assert "People found 18 of 20 explanations right" in said
