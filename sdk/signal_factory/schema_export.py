"""JSON Schemas of every payload: ``python -m signal_factory.schema_export [--check] [DIR]``.

Writes one file a payload, in a stable form, to DIR (``docs/schemas``). With
``--check`` nothing is written: exit code 1, and what drifted on standard error.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from . import reports
from .wire.bodies import MODELS
from .wire.fields import WireModel

DEFAULT_DIR = Path("docs/schemas")
_IDS = {"evidence": "urn:schema:evidence:2", "signal": "urn:schema:signal:1"}
_EMITTED: Mapping[str, type[BaseModel]] = {
    "signal": reports.Signal,
    "incident": reports.Incident,
    "rca_report": reports.RCAReport,
    "replay_document": reports.ReplayDocument,
}


def schemas() -> dict[str, str]:
    """File name to file content: what is accepted as it is read, what is emitted as it is written."""
    _build(WireModel)
    accepted = {f"{kind}.json": _text(kind, model, "validation") for kind, model in MODELS.items()}
    emitted = {f"{name}.json": _text(name, model, "serialization") for name, model in _EMITTED.items()}
    return {
        **accepted,
        **emitted,
        "envelope.json": _written(_envelope()),
        "evidence_flat.json": _written(_flat_evidence()),
    }


def drift(directory: Path) -> list[str]:
    """One line for each file of ``directory`` that is missing, differs or belongs to no payload."""
    expected = schemas()
    present = {path.name for path in directory.glob("*.json")}
    missing = [f"{name}: missing" for name in expected if name not in present]
    unknown = [f"{name}: belongs to no payload" for name in present - expected.keys()]
    differing = [
        f"{name}: differs from the model"
        for name in present & expected.keys()
        if (directory / name).read_text(encoding="utf-8") != expected[name]
    ]
    return sorted(missing + unknown + differing)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the schemas, or check them; 0 when they are as the models have them."""
    parser = argparse.ArgumentParser(
        prog="signal_factory.schema_export", description="JSON Schemas of the payloads"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file drifted")
    parser.add_argument("directory", nargs="?", type=Path, default=DEFAULT_DIR)
    options = parser.parse_args(arguments)
    if not options.check:
        _write(options.directory)
        return 0
    drifted = drift(options.directory)
    for line in drifted:
        sys.stderr.write(f"{line}\n")
    return 1 if drifted else 0


def _write(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (directory / name).write_text(text, encoding="utf-8")


def _text(name: str, model: type[BaseModel], mode: Any) -> str:
    described = model.model_json_schema(by_alias=True, mode=mode)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return _written({**head, "$id": _IDS.get(name, f"urn:schema:signal-factory:{name}:1"), **described})


def _build(model: type[BaseModel]) -> None:
    """Complete the models that wait for their first use; defaults are written by their own serialisers."""
    for subclass in model.__subclasses__():
        subclass.model_rebuild()
        _build(subclass)


def _envelope() -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:schema:signal-factory:envelope:1",
        "title": "Envelope",
        "description": "One received event: when, of which kind, and its body as sent (contract §3).",
        "type": "object",
        "properties": {
            "time": {"type": "string", "format": "date-time"},
            "kind": {"enum": list(MODELS)},
            "body": {"type": "object"},
        },
        "required": ["time", "kind", "body"],
    }


def _flat_evidence() -> dict[str, Any]:
    """The flat forms of evidence (spec/prd.md FR-10 and the batch code of scenario 2)."""
    text = {"type": "string"}
    names = ("run_id", "gate", "failure_signature", "reason_code", "source_id", "producer")
    held = ("quarantine_table", "certified_view_status", "previous_certified_version")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:schema:signal-factory:evidence_flat:1",
        "title": "FlatEvidence",
        "description": "Evidence without nested parts: of a quarantine or a plain batch job.",
        "type": "object",
        "properties": {
            **dict.fromkeys((*names, *held), text),
            "dataset_urn": text,
            "result": {"enum": ["PASS", "FAIL", "WARN"]},
            "timestamp": {"type": "string", "format": "date-time"},
        },
        "required": ["dataset_urn", "result"],
        "additionalProperties": True,
    }


def _written(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
