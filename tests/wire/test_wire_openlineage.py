"""OpenLineage as it is sent: by its own client, and as seen in the wild."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from openlineage.client import event_v2
from openlineage.client.facet_v2 import error_message_run, output_statistics_output_dataset, schema_dataset
from openlineage.client.serde import Serde

from signal_factory.errors import InvalidEvent
from signal_factory.wire import OpenLineageEvent, parse_body

TIME = "2024-01-15T02:08:45.000Z"


def parsed(**body: Any) -> OpenLineageEvent:
    found = parse_body("openlineage", {"eventTime": TIME, **body})
    assert isinstance(found, OpenLineageEvent)
    return found


def run_event(**changes: Any) -> OpenLineageEvent:
    body = {
        "eventType": "COMPLETE",
        "run": {"runId": "r-1"},
        "job": {"namespace": "spark", "name": "orders"},
        "inputs": [{"namespace": "s3://lake", "name": "bronze/orders"}],
        **changes,
    }
    return parsed(**body)


def from_client(event: Any) -> OpenLineageEvent:
    found = parse_body("openlineage", Serde.to_dict(event))
    assert isinstance(found, OpenLineageEvent)
    return found


def test_a_run_event_of_the_official_client_is_read():
    run_id = "01941f29-7c00-7000-8000-000000000001"
    error = error_message_run.ErrorMessageRunFacet(message="boom", programmingLanguage="python")
    rows = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=3)
    columns = schema_dataset.SchemaDatasetFacet(fields=[schema_dataset.SchemaDatasetFacetFields("id", "INT")])
    found = from_client(
        event_v2.RunEvent(
            eventType=event_v2.RunState.FAIL,
            eventTime=TIME,
            producer="https://example.org/client",
            run=event_v2.Run(runId=run_id, facets={"errorMessage": error}),
            job=event_v2.Job(namespace="airflow", name="daily.load"),
            inputs=[event_v2.InputDataset(namespace="s3://lake", name="bronze/orders")],
            outputs=[
                event_v2.OutputDataset(
                    namespace="s3://lake",
                    name="silver/orders",
                    facets={"schema": columns},
                    outputFacets={"outputStatistics": rows},
                )
            ],
        )
    )
    assert (found.event_kind, found.event_type) == ("run", "FAIL")
    assert found.run is not None
    assert (found.run.run_id, found.run.facets["errorMessage"]["message"]) == (run_id, "boom")
    assert found.job is not None
    assert found.job.urn == "job://airflow/daily.load"
    assert found.outputs[0].output_facets["outputStatistics"]["rowCount"] == 3
    assert found.outputs[0].facets["schema"]["fields"][0]["name"] == "id"
    assert found.schema_url is not None
    assert found.schema_url.endswith("RunEvent")


def test_a_job_event_and_a_data_set_event_of_the_official_client_are_read():
    job = event_v2.JobEvent(eventTime=TIME, job=event_v2.Job(namespace="n", name="j"), inputs=[], outputs=[])
    data = event_v2.DatasetEvent(eventTime=TIME, dataset=event_v2.StaticDataset(namespace="n", name="d"))
    assert (from_client(job).event_kind, from_client(job).event_type) == ("job", "")
    found = from_client(data)
    assert found.event_kind == "dataset"
    assert found.dataset is not None
    assert found.dataset.own_urn == "ds://n/d"


def test_a_run_decides_the_kind_even_beside_a_data_set():
    assert run_event(dataset={"namespace": "n", "name": "d"}).event_kind == "run"


def test_missing_and_null_parts_are_absent():
    found = run_event(producer=None, schemaURL=None, inputs=None, outputs=None, dataset=None)
    assert (found.producer, found.schema_url, found.inputs, found.outputs) == (None, None, (), ())


def test_a_missing_event_type_is_empty_and_an_unknown_one_is_other():
    assert run_event(eventType=None).event_type == ""
    assert run_event(eventType="complete").event_type == "COMPLETE"
    assert run_event(eventType="PAUSED").event_type == "OTHER"


@pytest.mark.parametrize("facets", [None, [], "text", 3])
def test_facets_that_are_no_object_are_none(facets: Any):
    found = run_event(
        run={"runId": "r", "facets": facets},
        job={"namespace": "n", "name": "j", "facets": facets},
        outputs=[{"namespace": "n", "name": "d", "facets": facets, "outputFacets": facets}],
    )
    assert found.run is not None
    assert found.run.facets == {}
    assert found.outputs[0].output_facets == {}


def test_a_facet_that_is_no_object_is_dropped_and_its_neighbours_stay():
    facets = {"parent": None, "tags": ["a"], "nobody_has_heard_of": {"deep": {"er": [1]}}}
    found = run_event(run={"runId": "r", "facets": facets})
    assert found.run is not None
    assert found.run.facets == {"nobody_has_heard_of": {"deep": {"er": [1]}}}


@pytest.mark.parametrize("run_id", ["run-2024-01-15-001", "scheduled__2024-01-15T02:00:00+00:00", "42"])
def test_a_run_id_need_not_be_a_uuid(run_id: str):
    found = run_event(run={"runId": run_id})
    assert found.run is not None
    assert found.run.run_id == run_id


@pytest.mark.parametrize(
    "text", ["2024-01-15T02:08:45", "2024-01-15t02:08:45z", "2024-01-15T03:08:45+01:00", 1_705_284_525_000]
)
def test_event_times_without_offset_in_lower_case_or_as_milliseconds_are_read(text: Any):
    assert run_event(eventTime=text).event_time == datetime(2024, 1, 15, 2, 8, 45, tzinfo=UTC)


def test_data_sets_without_a_name_are_noted_and_the_others_stay():
    good = {"namespace": "n", "name": "d"}
    found = run_event(
        inputs=[None, {"namespace": "n", "name": ""}, good, "text", {"namespace": "n"}, {"name": " "}]
    )
    assert [data.name for data in found.inputs] == ["d"]
    assert found.unplaced == (
        "inputs[1]: empty name",
        "inputs[3]: not an object",
        "inputs[4]: empty name",
        "inputs[5]: empty name",
    )


@pytest.mark.parametrize(
    "job", [None, {"namespace": "n", "name": ""}, {"namespace": "n", "name": None}, "text"]
)
def test_an_event_whose_job_has_no_name_is_kept_with_a_note(job: Any):
    found = run_event(job=job)
    assert found.job is None
    assert [note.split(":")[0] for note in found.unplaced] == ["job"]
    assert len(found.inputs) == 1


def test_a_missing_namespace_is_the_default_one():
    found = run_event(job={"name": "j"}, inputs=[{"namespace": None, "name": "d"}])
    assert found.job is not None
    assert found.job.urn == "job://default/j"
    assert found.inputs[0].own_urn == "ds://default/d"


def test_a_sender_cannot_set_what_we_derive():
    found = run_event(event_kind="dataset", unplaced=["made up"])
    assert (found.event_kind, found.unplaced) == ("run", ())


def test_unknown_fields_are_kept_at_every_level():
    found = run_event(extra={"a": 1}, inputs=[{"namespace": "n", "name": "d", "x": 2}])
    assert found.model_extra == {"extra": {"a": 1}}
    assert found.inputs[0].model_extra == {"x": 2}


def test_an_event_of_half_a_megabyte_is_read():
    fields = [{"name": f"column_{n}", "type": "STRING", "description": "x" * 80} for n in range(3_500)]
    found = run_event(outputs=[{"namespace": "n", "name": "d", "facets": {"schema": {"fields": fields}}}])
    assert len(json.dumps(found.model_dump(mode="json"))) > 400_000
    assert found.outputs[0].facets["schema"]["fields"][3_499]["name"] == "column_3499"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"eventTime": None}, "eventTime"),
        ({"eventTime": "soon"}, "eventTime"),
        ({"run": {"facets": {}}}, "run.runId"),
        ({"run": {"runId": "a\nb"}}, "run.runId"),
        ({"run": "r-1"}, "run"),
        ({"inputs": {"namespace": "n"}}, "inputs"),
        (
            {"inputs": [{"namespace": "n", "name": 3.5, "facets": {}}, {"namespace": [], "name": "d"}]},
            "inputs[1]",
        ),
    ],
)
def test_what_nothing_can_be_done_with_is_refused_by_its_path(body: dict[str, Any], path: str):
    with pytest.raises(InvalidEvent) as refused:
        run_event(**body)
    assert f"openlineage: {path}" in str(refused.value)


def test_an_event_about_nothing_is_refused():
    with pytest.raises(InvalidEvent, match="a run, a job or a dataset"):
        parsed(eventType="START")
