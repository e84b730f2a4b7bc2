"""What one commit of the inbox does, whatever else happens at the same time."""

from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tracking.ingest import inbox
from tracking.ingest.accept import Accepted
from tracking.ingest.hit import WaitingHit

pytestmark = pytest.mark.django_db

DAY = date(2026, 5, 4)


def accepted(hit_id: str) -> Accepted:
    waiting = WaitingHit(0, visitor=1, visitor_before=None, name="x", url="https://example.com/")
    return Accepted(1, hit_id, waiting)


def statements(ids: list[str], reasons: list[str]) -> list[str]:
    """What a commit says to the database, less the times."""
    refused = Counter({(1, DAY, reason): 1 for reason in reasons})
    with CaptureQueriesContext(
        connection,
    ) as captured:
        inbox.commit([accepted(hit_id) for hit_id in ids], refused)
    return [query["sql"] for query in captured]


def test_rows_that_other_processes_lock_too_are_taken_in_one_order():
    said = "\n".join(statements(["b", "c", "a"], ["opted_out", "bot"]))

    ids = [said.index(f"'{hit_id}'") for hit_id in ("a", "b", "c")]
    reasons = [said.index(f"'{reason}'") for reason in ("bot", "opted_out")]
    assert (sorted(ids), sorted(reasons)) == (ids, reasons)
