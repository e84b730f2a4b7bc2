"""The geometry of the time series, as plain data that a template draws.

Across, a place is a share of the width (0 to 100, and 0 to WIDTH inside the stretched paths), so
that one drawing fits every container. Down, it is pixels, so that text and strokes keep their size.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from dashboard.report.figures import Metric
from dashboard.report.formats import Figure, Interval, Unit, bucket, tick

WIDTH = 1000
HEIGHT = 224
TOP = 12
WIDE_LABELS = 10
LINES = 4
SPARK = (100, 24)

# Places across and down; None where there is no figure, as of an average of nothing.
Spots = Sequence[tuple[float, float | None]]

_NICE_HOURS = (3, 6, 12, 24, 48, 96)
_NICE_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)


@dataclass(frozen=True)
class Series:
    """A metric over buckets of time up to `end`; `past` has those of the period before."""

    metric: Metric
    interval: Interval
    starts: Sequence[datetime]
    values: Sequence[Figure]
    end: datetime
    past: Sequence[Figure] = ()
    past_starts: Sequence[datetime] = ()
    notes: Sequence[tuple[datetime, str]] = ()


@dataclass(frozen=True)
class Point:
    """A bucket; `text` is None for one that has not begun, `y` also where there is no figure.

    `span` has its first and last day, or minute, as a report's URL asks for them.
    """

    x: float
    y: float | None
    span: tuple[str, str]
    name: str
    text: str | None
    past_name: str | None
    past_text: str | None


@dataclass(frozen=True)
class Bar:
    """A bucket as a bar; a running one is not full yet."""

    x: float
    width: float
    y: float
    running: bool

    @property
    def height(self) -> float:
        return round(HEIGHT - self.y, 1)


@dataclass(frozen=True)
class Note:
    """What happened in a bucket, at its place across; `name` is the bucket's."""

    x: float
    name: str
    text: str


@dataclass(frozen=True)
class Label:
    """A word beside an axis; `wide` ones have no room on a phone."""

    at: float
    text: str
    anchor: str = "middle"
    wide: bool = False


@dataclass(frozen=True)
class Chart:
    """The paths stand in a box of WIDTH by HEIGHT: the line so far, its running end, its ground.

    `dots` are the points that no line reaches. Where there are `bars`, they are drawn instead of
    the line.
    """

    metric: Metric
    interval: Interval
    points: list[Point]
    lines: list[Label]
    labels: list[Label]
    line: str
    running: str
    area: str
    past: str
    dots: list[Point]
    bars: list[Bar]
    notes: list[Note]
    height: int = HEIGHT
    width: int = WIDTH

    @property
    def title(self) -> str:
        each = {"minute": "a minute", "hour": "an hour", "day": "a day", "week": "a week"}
        return f"{self.metric.title} {each.get(self.interval, 'a month')}"

    @property
    def has_past(self) -> bool:
        return any(point.past_text is not None for point in self.points)


def draw(series: Series, now: datetime, shape: str = "line") -> Chart:
    """The chart of a series; what lies after `now` stays empty, the running bucket is dashed."""
    begun = sum(start <= now for start in series.starts)
    values, past = series.values[:begun], series.past[: len(series.starts)]
    running = begun < len(series.starts) or now < series.end
    highest = max((value for value in (*values, *past) if value is not None), default=0)
    step, top = _scale(highest, series.metric.unit)
    across = _across if shape == "line" else _middle
    columns = [across(place, len(series.starts)) for place in range(len(series.starts))]
    heights = [_down(value, top) for value in values]
    shown = list(zip(columns, heights, strict=False))
    before = list(zip(columns, [_down(value, top) for value in past], strict=False))
    points = [_point(series, place, columns[place], heights) for place in range(len(columns))]
    return Chart(
        metric=series.metric,
        interval=series.interval,
        points=points,
        lines=[
            Label(_place(step * number, top), _axis(series.metric, step * number))
            for number in range(1, round(top / step) + 1)
        ],
        labels=_labels(series, columns),
        line=_path(shown[:-1] if running and len(shown) > 1 else shown),
        running=_path(shown[-2:]) if running and len(shown) > 1 else "",
        area=_area(shown),
        past=_path(before),
        dots=_alone(points) if shape == "line" else [],
        notes=_notes(series, points),
        bars=_bars(shown, len(columns), running) if shape == "bars" else [],
    )


def _point(series: Series, place: int, x: float, heights: list[float | None]) -> Point:
    name = bucket(series.starts[place], series.interval)
    has_past = place < min(len(series.past), len(series.past_starts))
    return Point(
        x=round(x, 3),
        y=heights[place] if place < len(heights) else None,
        span=_span(series, place),
        name=name,
        text=series.metric.text(series.values[place]) if place < len(heights) else None,
        past_name=bucket(series.past_starts[place], series.interval) if has_past else None,
        past_text=series.metric.text(series.past[place]) if has_past else None,
    )


