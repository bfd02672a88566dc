"""What people type, what it is about, and what the answer has to say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from copilot.ask import answer
from copilot.asking.intents import Intent, classify
from copilot.asking.question import read_question
from tests.mcp.recorded_world import (
    BROKEN_FIELD,
    CUSTOMERS,
    DEPLOYMENT,
    ENRICHED,
    EVIDENCE,
    GOLD,
    LATE_TABLE,
    PAST,
    PAYMENTS,
    SILVER,
    STREAM,
    RecordedWorld,
)

NOW = datetime(2026, 1, 19, 8, 0, tzinfo=UTC)
PHRASINGS = [
    ("why is orders_gold_daily stale?", Intent.WHY, GOLD, "BLOCKED, 2 hops downstream of orders:created"),
    ("Why is orders_gold_daily missing 380 records?", Intent.WHY, GOLD, DEPLOYMENT),
    ("WHY IS ORDERS_GOLD_DAILY STALE???", Intent.WHY, GOLD, BROKEN_FIELD),
    ("why did urn:dp:orders:created fail", Intent.WHY, STREAM, "1,120 of 1,247 events failed (89.8%)"),
    (
        "what caused the failure of ds://silver/orders_silver",
        Intent.WHY,
        SILVER,
        "Roll back orders-svc to v3.16",
    ),
    ("root cause for orders silver please", Intent.WHY, SILVER, "confidence 94%, HIGH"),
    ("whats wrong with orders_silver", Intent.WHY, SILVER, DEPLOYMENT),
    ("how come orders_enriched is late", Intent.WHY, ENRICHED, "INCONCLUSIVE"),
    ("explain orders_enriched", Intent.WHY, ENRICHED, "Check Spark stage 3 for skew"),
    ("reason for the delay of orders_enriched?", Intent.WHY, ENRICHED, "Suspects, none proven"),
    ("wich deploy broke orders_silver", Intent.CHANGED, SILVER, "(was v3.16), 17 s before first bad"),
    ("what changed before orders_silver broke", Intent.CHANGED, SILVER, DEPLOYMENT),
    ("did we ship something to orders_gold_daily", Intent.CHANGED, GOLD, DEPLOYMENT),
    ("recent deploymnets on orders_silver", Intent.CHANGED, SILVER, DEPLOYMENT),
    ("what changed in payments", Intent.CHANGED, PAYMENTS, "No deployment and no schema change is known"),
    (
        "what is hit by orders:created",
        Intent.HIT,
        STREAM,
        "4 assets downstream of orders:created, 3 of tier 1",
    ),
    (
        "blast radius of orders_silver",
        Intent.HIT,
        SILVER,
        "- gold/orders_gold_daily (Dataset, tier 1, 1 hop): BLOCKED",
    ),
    ("whats downsteam of orders_silver", Intent.HIT, SILVER, "3 assets downstream"),
    ("who is affected by orders_silver?", Intent.HIT, SILVER, "finance-data (gold/orders_gold_daily)"),
    ("what depends on ds://silver/orders_silver", Intent.HIT, SILVER, "exec:daily_orders"),
    (
        "what is downstream of raw/payments",
        Intent.HIT,
        PAYMENTS,
        "Nothing is known downstream of raw/payments",
    ),
    (
        "what is upstream of orders_gold_daily",
        Intent.UPSTREAM,
        GOLD,
        "- orders:created (Dataset, tier 1, 2 hops)",
    ),
    ("what feeds orders_gold_daily", Intent.UPSTREAM, GOLD, "CRITICAL"),
    ("who owns orders_gold_daily?", Intent.OWNER, GOLD, "owned by finance-data (tier 1)"),
    ("whose table is orders_gold_daily", Intent.OWNER, GOLD, "on orders:created, owned by orders-team"),
    ("who do I call about payments", Intent.OWNER, PAYMENTS, "payments-team"),
    (
        "which team is responsible for raw/customers",
        Intent.OWNER,
        CUSTOMERS,
        "No owner is registered for raw/customers",
    ),
    ("is payments healthy?", Intent.HEALTH, PAYMENTS, "payments is OK (tier 2)"),
    ("is orders_gold_daily up to date", Intent.HEALTH, GOLD, "Watermark dt=2024-01-15"),
    ("how is orders enriched doing", Intent.HEALTH, ENRICHED, "CRITICAL"),
    ("status of orders:created", Intent.HEALTH, STREAM, "CRITICAL CONTRACT at 2024-01-15 10:00 UTC"),
    ("is orders_gold_daily stale", Intent.HEALTH, GOLD, "BLOCKED"),
    ("can i trust raw/customers", Intent.HEALTH, CUSTOMERS, "customers is OK"),
    ("when did orders_silver start failing", Intent.WHEN, SILVER, "First bad 2024-01-15 09:58:02 UTC"),
    ("since when is orders_enriched late", Intent.WHEN, ENRICHED, "It has been bad for 50 min"),
    ("last good run of orders_enriched?", Intent.WHEN, ENRICHED, "last good 2026-01-18 06:47 UTC"),
    ("when was payments broken", Intent.WHEN, PAYMENTS, "It lasted 2 h 50 min"),
    ("what should I do about orders_silver", Intent.ACTION, SILVER, "1. Roll back orders-svc to v3.16"),
    ("how do we fix orders_silver", Intent.ACTION, SILVER, "2. Replay the quarantined records"),
    ("next steps for orders_enriched", Intent.ACTION, ENRICHED, "No cause is proven yet (INCONCLUSIVE"),
    ("what do I check next on orders_enriched", Intent.ACTION, ENRICHED, "Check next:"),
    ("how do you know? i mean orders_silver", Intent.EVIDENCE, SILVER, "-INTRODUCED-> FailureSignature"),
    (
        "how confident are you about orders_silver",
        Intent.EVIDENCE,
        SILVER,
        "time_proximity 0.97 (weight 0.30)",
    ),
    ("show me the evidence for orders:created", Intent.EVIDENCE, STREAM, EVIDENCE),
    ("are you sure about orders_enriched", Intent.EVIDENCE, ENRICHED, "INCONCLUSIVE, confidence 44%, LOW"),
    ("what is missing for orders_enriched", Intent.MISSING, ENRICHED, "No commit events of ds://raw/clicks"),
    ("what can't you see on orders_enriched", Intent.MISSING, ENRICHED, "No stage timings of the run"),
    ("missing evidence in orders_silver?", Intent.MISSING, SILVER, "Nothing is listed as missing"),
    ("which incidents hit orders_silver", Intent.LIST, SILVER, "1 open incident for silver/orders_silver"),
    (f"incident {BROKEN_FIELD}", Intent.SHOW, BROKEN_FIELD, "Contract violation: orders:created."),
    (f"why {BROKEN_FIELD.lower()}", Intent.WHY, BROKEN_FIELD, DEPLOYMENT),
    ("show incident 2", Intent.SHOW, BROKEN_FIELD, "Data sets hit: orders:created and silver/orders_silver"),
    ("tell me about the latest incident", Intent.SHOW, LATE_TABLE, "STALE"),
    (
        "does orders_gold_daily depend on orders_silver",
        Intent.UPSTREAM,
        GOLD,
        "- silver/orders_silver (Dataset, tier 1, 1 hop)",
    ),
    ("did orders_silver recover", Intent.HEALTH, SILVER, "orders_silver is WARNING"),
    ("why orders_glod_dialy", Intent.WHY, GOLD, DEPLOYMENT),
    ("what did orders-svc:v3.17 break", Intent.HIT, DEPLOYMENT, "4 assets downstream of orders:created"),
    ("why payments", Intent.WHY, PAYMENTS, "payments has no open incident. This is its last one, " + PAST),
]
WITHOUT_A_NAME = [
    ("list incidents", Intent.LIST, "2 open incidents, newest first:"),
    ("what's broken right now?", Intent.LIST, f"1. {LATE_TABLE}"),
    ("any open incidents", Intent.LIST, f"2. {BROKEN_FIELD}"),
    ("is everything ok?", Intent.HEALTH, "7 data sets: 2 CRITICAL, 3 WARNING and 2 OK."),
    ("list all datasets", Intent.HEALTH, "Well: raw/customers and raw/payments."),
    ("status", Intent.HEALTH, "2 open incidents"),
    ("help", Intent.HELP, "Name a data set"),
    ("what can you do", Intent.HELP, "Name a data set"),
    ("why?", Intent.WHY, "Which one do you mean?"),
    ("when did it start", Intent.WHEN, "Which one do you mean?"),
    ("tell me a joke", None, "I can't answer that one."),
]


def ask(question: str, **more: Any) -> dict[str, Any]:
    return answer(question, RecordedWorld(), now=NOW, **more)


@pytest.mark.parametrize(("question", "intent", "about", "says"), PHRASINGS)
def test_a_phrasing_is_understood_and_answered(question: str, intent: Intent, about: str, says: str) -> None:
    told = ask(question)
    assert classify(read_question(question)) is intent
    assert told["subject"]["key"] == about
    assert says in told["answer"]
    assert told["citations"]


@pytest.mark.parametrize(("question", "intent", "says"), WITHOUT_A_NAME)
def test_a_question_without_a_name_is_answered_too(question: str, intent: Intent | None, says: str) -> None:
    assert classify(read_question(question)) is intent
    assert says in ask(question)["answer"]


def test_at_least_forty_phrasings_are_held() -> None:
    assert len({question for question, *_ in PHRASINGS}) >= 40
    assert {intent for _, intent, *_ in PHRASINGS} | {Intent.HELP} == set(Intent)
