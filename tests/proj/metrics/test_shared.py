"""What processes that serve together tell each other of what they counted."""

import errno
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import CollectorRegistry, Counter

from proj.metrics import shared
from proj.metrics.families import Family, added, collected
from proj.metrics.shared import Sharing


@pytest.fixture
def counts(monkeypatch):
    """Hits as the next process that writes or tells its figures has counted them."""
    now = {"hits": 0}

    def own() -> list[Family]:
        registry = CollectorRegistry()
        Counter("hits", "Hits.", registry=registry).inc(now["hits"])
        return collected(registry, "hits", 1)

    monkeypatch.setattr(shared, "own", own)
    return now


def process(folder, counts, hits: int) -> Sharing:
    """One that lives and has written; the threads that go on writing are of no use here."""
    made = Sharing(folder)
    made.alive = (folder / f"{made.id}.alive").open("w")
    assert shared.takes(made.alive)
    counts["hits"] = hits
    made.write()
    return made


def end(other: Sharing) -> None:
    """As a kill does: the kernel gives its lock back, and its files stay."""
    assert other.alive
    other.alive.close()


def total(asked: Sharing) -> float:
    [family] = added(asked.of_all())
    [sample] = family.samples
    return sample.value


def test_whoever_is_asked_adds_its_own_figures_as_they_are_to_those_written(tmp_path, counts):
    process(tmp_path, counts, 3)
    asked = process(tmp_path, counts, 4)
    counts["hits"] = 5

    assert 8 == total(asked)


def test_what_an_ended_process_counted_stays_and_its_files_go(tmp_path, counts):
    ended, asked = process(tmp_path, counts, 3), process(tmp_path, counts, 4)
    end(ended)

    assert [7, 7] == [total(asked), total(asked)]
    assert {f"{asked.id}.json", f"{asked.id}.alive", "ended.json", "folding"} == {
        path.name for path in tmp_path.iterdir()
    }


def test_what_several_ended_ones_counted_is_kept_together(tmp_path, counts):
    asked = process(tmp_path, counts, 0)
    for _ in range(3):
        end(process(tmp_path, counts, 2))
        total(asked)
    counts["hits"] = 0

    assert 6 == total(asked)


def test_a_process_killed_while_it_folded_has_counted_nothing_twice(tmp_path, counts):
    ended, asked = process(tmp_path, counts, 3), process(tmp_path, counts, 4)
    end(ended)
    file = tmp_path / f"{ended.id}.json"
    left = file.read_bytes()
    total(asked)
    file.write_bytes(left)

    assert [7, 7] == [total(asked), total(asked)]
    assert not file.exists()


def test_a_file_that_is_none_is_passed_over(tmp_path, counts):
    asked = process(tmp_path, counts, 4)
    (tmp_path / "broken.json").write_text("{")

    assert 4 == total(asked)


def test_a_full_disk_leaves_what_was_written_last(tmp_path, counts, monkeypatch):
    other, asked = process(tmp_path, counts, 3), process(tmp_path, counts, 4)

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(shared, "replace", full)
    other.write()

    assert 7 == total(asked)


@pytest.mark.parametrize(
    ("redis", "token"), [("", "secret"), ("redis://127.0.0.1:1/0", "")], ids=["alone", "unasked"]
)
def test_nothing_is_written_where_nobody_would_read_it(settings, tmp_path, redis, token):
    settings.REDIS_URL, settings.METRICS_TOKEN, settings.DATA = redis, token, tmp_path
    shared._sharing.cache_clear()

    assert (None, []) == (shared.sharing(), list(tmp_path.iterdir()))


def test_a_folder_that_cannot_be_written_costs_the_others_figures_alone(settings, tmp_path):
    settings.REDIS_URL, settings.METRICS_TOKEN = "redis://127.0.0.1:1/0", "secret"
    settings.DATA = tmp_path
    (tmp_path / "metrics").write_text("in the way")
    shared._sharing.cache_clear()

    found = shared.sharing()
    shared._sharing.cache_clear()

    assert found is None


def test_threads_that_ask_at_once_share_one_file(settings, tmp_path, monkeypatch):
    settings.REDIS_URL, settings.METRICS_TOKEN = "redis://127.0.0.1:1/0", "secret"
    settings.DATA = tmp_path
    together = threading.Barrier(4)
    started: list[Sharing] = []

    def start(one: Sharing) -> None:
        started.append(one)
        # Long enough for the others to come in too, if nothing keeps them out.
        threading.Event().wait(0.05)

    def ask(_number: int) -> Sharing | None:
        together.wait(timeout=45)
        return shared.sharing()

    monkeypatch.setattr(Sharing, "start", start)
    shared._sharing.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(ask, range(4)))
    shared._sharing.cache_clear()

    assert started * 4 == found


def test_what_another_process_folds_at_this_moment_counts_once(tmp_path, counts, monkeypatch):
    ended, asked = process(tmp_path, counts, 3), process(tmp_path, counts, 4)
    end(ended)
    file = tmp_path / f"{ended.id}.json"
    left = file.read_bytes()
    total(asked)
    file.write_bytes(left)
    monkeypatch.setattr(asked, "fold", lambda: None)

    assert 7 == total(asked)
