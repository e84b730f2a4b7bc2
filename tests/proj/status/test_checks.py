"""What the status page finds, of a server that is well and of one that is not."""

import socket
from datetime import UTC, datetime, timedelta
from queue import Queue
from threading import Thread
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import Error, OperationalError

from proj.status import checks, finding
from proj.status.checks import CHECKS
from proj.status.finding import Check, State, ok, run
from tests.factories import EventFactory
from tracking.backlog import Backlog
from tracking.ingest.one_address import ONE_ADDRESS
from tracking.models import QuarantinedHit, TaskRun
from tracking.tasks import HEARTBEAT

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
GB = 10**9


@pytest.fixture(autouse=True)
def empty_cache():
    cache.delete(ONE_ADDRESS)


def ran(name: str, ago: timedelta) -> None:
    TaskRun.objects.create(name=name, ran_at=NOW - ago)


def test_each_check_finds_something_and_says_what_to_do_where_it_is_not_well():
    found = run(CHECKS, NOW)

    assert [check.name for check in CHECKS] == [each.name for each in found]
    assert [] == [each for each in found if each.finding.words.startswith("not known")]
    assert [] == [
        each for each in found if each.finding.state is not State.OK and not each.finding.advice
    ]


@pytest.mark.parametrize(
    ("ago", "state"),
    [
        (timedelta(minutes=3), State.OK),
        (timedelta(minutes=3, seconds=1), State.BAD),
        (None, State.BAD),
    ],
    ids=["at work", "away", "never"],
)
def test_workers_are_known_by_the_task_of_each_minute(ago, state):
    if ago:
        ran(HEARTBEAT, ago)

    assert state is checks.workers(NOW).state


@pytest.mark.parametrize(("seconds", "state"), [(60, State.OK), (61, State.LOOK), (601, State.BAD)])
def test_an_inbox_that_is_behind_is_looked_at(monkeypatch, seconds, state):
    now = Backlog(hits=12_345, exact=False, oldest_seconds=seconds, quarantined=0, last_event=0)
    monkeypatch.setattr("tracking.backlog.measure", lambda: now)

    found = checks.waiting(NOW)
    assert (state, f"about 12,345 waiting, the oldest for {seconds} s") == (
        found.state,
        found.words,
    )


def test_quarantined_hits_are_to_be_looked_at():
    empty = checks.quarantine(NOW)
    QuarantinedHit.objects.create(site_id=1, payload="no", error="ValueError")

    assert (State.OK, State.LOOK) == (empty.state, checks.quarantine(NOW).state)


@pytest.mark.parametrize(
    ("events", "ago", "state"),
    [
        (0, None, State.OK),
        (1, timedelta(hours=3), State.OK),
        (1, timedelta(hours=4), State.LOOK),
        (1, None, State.LOOK),
    ],
    ids=["nothing to seal", "lately", "long ago", "never"],
)
def test_sealing_that_is_late_is_looked_at(events, ago, state):
    EventFactory.create_batch(events)
    if ago:
        ran("seal", ago)

    assert state is checks.sealing(NOW).state


@pytest.mark.parametrize(
    ("ago", "state"),
    [
        (timedelta(hours=50), State.OK),
        (timedelta(hours=50, seconds=1), State.LOOK),
        (None, State.LOOK),
    ],
    ids=["each night", "not for two nights", "never"],
)
def test_a_backup_that_is_missing_is_looked_at(ago, state):
    if ago:
        ran("backup", ago)

    assert state is checks.backup(NOW).state


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [
        (200, 1000, State.OK),
        (99, 1000, State.LOOK),
        (29, 1000, State.BAD),
        (6, 20, State.OK),
        (4.9, 20, State.LOOK),
        (0.9, 20, State.BAD),
    ],
)
def test_a_disk_that_fills_is_said_in_time(monkeypatch, free, total, state):
    usage = SimpleNamespace(free=int(free * GB), total=total * GB)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)

    assert state is checks.disk(NOW).state


@pytest.mark.parametrize(
    ("days", "state"), [(89, State.OK), (91, State.LOOK)], ids=["young", "old"]
)
def test_places_that_are_old_are_looked_at(days, state):
    built = checks.places(NOW).words.rpartition(" of ")[2]
    then = datetime.strptime(built, "%d %B %Y").replace(tzinfo=UTC)

    assert state is checks.places(then + timedelta(days=days)).state


@pytest.mark.parametrize(
    ("backend", "state", "words"),
    [
        ("smtp", State.OK, "Sent through"),
        ("filebased", State.LOOK, "Written as files below /mails"),
        ("console", State.LOOK, "printed to the log"),
    ],
)
def test_mail_that_is_not_sent_is_said(settings, backend, state, words):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    settings.EMAIL_FILE_PATH = "/mails"

    found = checks.mail(NOW)

    assert (state, True) == (found.state, words in found.words)


def test_hits_that_all_come_from_one_address_are_said():
    before = checks.one_address(NOW).state
    cache.set(ONE_ADDRESS, NOW)

    assert (State.OK, State.BAD) == (before, checks.one_address(NOW).state)


def test_pending_migrations_are_said(monkeypatch):
    monkeypatch.setattr(
        "django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [1, 2]
    )

    found = checks.migrations(NOW)

    assert (State.BAD, "2 to be applied") == (found.state, found.words)


def test_redis_that_is_away_is_a_line(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    [found] = run([Check("Redis", checks.redis, needs_database=False)], NOW)

    assert (State.BAD, "not known: ConnectionError") == (found.finding.state, found.finding.words)


def test_a_warehouse_that_hangs_is_waited_for_no_longer_than_a_moment(settings, monkeypatch):
    monkeypatch.setattr(checks, "SECONDS", 1)
    given_up: Queue[bool] = Queue()

    def hang(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            line.settimeout(20)
            try:
                while line.recv(1000):
                    pass
                given_up.put(True)
            except TimeoutError:
                given_up.put(False)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=hang, args=[listener], daemon=True).start()
        settings.WAREHOUSE = f"clickhouse://127.0.0.1:{listener.getsockname()[1]}/footfall"
        [found] = run([Check("Warehouse", checks.warehouse, needs_database=False)], NOW)

    assert (True, "not known: OperationalError") == (given_up.get(timeout=30), found.finding.words)


def test_a_database_that_is_away_is_asked_once(monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(finding, "database_answers", lambda: False)
    some = [
        Check("Inbox", lambda _now: asked.append("inbox") or ok("")),
        Check("Disk", lambda _now: asked.append("disk") or ok(""), needs_database=False),
    ]

    found = run(some, NOW)

    assert (["disk"], [State.BAD, State.OK]) == (asked, [each.finding.state for each in found])


@pytest.mark.parametrize("error", [OperationalError("secret"), ValueError("secret")])
def test_what_cannot_be_found_out_is_a_line_without_what_the_error_says(error):
    def fails(_now: datetime):
        raise error

    [found] = run([Check("Inbox", fails)], NOW)

    assert (State.BAD, False) == (found.finding.state, "secret" in str(found))


def test_a_database_that_does_not_answer_is_told_by_its_error(monkeypatch):
    class Away:
        def cursor(self):
            raise Error

    monkeypatch.setattr(finding, "connection", Away())

    assert not finding.database_answers()
