"""The chart of a mailed report as a PNG, since mail programs show no SVG.

Its ground is clear and its colours lie between light and dark, so that it reads on both.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from dashboard.report.chart import HEIGHT, Chart, Series, draw

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

# In the pixels of the mail; drawn twice as fine, for screens that show it so.
WIDTH, TALL, FINE = 552, 256, 2
LEFT, RIGHT = 52, 10
FONT = "fonts/geist-latin-wght-normal.woff2"
TEXT_SIZE = 16
# Each with a contrast of at least 3 on white and on the dark card of a mail (WCAG 2.2, 1.4.11).
NOW, PAST, WORDS, LINES = (16, 148, 118), (128, 137, 150), (122, 130, 142), (128, 137, 150, 70)
GROUND = (*NOW, 36)
DASH = 6

Dots = Sequence[tuple[float, float]]


def picture(series: Series, now: datetime) -> str:
    """The chart as PNG in base64."""
    # Not at the top: processes that send no mail have no use for it.
    from PIL import Image, ImageDraw

    image = Image.new("RGBA", (WIDTH * FINE, TALL * FINE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    chart = draw(series, now)
    # The period before, to the same scale.
    before = draw(replace(series, values=series.past, past=series.values), now)
    draw_axes(pen, chart)
    line = dots(chart)
    if len(line) > 1:
        pen.polygon([*line, (line[-1][0], down(HEIGHT)), (line[0][0], down(HEIGHT))], GROUND)
    for start, end in dashes(dots(before)[: len(chart.points)]):
        pen.line([start, end], PAST, 2 * FINE)
    pen.line(line, NOW, 3 * FINE, joint="curve")
    if line:
        x, y = line[-1]
        pen.ellipse([x - 4 * FINE, y - 4 * FINE, x + 4 * FINE, y + 4 * FINE], NOW)
    written = BytesIO()
    image.quantize(128).save(written, "PNG", optimize=True)
    return b64encode(written.getvalue()).decode()


def draw_axes(pen: "ImageDraw", chart: Chart) -> None:
    for label in [*chart.lines]:
        y = down(label.at)
        pen.line([across(0), y, across(100), y], LINES, FINE)
        pen.text((across(0) - 8 * FINE, y), label.text, WORDS, font(), "rm")
    pen.line([across(0), down(HEIGHT), across(100), down(HEIGHT)], LINES, FINE)
    for label in chart.labels:
        if not label.wide:
            where = "ra" if label.at > 96 else "la" if label.at < 4 else "ma"
            pen.text((across(label.at), down(HEIGHT) + 8 * FINE), label.text, WORDS, font(), where)


def dots(chart: Chart) -> list[tuple[float, float]]:
    return [(across(each.x), down(each.y)) for each in chart.points if each.y is not None]


def across(share: float) -> float:
    return (LEFT + (WIDTH - LEFT - RIGHT) * share / 100) * FINE


def down(place: float) -> float:
    return place * FINE


def dashes(line: Dots) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The line in pieces with gaps between."""
    pieces = []
    for (x, y), (x2, y2) in pairwise(line):
        length = max(abs(x2 - x), abs(y2 - y))
        steps = max(2, round(length / (DASH * FINE)))
        places = [
            (x + (x2 - x) * each / steps, y + (y2 - y) * each / steps) for each in range(steps + 1)
        ]
        pieces += list(zip(places[::2], places[1::2], strict=False))
    return pieces


@cache
def font() -> "FreeTypeFont":
    from PIL import ImageFont

    path = Path(settings.BASE_DIR, "static", FONT)
    return ImageFont.truetype(path, TEXT_SIZE * FINE)


def in_words(series: Series) -> str:
    """What the picture shows, for whoever does not see it."""
    metric = series.metric
    days = [
        f"{start:%-d %b}: {metric.text(value)}"
        for start, value in zip(series.starts, series.values, strict=False)
    ]
    return f"{metric.title} by day. {', '.join(days)}."
