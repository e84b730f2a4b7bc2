"""The bars of the last 30 minutes; static/js/live.js draws the same ones afterwards."""

from dataclasses import dataclass

HEIGHT = 64
SMALLEST = 2


@dataclass(frozen=True)
class Bar:
    """A bar in pixels from the top; an empty minute keeps a stub, so that the row stays a row."""

    x: str
    y: int
    height: int


def bars(counts: list[int]) -> list[Bar]:
    highest = max(counts, default=0) or 1
    heights = [max(SMALLEST, round(HEIGHT * count / highest)) for count in counts]
    step = 100 / len(counts)
    return [
        Bar(f"{number * step:.2f}%", HEIGHT - height, height)
        for number, height in enumerate(heights)
    ]
