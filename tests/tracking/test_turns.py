import threading

import pytest

from tracking.turns import OneAtATime

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
