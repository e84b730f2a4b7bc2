import secrets
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from tests.factories import SiteFactory
from tracking import tasks
from tracking.models import FileSalt, FileSalts, InboxHit, LedgerEntry, Salt, TaskRun
from tracking.overwriting import overwrite_deleted

NOW = datetime(2026, 5, 4, 12, 7, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def entry(hit_id: str, age: timedelta) -> None:
    LedgerEntry.objects.create(site_id=1, hit_id=hit_id, accepted_at=NOW - age)


def ledger() -> list[str]:
    return list(LedgerEntry.objects.order_by("pk").values_list("hit_id", flat=True))


def test_forget_removes_ledger_entries_after_seven_days(monkeypatch):
    monkeypatch.setattr(tasks, "LEDGER_CHUNK", 2)
    for number in range(5):
        entry(f"old {number}", timedelta(days=7, seconds=1))
    entry("recent", timedelta(days=7, seconds=-1))

    tasks.forget.call_local()

    assert ["recent"] == ledger()


def test_forget_ends_the_salts_of_days_before_yesterday():
    for day in (1, 2, 3, 4):
        Salt.objects.create(day=datetime(2026, 5, day).date(), key=b"k" * 32)

    tasks.forget.call_local()

    assert [3, 4] == [salt.day.day for salt in Salt.objects.order_by("day")]


def test_forget_ends_the_salts_of_logs_that_were_imported_two_days_ago():
    for site, hours in ((SiteFactory(), 12), (SiteFactory(), 60)):
        FileSalts(site).key(NOW.date())
        FileSalt.objects.filter(site=site).update(made_at=NOW - timedelta(hours=hours))

    tasks.forget.call_local()

    assert [NOW - timedelta(hours=12)] == [salt.made_at for salt in FileSalt.objects.all()]


def test_forget_runs_once_an_hour_however_often_it_is_started(clock):
    tasks.forget.call_local()
    entry("old", timedelta(days=8))
    tasks.forget.call_local()
    kept = ledger()
    clock.shift(timedelta(hours=1))
    tasks.forget.call_local()

    assert (["old"], []) == (kept, ledger())


def test_forget_that_failed_is_run_again(monkeypatch):
    entry("old", timedelta(days=8))
    with monkeypatch.context() as broken:
        broken.setattr(tasks, "keep_salts", away)
        with pytest.raises(OperationalError):
            tasks.forget.call_local()

    tasks.forget.call_local()

    assert [] == ledger()


def away(_day: date) -> None:
    raise OperationalError


def test_a_failure_of_a_run_that_was_not_the_one_takes_no_claim_away():
    hour = timedelta(hours=1)
    TaskRun.claim("task", NOW, since=NOW - hour)

    with pytest.raises(ValueError, match="task"), TaskRun.claimed("task", NOW, since=NOW - hour):
        raise ValueError("task")

    assert not TaskRun.claim("task", NOW, since=NOW - hour)


def test_claim_is_given_to_one_of_two_runs_of_the_same_period():
    claims = [TaskRun.claim("task", NOW, since=NOW - timedelta(hours=1)) for _ in range(2)]

    assert [True, False] == claims


def test_claim_is_given_after_a_run_that_a_wrong_clock_put_in_the_future():
    TaskRun.objects.create(name="task", ran_at=NOW + timedelta(days=1))

    assert TaskRun.claim("task", NOW, since=NOW - timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
def test_forget_leaves_no_byte_of_an_old_salt_in_the_files():
    key, todays = secrets.token_bytes(32), secrets.token_bytes(32)
    Salt.objects.create(day=datetime(2026, 5, 1).date(), key=key)
    Salt.objects.create(day=NOW.date(), key=todays)

    tasks.forget.call_local()
    overwrite_without_readers(key)

    assert ([], True) == (files_with(key), bool(files_with(todays)))


def overwrite_without_readers(key: bytes) -> None:
    """With PostgreSQL: whoever reads just then puts it off, itself gathering statistics too."""
    until = time.monotonic() + 45
    while connection.vendor == "postgresql" and files_with(key) and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        overwrite_deleted()


def files_with(key: bytes) -> list[str]:
    """The files of the database, of PostgreSQL those of its salts, that hold these bytes."""
    return [path.name for path in files_of_salts() if key in path.read_bytes()]


def files_of_salts() -> list[Path]:
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        return [path for path in database.parent.iterdir() if path.name.startswith(database.name)]
    with connection.cursor() as cursor:
        # What was written before is in the files only then.
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT current_setting('data_directory'), pg_relation_filepath('tracking_salt')"
        )
        folder, file = cursor.fetchone()
    path = Path(folder, file)
    return list(path.parent.glob(f"{path.name}*"))


@pytest.mark.parametrize(("seconds", "warned"), [(59, False), (61, True)])
def test_the_net_warns_of_hits_that_wait_longer_than_a_minute(seconds, warned, monkeypatch, caplog):
    happened = NOW - timedelta(seconds=seconds)
    payload = f'{{"time_ms": {int(happened.timestamp() * 1000)}}}'
    InboxHit.objects.create(site_id=1, payload=payload)
    monkeypatch.setattr(tasks, "request_drain", lambda _shard: None)

    tasks.drain_net.call_local()

    assert warned == any("backlog_growing" in record.getMessage() for record in caplog.records)


def test_the_net_asks_for_a_drain_of_each_shard(monkeypatch, settings):
    settings.SHARDS = 2
    asked: list[int] = []
    monkeypatch.setattr(tasks, "request_drain", asked.append)

    tasks.drain_net.call_local()

    assert [0, 1] == asked
