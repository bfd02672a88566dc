"""The drawn graph: the path, its ends, what is hit, and names that stay names."""

import re

from contractapi import HOSTILE, INCIDENT, incident, report, undecided
from hypothesis import given
from hypothesis import strategies as st

from ui.causal_graph import description, quoted, to_dot

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def structure(dot: str) -> str:
    """The drawing without its strings: nodes, edges and attribute names."""
    return _STRING.sub('""', dot)


def test_the_path_leads_from_the_cause_to_the_incident() -> None:
    dot = to_dot(incident())
    assert '"Deployment orders-svc:v3.17" -> "FailureSignature MISSING_FIELD:customer_id"' in dot
    assert f'"FailureSignature MISSING_FIELD:customer_id" -> "Incident {INCIDENT}"' in dot


def test_the_cause_and_the_incident_are_named_in_words_too() -> None:
    dot = to_dot(incident())
    assert "ROOT CAUSE: Deployment" in dot
    assert "INCIDENT SEV-1" in dot


def test_an_edge_says_how_many_events_it_cites() -> None:
    assert '"INTRODUCED\\n1 cited"' in to_dot(incident())


def test_each_hop_of_the_blast_radius_is_one_box_with_effects() -> None:
    hit = [{"urn": f"ds://gold/t{n}", "hops": 1 + n % 2, "effect": "AT_RISK"} for n in range(20)]
    dot = to_dot(incident(rca=report() | {"blast_radius": hit}))
    assert "t0 · AT RISK" in dot
    assert "and 4 more" in dot
    assert f'"Incident {INCIDENT}" -> "hop 1"' in dot
    assert '"hop 1" -> "hop 2"' in dot


def test_without_a_cause_the_data_set_alone_is_drawn() -> None:
    dot = to_dot(undecided())
    assert '"Dataset urn:dp:orders:created"' in dot
    assert "ROOT CAUSE" not in dot


def test_a_document_with_nothing_in_it_is_still_a_drawing() -> None:
    assert to_dot({}).startswith("digraph")
    assert "unknown data set" in to_dot({})


def test_odd_values_do_not_stop_the_drawing() -> None:
    odd = {"path": [None, 3, {"from": "x", "to": None, "edge": 7}], "blast_radius": [{"hops": "two"}]}
    assert to_dot({"rca": odd | {"root_cause": []}}).endswith("}")


def test_hostile_names_change_no_structure() -> None:
    assert structure(to_dot(incident(HOSTILE))).count("->") == structure(to_dot(incident())).count("->")
    assert "script" not in structure(to_dot(incident(HOSTILE)))


@given(st.text(max_size=40) | st.sampled_from([HOSTILE, '"]', "\\", '\\"', "\n", "&quot;", "<b>", "\\N\\G"]))
def test_any_name_is_one_dot_string(name: str) -> None:
    assert _STRING.fullmatch(quoted(name))
    dot = to_dot(incident(rca=report(f" {name}")))
    assert structure(dot) == structure(to_dot(incident(rca=report())))


def test_a_long_name_is_wrapped_and_cut() -> None:
    cause = {"label": "Deployment", "key": "k" * 900}
    step = {"from": cause, "edge": "CAUSED", "to": {"label": "Incident", "key": "i"}}
    shown = max(re.findall(r'label="([^"]*)"', to_dot({"rca": {"path": [step]}})), key=len)
    assert all(len(line) <= 36 for line in shown.split("\\n"))
    assert shown.endswith("…")


def test_the_drawing_is_described_for_those_who_cannot_see_it() -> None:
    said = description(incident())
    assert said.startswith("Causal path: orders-svc:v3.17, then MISSING_FIELD:customer_id")
    assert "1 further" in said
