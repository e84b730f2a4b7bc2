"""Noticing that the process is told to stop."""

import signal
import threading

import pytest

from proj import stopping


@pytest.fixture
def heard(monkeypatch):
    """What the server's own handler hears."""
    signals: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda number, _frame: signals.append(number))
    monkeypatch.setattr(stopping, "_stopping", threading.Event())
    yield signals
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_process_that_was_told_nothing_goes_on(heard):
    stopping.watch()

    assert not stopping.is_stopping()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_stop_is_noticed_and_still_heard_by_the_server(heard, number):
    stopping.watch()

    signal.raise_signal(number)

    assert (True, [number]) == (stopping.is_stopping(), heard)
