"""Beats for tests."""

from itertools import count

from realtime.presence.beats import Beat, Signal, State

_numbers = count(1)


def beat(
    visitor: int = 1,
    tab: str = "tab",
    state: State = State.ACTIVE,
    *,
    number: int | None = None,
    before: int | None = None,
    path: str = "/",
) -> Beat:
    """The next beat of a page, unless `number` says otherwise."""
    order = next(_numbers) if number is None else number
    return Beat(Signal(tab, order, state), visitor, before, path)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
