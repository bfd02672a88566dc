import pytest

from ingest.identity import Identity
from ingest.translate import translate
from signal_factory.errors import InvalidEvent
from signal_factory.wire import read_envelope


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:00Z"])
@pytest.mark.parametrize("field", ["event_time", "scheduled_time", "actual_start_time"])
def test_a_time_from_which_nothing_can_be_counted_is_refused(field, moment):
    body = {
        "event_type": "JobRunStarted", "event_time": "2026-01-19T02:00:00Z", "producer_urn": "job://a/b",
        "run_id": "r", field: moment,
    }  # fmt: skip
    envelope = read_envelope({"time": "2026-01-19T02:00:00Z", "kind": "job_event", "body": body})
    with pytest.raises(InvalidEvent, match="out of range"):
        translate(envelope, Identity())
