import asyncio
import threading

import pytest
from msgspec.json import encode

from tests.factories import SiteFactory
from tracking import drains, tasks
from tracking.drains import DrainRequests
from tracking.ingest.hit import WaitingHit
from tracking.models import Event, InboxHit
from tracking.tasks import HUEY

PATIENCE = 10
SITE = 1


@pytest.fixture
def requests(monkeypatch):
    """The requests that reach the queue, as they come; raises what `failing` holds first."""
    reached = Requests()
    monkeypatch.setattr(tasks, "request_drain", reached)
    monkeypatch.setattr(drains, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(drains, "REPEAT_SECONDS", 0.01)
    return reached


class Requests:
    def __init__(self) -> None:
        self.failing: list[Exception] = []
        self.tried = 0
        self.made = threading.Semaphore(0)

    def __call__(self, shard: int) -> None:
        self.tried += 1
        if self.failing:
            raise self.failing.pop()
        self.made.release()

    async def one_made(self, seconds: float = PATIENCE) -> bool:
        return await asyncio.to_thread(self.made.acquire, timeout=seconds)


async def test_a_drain_is_asked_after_a_commit_and_once_more_when_all_is_quiet(requests):
    DrainRequests().ask()

    assert [True, True, False] == [
        await requests.one_made(),
        await requests.one_made(),
        await requests.one_made(seconds=0.2),
    ]


async def test_commits_that_follow_one_another_ask_together(requests, monkeypatch):
    paused, over = [], asyncio.Event()

    async def pause(seconds: float) -> None:
        paused.append(seconds)
        await over.wait()

    monkeypatch.setattr(drains, "REPEAT_SECONDS", PATIENCE)
    monkeypatch.setattr(drains.asyncio, "sleep", pause)
    drain_requests = DrainRequests()
    drain_requests.ask()
    await requests.one_made()
    for _ in range(3):
        drain_requests.ask()
    meanwhile = await requests.one_made(seconds=0.1)
    over.set()

    assert (False, True, False, [drains.PAUSE_SECONDS] * 2) == (
        meanwhile,
        await requests.one_made(),
        await requests.one_made(seconds=0.1),
        paused,
    )


async def test_a_drain_is_asked_again_while_the_queue_is_down(requests):
    requests.failing = [ConnectionError(), ConnectionError()]

    DrainRequests().ask()

    assert await requests.one_made()
    assert requests.tried >= 3


def wait() -> None:
    hit = WaitingHit(0, visitor=1, visitor_before=None, name="pageview", url="https://example.com/")
    InboxHit.objects.create(site_id=SITE, payload=encode(hit).decode())


@pytest.fixture
def queue():
    HUEY.storage.flush_all()
    yield HUEY
    HUEY.storage.flush_all()


def test_a_second_request_asks_nothing_while_one_is_pending(queue):
    tasks.request_drain(0)
    tasks.request_drain(0)

    assert 1 == len(queue)


def test_a_request_is_made_again_when_the_pending_one_was_lost(queue, time_machine):
    time_machine.move_to("2026-05-04T12:00:00Z", tick=False)
    tasks.request_drain(0)
    queue.storage.flush_queue()
    time_machine.shift(tasks.PENDING_SECONDS)
    tasks.request_drain(0)

    assert 1 == len(queue)


@pytest.mark.django_db
def test_a_request_during_a_drain_asks_for_another(queue):
    tasks.request_drain(0)
    tasks.drain.call_local(0)
    tasks.request_drain(0)

    assert 2 == len(queue)


@pytest.mark.django_db
def test_a_drain_stays_for_the_hits_that_come_while_it_gathers(queue, monkeypatch):
    SiteFactory(pk=SITE)
    coming = [wait, wait]
    monkeypatch.setattr(tasks.time, "sleep", lambda _seconds: coming and coming.pop()())
    wait()

    tasks.drain.call_local(0)

    assert (3, 0, 0) == (Event.objects.count(), InboxHit.objects.count(), len(queue))


@pytest.mark.django_db
def test_a_drain_whose_time_is_over_asks_for_another_where_hits_still_come(queue, monkeypatch):
    monkeypatch.setattr(tasks, "STAY_SECONDS", 0)
    taken = iter([1, 1])
    monkeypatch.setattr(tasks.draining, "drain", lambda _shard: next(taken))

    tasks.drain.call_local(0)

    assert 1 == len(queue)


def drains_that_take(monkeypatch, *hits: int) -> None:
    """Of drains one after the other; a commit asks for another during each that finds nothing."""
    rest = list(hits)

    def fake(shard: int) -> int:
        taken = rest.pop(0)
        if not taken:
            tasks.request_drain(shard)
        return taken

    monkeypatch.setattr(tasks.draining, "drain", fake)


def test_a_hit_that_comes_during_the_last_look_asks_for_another_drain(queue, monkeypatch):
    drains_that_take(monkeypatch, 0, 0)
    tasks.request_drain(0)

    tasks.drain.call_local(0)

    assert 2 == len(queue)


def test_a_hit_that_the_last_look_finds_asks_for_another_drain(queue, monkeypatch):
    drains_that_take(monkeypatch, 0, 1)
    tasks.request_drain(0)

    tasks.drain.call_local(0)

    assert 2 == len(queue)


def test_a_drain_ends_after_a_while_though_hits_keep_coming(queue, monkeypatch):
    monkeypatch.setattr(tasks, "STAY_SECONDS", 0)
    drains_that_take(monkeypatch, 1, 1)

    tasks.drain.call_local(0)

    assert 1 == len(queue)


def test_a_request_is_made_again_when_the_clock_was_set_back(queue, time_machine):
    time_machine.move_to("2026-05-04T12:00:00Z", tick=False)
    tasks.request_drain(0)
    time_machine.shift(-3600)
    tasks.request_drain(0)

    assert 2 == len(queue)


async def test_each_shard_is_asked_for_a_drain(requests, settings):
    settings.SHARDS = 2

    DrainRequests().ask()

    assert [True] * 4 == [await requests.one_made() for _ in range(4)]


async def test_a_queue_that_is_down_is_logged_once(requests, caplog):
    requests.failing = [ConnectionError(), ConnectionError()]

    DrainRequests().ask()
    await requests.one_made()

    assert 1 == sum("queue_down" in record.getMessage() for record in caplog.records)
