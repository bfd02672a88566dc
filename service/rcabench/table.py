"""The summary for people."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .baselines import LATEST, NEAREST
from .summary import OURS

_SHARES = ("top1", "top3", "strict", "path")
_CONDUCT = (
    ("blast radius, precision", "radius_precision"), ("blast radius, recall", "radius_recall"),
    ("wrong merges, of incidents", "wrong_merges"), ("wrong splits, of faults", "wrong_splits"),
    ("missed, of faults", "missed"), ("merged away, of faults", "merged_away"),
    ("abstained though knowable", "abstained"), ("claimed though unknowable", "overclaimed"),
    ("citations that resolve", "citations_resolved"),
)  # fmt: skip
_COUNTS = (
    ("incidents", "incidents"), ("false incidents on healthy days", "false_incidents_on_healthy_days"),
    ("false incidents beside faults", "false_incidents_beside_faults"),
    ("incidents that break no objective", "undue_incidents"), ("citations", "citations"),
    ("events refused", "events_refused"),
)  # fmt: skip
_UNANSWERED = ("missed", "merged")


def lines(document: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Lines of text, each with whether it is a heading."""
    yield f"{document['cases']} cases with faults, {document['healthy']} healthy days", True
    for part, methods in document["methods"].items():
        if methods[OURS]["faults"]:
            yield from _methods(part, methods)
    yield from _families(document["families"])
    yield from _traits(document["traits"])
    yield from _conduct(document["conduct"])
    yield from _calibration(document["calibration"])
    yield from _misses(document)


def percent(share: float | None) -> str:
    """A share (0..1) in per cent, a dash for None."""
    return "–" if share is None else f"{share:.1%}"


def _methods(part: str, methods: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    yield f"{f'Faults, {part}':<30}{'faults':>8}{'top-1':>9}{'top-3':>9}{'strict':>9}{'path':>9}", True
    for name, figures in methods.items():
        yield f"  {name:<28}{figures['faults']:>8}{_row(figures[key] for key in _SHARES)}", False


def _families(families: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, bool]]:
    heads = ("top-1", "top-3", "strict", "path", "latest", "nearest")
    yield f"{'By family (* held out)':<30}{'faults':>8}{''.join(f'{head:>9}' for head in heads)}", True
    for family in families:
        methods = family["methods"]
        mine = methods[OURS]
        name = f"{family['family']}{' *' if family['held_out'] else ''}"
        shares = (*(mine[key] for key in _SHARES), methods[LATEST]["top1"], methods[NEAREST]["top1"])
        yield f"  {name:<28}{mine['faults']:>8}{_row(shares)}", False


def _traits(traits: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    if not traits:
        return
    yield f"{'By what makes it hard':<30}{'faults':>8}{'top-1':>9}{'top-3':>9}{'strict':>9}{'path':>9}", True
    for name, figures in traits.items():
        yield f"  {name:<28}{figures['faults']:>8}{_row(figures[key] for key in _SHARES)}", False


def _conduct(conduct: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    yield "Conduct", True
    for label, key in _CONDUCT:
        yield f"  {label:<36}{percent(conduct[key]):>9}", False
    for label, key in _COUNTS:
        yield f"  {label:<36}{conduct[key]:>9,}", False
    taken = conduct["seconds_to_explain"]
    yield f"  {'seconds a case':<36}{_seconds(conduct['seconds_per_case']):>9}", False
    yield (
        f"  {'seconds to explain, p50 / p99':<36}{_seconds(taken['p50']):>9} / {_seconds(taken['p99'])}",
        False,
    )


def _calibration(found: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    yield f"Calibration of {found['named']} named causes", True
    errors = [_decimal(found[name]) for name in ("error", "error_by_deciles", "error_by_chance")]
    yield f"  expected calibration error {errors[0]} (over deciles {errors[1]})", False
    yield f"  a perfect engine would show about {errors[2]} on so few answers", False
    for threshold, told in found["precision_at"].items():
        yield f"  precision at confidence ≥ {threshold}: {_precision(told)}", False
    for level, told in found["levels"].items():
        yield f"  {level:<7} {_precision(told)}", False
    for each in found["curve"]:
        bounds = f"{each['low']:.1f}–{each['high']:.1f}"
        said = f"said {percent(each['said'])}, right {percent(each['right'])}"
        yield f"  {bounds:<9}{each['count']:>6}  {said}", False


def _misses(document: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    if not document["misses"]:
        return
    yield f"What is missed most, of {document['missed_in_all']} misses", True
    for each in document["miss_classes"]:
        story = (
            f"{each['what']}: {each['fault'] or 'no fault'}, {each['expected']} answered {each['answered']}"
        )
        yield f"  {each['count']:>4} × {story}; seeds {', '.join(map(str, each['seeds']))}", False
    yield "Worst misses", True
    for miss in document["misses"]:
        yield f"  {_miss(miss)}", False


def _miss(miss: Mapping[str, Any]) -> str:
    seed = f"seed {miss['seed']}{' healthy' if miss['healthy'] else ''}"
    told = f"expected {_expected(miss)}, answered {_answered(miss)}"
    extras = (
        f"at {miss['confidence']:.2f}" if miss["confidence"] else "",
        "right one among the first three" if miss["in_top3"] and miss["what"] != "inexact path" else "",
        miss["detail"],
        "/".join(miss["traits"]),
    )
    return f"{miss['what']:<14} {seed} {miss['fault']}: {told} {' · '.join(filter(None, extras))}".rstrip()


def _expected(miss: Mapping[str, Any]) -> str:
    return _named(miss["expected"]) if miss["fault"] else "no incident"


def _answered(miss: Mapping[str, Any]) -> str:
    return "by no incident of its own" if miss["what"] in _UNANSWERED else _named(miss["answered"])


def _named(cause: tuple[str, str] | None) -> str:
    return " ".join(cause) if cause else "INCONCLUSIVE"


def _precision(told: Mapping[str, Any]) -> str:
    least = f", so at least {percent(told['at_least'])}" if told["count"] else ""
    return f"{percent(told['share'])} ({told['right']} of {told['count']}{least})"


def _row(shares: Iterable[float | None]) -> str:
    return "".join(f"{percent(each):>9}" for each in shares)


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
