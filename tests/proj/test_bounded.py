"""Asking what may never answer."""

import threading

import pytest

from proj import bounded
from proj.bounded import Bounded


@pytest.fixture
def gate():
    """What hangs a question until the test is over."""
    opened = threading.Event()
    yield opened
    opened.set()


@pytest.fixture(autouse=True)
def _slow_machine(monkeypatch):
    """Answers stay fresh, and are waited for, however slow the machine is."""
    monkeypatch.setattr(bounded, "FRESH_SECONDS", 3600)
    monkeypatch.setattr(bounded, "SECONDS", 45)


def test_a_fresh_answer_is_not_asked_for_again():
    asked: list[int] = []
    one = Bounded(lambda: asked.append(1) or len(asked))

    assert (1, 1, [1]) == (one.answer(), one.answer(), asked)


def test_an_old_answer_is_asked_for_again(monkeypatch):
    monkeypatch.setattr(bounded, "FRESH_SECONDS", 0)
    asked: list[int] = []
    one = Bounded(lambda: asked.append(1) or len(asked))

    assert [1, 2] == [one.answer(), one.answer()]


def test_what_hangs_is_given_up_and_not_asked_again_meanwhile(monkeypatch, gate):
    monkeypatch.setattr(bounded, "SECONDS", 0)
    monkeypatch.setattr(bounded, "FRESH_SECONDS", 0)
    asked: list[int] = []
    one = Bounded(lambda: asked.append(1) or gate.wait())

    for _ in range(3):
        with pytest.raises(TimeoutError):
            one.answer()

    assert [1] == asked


def test_what_the_question_raises_is_raised():
    def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        Bounded(fails).answer()


def test_a_thread_that_could_not_start_is_an_error_and_the_next_is_tried(monkeypatch):
    monkeypatch.setattr(bounded, "FRESH_SECONDS", 0)
    one = Bounded(lambda: 1)

    def refused(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refused)
        with pytest.raises(OSError, match="thread"):
            one.answer()

    assert 1 == one.answer()
