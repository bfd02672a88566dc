"""Ways in which two occurrences of one failure differ: each keeps the cause and changes the rest."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from graph.signatures.score import Labelled, read_corpus

HERE = Path(__file__).parent
TUNING = HERE / "corpus_tuning.jsonl"
HELDOUT = HERE / "corpus_heldout.jsonl"
PUBLIC_TUNING = HERE / "corpus_public_tuning.jsonl"
PUBLIC_HELDOUT = HERE / "corpus_public_heldout.jsonl"
WIDE_TUNING = HERE / "corpus_wide_tuning.jsonl"
WIDE_HELDOUT = HERE / "corpus_wide_heldout.jsonl"
WIDE_BLIND = HERE / "corpus_wide_blind.jsonl"
WIDE_RETOLD = HERE / "corpus_wide_retold.jsonl"
RUN = HERE / "corpus_run.jsonl"
UNREAD = (HERE / "corpus_unread_a.jsonl", HERE / "corpus_unread_b.jsonl")
"""Nobody who changes the code has read them; they are not for tuning."""


@dataclass(frozen=True)
class Salt:
    """The accidental values of one occurrence."""

    number: int
    hexa: str
    word: str


Mutation = Callable[[str, Salt], str]

_STAMP = "2025-{m:02d}-{d:02d}{sep}{h:02d}:{mi:02d}:{s:02d}"


def _stamp(salt: Salt, sep: str = " ") -> str:
    n = salt.number
    return _STAMP.format(m=n % 12 + 1, d=n % 28 + 1, h=n % 24, mi=n % 60, s=n % 59, sep=sep)


def _first_line(prefix: str, text: str) -> str:
    return prefix + text.lstrip("\n")


def _every_line(prefix: str, text: str) -> str:
    return "\n".join(prefix + line for line in text.split("\n"))


def airflow_prefix(text: str, salt: Salt) -> str:
    return _first_line(f"[{_stamp(salt, ', ')} UTC] {{taskinstance.py:{salt.number}}} ERROR - ", text)


def airflow_prefix_on_every_line(text: str, salt: Salt) -> str:
    return _every_line(
        f"[{_stamp(salt, 'T')}.{salt.number:03d}+0000] {{subprocess.py:{salt.number}}} WARNING - ", text
    )


def log4j_prefix(text: str, salt: Salt) -> str:
    return _first_line(
        f"{_stamp(salt)},{salt.number % 1000:03d} ERROR [worker-{salt.number}] o.a.s.{salt.word.title()}: ",
        text,
    )


def python_prefix(text: str, salt: Salt) -> str:
    return _first_line(f"{_stamp(salt)},{salt.number % 1000:03d} - {salt.word}.jobs - ERROR - ", text)


def dbt_prefix(text: str, salt: Salt) -> str:
    return _first_line(f"{_stamp(salt)[11:]} | ", text)


def syslog_prefix(text: str, salt: Salt) -> str:
    return _first_line(
        f"Jan {salt.number % 28 + 1:2d} {_stamp(salt)[11:]} ip-10-0-{salt.number % 255}-7 spark[{salt.number}]: ",
        text,
    )


def spark_prefix(text: str, salt: Salt) -> str:
    return _first_line(f"25/01/{salt.number % 28 + 1:02d} {_stamp(salt)[11:]} ERROR TaskSetManager: ", text)


def colours(text: str, salt: Salt) -> str:
    del salt
    return "\x1b[31m" + text.replace("\n", "\x1b[0m\n\x1b[31m") + "\x1b[0m"


def windows_line_ends(text: str, salt: Salt) -> str:
    del salt
    return text.replace("\n", "\r\n")


def line_numbers(text: str, salt: Salt) -> str:
    text = re.sub(r", line \d+", f", line {salt.number}", text)
    return re.sub(r"(\.(?:java|scala)):\d+\)", rf"\1:{salt.number})", text)


def folders(text: str, salt: Salt) -> str:
    return re.sub(r"/(?:opt|srv|home|lake|mnt)(?=/)", f"/{salt.word}/{salt.hexa}", text)


def memory_addresses(text: str, salt: Salt) -> str:
    return re.sub(r"0x[0-9a-f]{6,}", f"0x{salt.hexa}", text)


def uuids(text: str, salt: Salt) -> str:
    return re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-", f"{salt.hexa[:8]}-{salt.hexa[:4]}-", text)


def hosts(text: str, salt: Salt) -> str:
    text = re.sub(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", f"10.{salt.number % 200}.3.4", text)
    return re.sub(r"ip-\d+-\d+-\d+-\d+", f"ip-10-1-2-{salt.number % 200}", text)


def task_ids(text: str, salt: Salt) -> str:
    text = re.sub(r"TID \d+", f"TID {salt.number}", text)
    return re.sub(
        r"[Tt]ask \d+(\.\d+)? in stage \d+",
        lambda m: m[0][0] + f"ask {salt.number}.1 in stage {salt.number}",
        text,
    )


def times(text: str, salt: Salt) -> str:
    text = re.sub(r"\b\d\d:\d\d:\d\d\b", _stamp(salt)[11:], text)
    return re.sub(r"\b20\d\d-\d\d-\d\d(?=[ ,T])", _stamp(salt)[:10], text)


def trailing_noise(text: str, salt: Salt) -> str:
    return f"{text.rstrip()}\n{_stamp(salt)} INFO ShutdownHookManager: Deleting directory /scratch/spark-{salt.hexa}\n"


MUTATIONS: tuple[Mutation, ...] = (
    airflow_prefix,
    airflow_prefix_on_every_line,
    log4j_prefix,
    python_prefix,
    dbt_prefix,
    syslog_prefix,
    spark_prefix,
    colours,
    windows_line_ends,
    line_numbers,
    folders,
    memory_addresses,
    uuids,
    hosts,
    task_ids,
    times,
    trailing_noise,
)


def corpus() -> list[Labelled]:
    """Both halves."""
    return read_corpus(TUNING) + read_corpus(HELDOUT)
