import fcntl
import threading
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from tracking import turns
from tracking.turns import OneAtATime, turn_of_process

PATIENCE = 10


def test_work_asked_for_while_it_runs_is_run_again_by_the_thread_that_runs_it():
    one = OneAtATime()
    started, go_on = threading.Semaphore(0), threading.Semaphore(0)
    ran_in: list[str] = []

    def work() -> None:
        ran_in.append(threading.current_thread().name)
        started.release()
        assert go_on.acquire(timeout=PATIENCE)

    first = threading.Thread(target=one.run, args=[work], name="first")
    first.start()
    assert started.acquire(timeout=PATIENCE)
    one.run(work)
    one.run(work)
    go_on.release(2)
    first.join(timeout=PATIENCE)

    assert ["first", "first"] == ran_in


def test_work_that_failed_can_be_run_again():
    one = OneAtATime()
    ran: list[int] = []

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        one.run(fail)
    one.run(lambda: ran.append(1))

    assert [1] == ran


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "database"))
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0)
    return Path(tmp_path / "database-turn")


def test_a_process_waits_for_the_turn_of_another_and_gives_up_in_the_end(database):
    with database.open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(OperationalError, match="does not end its turn"), turn_of_process():
            pass


def test_a_turn_is_given_back_when_it_ends(database):
    for _ in range(2):
        with turn_of_process(), database.open("a") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_turn_that_cannot_be_asked_for_is_a_database_that_is_away(database, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", "/nowhere/database")

    with pytest.raises(OperationalError, match="no turn at writing"), turn_of_process():
        pass
