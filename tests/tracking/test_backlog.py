"""What the backlog says of the inbox."""

import pytest

from tracking import backlog
from tracking.backlog import Backlog, measure
from tracking.models import EventLog, InboxHit, QuarantinedHit

pytestmark = pytest.mark.django_db

NOW = 1_800_000_000


def wait(seconds_ago: float) -> InboxHit:
    payload = f'{{"time_ms":{int((NOW - seconds_ago) * 1000)}}}'
    return InboxHit.objects.create(site_id=1, payload=payload)


def test_an_empty_inbox_has_no_backlog():
    EventLog.objects.all().delete()

    assert Backlog(hits=0, exact=True, oldest_seconds=0, quarantined=0, last_event=0) == measure(
        NOW
    )


def test_waiting_hits_are_counted_from_the_first():
    EventLog.objects.update_or_create(defaults={"last_id": 70})
    QuarantinedHit.objects.create(site_id=1, payload="{}", error="x")
    wait(90.5)
    wait(3)

    assert Backlog(
        hits=2, exact=True, oldest_seconds=90.5, quarantined=1, last_event=70
    ) == measure(NOW)


def test_many_waiting_hits_are_told_by_their_ids(monkeypatch):
    monkeypatch.setattr(backlog, "MOST_COUNTED", 3)
    _, gone, _, _ = [wait(1) for _ in range(4)]
    gone.delete()

    now = measure(NOW)

    assert (4, False) == (now.hits, now.exact)


@pytest.mark.parametrize("payload", ["", "[]", '{"time_ms":"x"}', "{}"])
def test_a_hit_that_cannot_be_read_has_no_age(payload):
    InboxHit.objects.create(site_id=1, payload=payload)

    assert 0 == measure(NOW).oldest_seconds


def test_a_hit_of_a_clock_ahead_has_no_age():
    wait(-60)

    assert 0 == measure(NOW).oldest_seconds
