"""The published JSON Schemas are those of the models, and say what the models say."""

import json
from pathlib import Path

import jsonschema
import pytest

from signal_factory.schema_export import drift, main, schemas
from signal_factory.wire import KINDS

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas"


def test_the_published_schemas_are_those_of_the_models():
    assert drift(PUBLISHED) == []
    assert main(["--check", str(PUBLISHED)]) == 0


def test_every_kind_has_a_schema():
    assert {f"{kind}.json" for kind in KINDS} <= schemas().keys()


@pytest.mark.parametrize("name", sorted(schemas()))
def test_each_schema_is_a_json_schema(name: str):
    described = json.loads(schemas()[name])
    jsonschema.Draft202012Validator.check_schema(described)
    assert described["$id"].startswith("urn:schema:")
    assert described["description"]


def test_drift_is_named_and_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
    (tmp_path / "tick.json").unlink()
    (tmp_path / "signal.json").write_text("{}")
    (tmp_path / "other.json").write_text("{}")
    assert main(["--check", str(tmp_path)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "other.json: belongs to no payload",
        "signal.json: differs from the model",
        "tick.json: missing",
    ]


@pytest.mark.parametrize(
    ("schema", "wrong"),
    [
        ("evidence", {"dataset_urn": "ds://a/b"}),
        ("evidence", {"dataset_urn": "orders", "validation": {"result": "PASS"}}),
        ("evidence", {"dataset_urn": "ds://a/b'", "validation": {"result": "PASS"}}),
        ("evidence", {"dataset_urn": "ds://a/b", "validation": {"result": "PASS"}, "evidence_id": "1"}),
        ("deployment", {"service": "a"}),
        ("tick", []),
        ("envelope", {"kind": "evidences", "time": "2024-01-15T09:58:02Z", "body": {}}),
    ],
)
def test_the_schemas_refuse_what_the_models_refuse(schema: str, wrong: object):
    described = json.loads((PUBLISHED / f"{schema}.json").read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, described)
