"""Flat and abbreviated evidence, folded into the nested form of schema 2."""

from typing import Any

from .shapes import is_list, is_object

_FLAT = frozenset({"result", "gate", "failure_signature", "reason_code", "reason", "run_id", "source_id"})
_UNDECIDED = ("FAIL", "WARN")


def nested(raw: dict[str, Any]) -> dict[str, Any]:
    """``raw`` without nulls and in the nested form; ``is_flat`` says whether it was not."""
    data = {key: value for key, value in raw.items() if value is not None}
    producer = data.get("producer")
    if isinstance(producer, str):
        data["producer"] = {"id": producer}
    if "validation" not in data and "result" in data:
        return _folded(data)
    data["is_flat"] = False
    validation = data.get("validation")
    if is_object(validation) and validation.get("result") is None:
        data["validation"] = {**validation, "result": _derived(validation)}
    return data


def _folded(data: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in data.items() if key not in _FLAT}
    kept["is_flat"] = True
    kept["validation"] = _verdict(data)
    if "run_id" in data:
        kept["producer"] = _with(kept.get("producer"), "run_id", data["run_id"])
    if "source_id" in data:
        kept["source"] = _with(kept.get("source"), "source_record_id", data["source_id"])
    return kept


def _verdict(data: dict[str, Any]) -> dict[str, Any]:
    code = data.get("failure_signature") or data.get("reason_code") or data.get("reason")
    verdict: dict[str, Any] = {"result": data["result"]}
    if code is not None:
        verdict["reason_codes"] = [code]
    if "gate" in data:
        verdict["gates"] = [{"gate": data["gate"], "result": data["result"], "reason_code": code}]
        if _is(data["result"], "FAIL"):
            verdict["failed_gates"] = [data["gate"]]
    return verdict


def _with(part: object, key: str, value: object) -> object:
    """``part`` with ``key`` where it has none; something that is no object is left to be refused."""
    if part is None:
        return {key: value}
    return {key: value, **part} if is_object(part) else part


def _derived(validation: dict[str, Any]) -> object:
    """The verdict of the gates: any failure fails the whole (spec scenario 1, step 2)."""
    gates = validation.get("gates")
    if validation.get("failed_gates"):
        return "FAIL"
    if not is_list(gates) or not gates:
        return None
    results = [gate.get("result") for gate in gates if is_object(gate)]
    return next((worst for worst in _UNDECIDED if any(_is(r, worst) for r in results)), "PASS")


def _is(result: object, verdict: str) -> bool:
    return isinstance(result, str) and result.strip().upper().startswith(verdict)