def _notes(series: Series, points: list[Point]) -> list[Note]:
    """Each note at the last bucket that had begun."""
    notes = []
    for moment, text in series.notes:
        place = bisect_right(series.starts, moment) - 1
        if place >= 0:
            notes.append(Note(points[place].x, points[place].name, text))
    return notes


def _span(series: Series, place: int) -> tuple[str, str]:
    start = series.starts[place]
    end = series.starts[place + 1] if place + 1 < len(series.starts) else series.end
    pattern = "%Y-%m-%dT%H:%M" if series.interval in ("minute", "hour") else "%Y-%m-%d"
    return start.strftime(pattern), (end - timedelta(microseconds=1)).strftime(pattern)


def spark(values: Sequence[Figure]) -> str:
    """The course of a figure as a path in a box of SPARK; gaps stay gaps."""
    width, height = SPARK
    highest = max((value for value in values if value is not None), default=0) or 1
    places = max(1, len(values) - 1)
    shown = [
        (
            100 * place / places,
            None if value is None else round(height - height * value / highest, 1),
        )
        for place, value in enumerate(values)
    ]
    return _path(shown, width)


def _middle(place: int, places: int) -> float:
    return 100 * (place + 0.5) / places


def _bars(shown: Spots, places: int, running: bool) -> list[Bar]:
    width = 100 / places
    gap = width / 5
    last = len(shown) - 1
    return [
        Bar(round(x - width / 2 + gap / 2, 3), round(width - gap, 3), y, running and place == last)
        for place, (x, y) in enumerate(shown)
        if y is not None and y < HEIGHT
    ]


def _across(place: int, places: int) -> float:
    return 50.0 if places == 1 else 100 * place / (places - 1)


def _down(value: Figure, top: float) -> float | None:
    return None if value is None else _place(value, top)


def _place(value: float, top: float) -> float:
    return round(TOP + (HEIGHT - TOP) * (1 - value / top), 1)


def _scale(highest: float, unit: Unit) -> tuple[float, float]:
    """The distance between two lines and the highest line, both round for their unit."""
    if unit == "percent":
        return 25, 100
    least = highest / LINES
    if unit == "seconds":
        step = next((nice for nice in _NICE_SECONDS if nice >= least), _NICE_SECONDS[-1])
    else:
        power = 10 ** math.floor(math.log10(least)) if least else 1
        step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= least * 0.9999)
        step = max(1, math.ceil(step)) if unit == "count" else step
    return step, step * max(1, math.ceil(highest / step - 1e-9))


def _axis(metric: Metric, value: float) -> str:
    if metric.unit == "ratio":
        return f"{value:g}"
    if metric.unit == "rate":
        return f"{value:g}%"
    return metric.text(value).removesuffix(" 0s").removesuffix(" 0m")


def _labels(series: Series, columns: list[float]) -> list[Label]:
    """Every n-th bucket's name, and on a phone every second of those."""
    number = len(columns)
    every = max(1, math.ceil(number / WIDE_LABELS))
    if series.interval == "hour" and number > 6:
        every = next(hours for hours in _NICE_HOURS if number / hours <= WIDE_LABELS)
    across_days = series.starts[0].date() != series.starts[-1].date() if series.starts else False
    labels = []
    for order, place in enumerate(range(0, number, every)):
        anchor = "end" if columns[place] > 96 else "middle"
        text = tick(series.starts[place], series.interval, across_days)
        labels.append(Label(round(columns[place], 3), text, anchor, wide=order % 2 == 1))
    return labels


def _runs(points: Spots, width: int = WIDTH) -> list[list[tuple[float, float]]]:
    """The stretches without a gap, as places in the stretched box."""
    runs = []
    for is_there, run in groupby(points, key=lambda point: point[1] is not None):
        if is_there:
            runs.append([(round(x * width / 100, 1), y) for x, y in run])
    return runs


def _path(points: Spots, width: int = WIDTH) -> str:
    """A line through the points that leaves gaps; a point alone has no line."""
    lines = ["L".join(f"{x},{y}" for x, y in run) for run in _runs(points, width) if len(run) > 1]
    return "".join(f"M{line}" for line in lines)


def _area(points: Spots) -> str:
    """The ground under the line."""
    return "".join(
        f"M{run[0][0]},{HEIGHT}{''.join(f'L{x},{y}' for x, y in run)}L{run[-1][0]},{HEIGHT}Z"
        for run in _runs(points)
        if len(run) > 1
    )


def _alone(points: list[Point]) -> list[Point]:
    """The points that no line reaches."""
    there = [False, *(point.y is not None for point in points), False]
    return [
        point
        for place, point in enumerate(points, start=1)
        if there[place] and not there[place - 1] and not there[place + 1]
    ]
