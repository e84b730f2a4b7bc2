"""What one commit of the inbox does, whatever else happens at the same time."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from msgspec.json import decode

from tracking.ingest import inbox
from tracking.ingest.accept import Accepted, Refused
from tracking.ingest.hit import WaitingHit
from tracking.ingest.refusals import Reason, StorageDown
from tracking.models import InboxHit, RefusalCount

pytestmark = pytest.mark.django_db

DAY = date(2026, 5, 4)
PATIENCE = 10


def accepted(hit_id: str = "", site_id: int = 1, name: str = "x") -> Accepted:
    waiting = WaitingHit(0, visitor=1, visitor_before=None, name=name, url="https://example.com/")
    return Accepted(site_id, hit_id, waiting)


def stored() -> list[tuple[int, str]]:
    """Site and name of each waiting hit."""
    rows = InboxHit.objects.order_by("id")
    return [(row.site_id, decode(row.payload, type=WaitingHit).name) for row in rows]


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


def test_of_hits_with_one_id_the_first_is_kept():
    inbox.commit([accepted("a", name="first"), accepted("a", name="again")], Counter())
    inbox.commit([accepted("a", name="later")], Counter())

    assert [(1, "first")] == stored()


def test_an_id_that_one_site_knows_is_new_to_another():
    inbox.commit([accepted("a")], Counter())
    inbox.commit([accepted("a"), accepted("b"), accepted("a", site_id=2)], Counter())

    assert [(1, "x"), (1, "x"), (2, "x")] == stored()


def test_counts_of_refused_hits_add_up():
    for _ in range(2):
        inbox.commit([], Counter({(1, DAY, "bot"): 3}))

    assert [(1, DAY, "bot", 6)] == list(
        RefusalCount.objects.values_list("site_id", "day", "reason", "count")
    )


async def test_counts_of_refused_hits_outlast_a_commit_that_fails(monkeypatch):
    written: list[int] = []

    def commit(_accepted: list, refused: Counter) -> None:
        written.append(refused.total())
        if len(written) == 1:
            raise OSError

    monkeypatch.setattr(inbox, "commit", commit)
    with ThreadPoolExecutor(1) as storage:
        hits = inbox.Inbox(storage, lambda: None)
        await hits.put([Refused(Reason.BOT, 1)])
        with suppress(StorageDown):
            await hits.put([accepted()])
        await hits.put([Refused(Reason.BOT, 1)])
        await hits.flush_refusals()
        await hits.flush_refusals()

    assert [1, 2] == written


async def test_a_drain_is_asked_after_commits_with_hits_alone(monkeypatch):
    monkeypatch.setattr(inbox, "commit", lambda *_: None)
    asked: list[str] = []
    with ThreadPoolExecutor(1) as storage:
        hits = inbox.Inbox(storage, lambda: asked.append("drain"))
        await hits.put([Refused(Reason.BOT, 1)])
        await hits.flush_refusals()
        before = list(asked)
        await hits.put([accepted()])

    assert ([], ["drain"]) == (before, asked)


async def test_a_sender_that_leaves_takes_no_answer_from_another(monkeypatch):
    names: list[str] = []
    monkeypatch.setattr(
        inbox, "commit", lambda rows, _: names.extend(row.waiting.name for row in rows)
    )
    with ThreadPoolExecutor(1) as storage:
        hits = inbox.Inbox(storage, lambda: None)
        leaving = asyncio.ensure_future(hits.put([accepted(name="leaving")]))
        staying = asyncio.ensure_future(hits.put([accepted(name="staying")]))
        await asyncio.sleep(0)
        leaving.cancel()

        async with asyncio.timeout(PATIENCE):
            await staying

    assert ["leaving", "staying"] == names


async def test_what_no_memory_is_left_for_is_refused_whatever_its_site(monkeypatch):
    monkeypatch.setattr(inbox, "MOST_WAITING", 2)
    monkeypatch.setattr(inbox, "commit", lambda *_: None)
    with ThreadPoolExecutor(1) as storage:
        hits = inbox.Inbox(storage, lambda: None)

        answers = await asyncio.gather(
            *(hits.put([accepted(site_id=site_id)]) for site_id in (1, 2, 3)),
            return_exceptions=True,
        )
        await hits.put([accepted(site_id=3)])

    assert [None, None, StorageDown] == [answer and type(answer) for answer in answers]


def test_a_commit_that_failed_leaves_no_connection_to_the_next(monkeypatch):
    closed: list[str] = []
    monkeypatch.setattr(connection, "close", lambda: closed.append("connection"))
    monkeypatch.setattr(inbox, "insert", failing)

    with pytest.raises(OperationalError):
        inbox.commit([accepted()], Counter())

    assert ["connection"] == closed


def failing(_rows: object) -> None:
    raise OperationalError("the server closed the connection unexpectedly")


async def test_storage_that_fails_is_logged_once_until_it_works(monkeypatch, caplog):
    outcomes = [OSError(), OSError(), None, OSError()]

    def commit(_accepted: object, _refused: object) -> None:
        if error := outcomes.pop(0):
            raise error

    monkeypatch.setattr(inbox, "commit", commit)
    with ThreadPoolExecutor(1) as storage:
        hits = inbox.Inbox(storage, lambda: None)
        for _ in range(4):
            with suppress(StorageDown):
                await hits.put([accepted()])

    assert 2 == sum("hits_not_stored" in record.getMessage() for record in caplog.records)


async def test_while_storage_fails_only_one_sender_at_a_time_waits_for_it(monkeypatch):
    tries: list[int] = []

    def commit(rows: list, _refused: object) -> None:
        tries.append(len(rows))
        if len(tries) < 3:
            raise OSError

    monkeypatch.setattr(inbox, "commit", commit)
    with ThreadPoolExecutor(1) as storage:
        hits = inbox.Inbox(storage, lambda: None)
        rounds = [
            await asyncio.gather(
                *(hits.put([accepted()]) for _ in range(3)), return_exceptions=True
            )
            for _ in range(4)
        ]

    assert ([3, 1, 1, 3], [3, 3, 2, 0]) == (
        tries,
        [sum(isinstance(answer, StorageDown) for answer in answers) for answers in rounds],
    )


async def test_a_flooded_site_is_refused_while_others_are_taken(monkeypatch):
    monkeypatch.setattr(inbox, "MOST_WAITING_OF_A_SITE", 2)
    stored: list[int] = []
    monkeypatch.setattr(inbox, "commit", lambda rows, _: stored.extend(row.site_id for row in rows))
    with ThreadPoolExecutor(1) as storage:
        hits = inbox.Inbox(storage, lambda: None)
        flood, other = [accepted(site_id=1)], [accepted(site_id=2)]

        answers = await asyncio.gather(
            *(hits.put(each) for each in (flood, flood, flood, other)), return_exceptions=True
        )
        await hits.put(flood)

    assert ([None, None, StorageDown, None], [1, 1, 2, 1]) == (
        [answer and type(answer) for answer in answers],
        stored,
    )


async def test_of_a_list_that_is_too_long_to_wait_nothing_is_taken_or_counted(monkeypatch):
    monkeypatch.setattr(inbox, "MOST_WAITING", 2)
    commits: list[tuple[int, int]] = []
    monkeypatch.setattr(
        inbox, "commit", lambda rows, refused: commits.append((len(rows), refused.total()))
    )
    with ThreadPoolExecutor(1) as storage:
        hits = inbox.Inbox(storage, lambda: None)

        with pytest.raises(StorageDown):
            await hits.put([Refused(Reason.BOT, 1), *[accepted()] * 3])
        await hits.put([accepted()])

    assert [(1, 0)] == commits


async def test_a_flooded_site_is_taken_again_as_its_hits_are_committed(monkeypatch):
    monkeypatch.setattr(inbox, "MOST_A_COMMIT", 1)
    monkeypatch.setattr(inbox, "MOST_WAITING_OF_A_SITE", 2)
    monkeypatch.setattr(inbox, "commit", lambda *_: None)
    with ThreadPoolExecutor(1) as storage:
        hits = inbox.Inbox(storage, lambda: None)
        both = asyncio.gather(hits.put([accepted()]), hits.put([accepted()]))
        last = asyncio.gather(*(hits.put([accepted(site_id=other)]) for other in (2, 3, 4)))
        await both

        assert not last.done()
        await hits.put([accepted()])
        await last
