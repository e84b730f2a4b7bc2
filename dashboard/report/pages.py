"""A page opened: its figures, where its visitors came from, and where they went."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.report import answers
from dashboard.report.answers import Cell, Choice, Listing
from dashboard.report.figures import COLUMNS, Metric
from dashboard.report.filters import Filter
from dashboard.report.formats import share
from dashboard.report.question import Question
from dashboard.report.widgets import WIDGETS
from tracking.warehouse import beside, inquire, run
from tracking.warehouse.reading import SPANS, HowRead

FIGURES = ("visitors", "pageviews", "bounce_rate", "time_on_page", "scroll_depth")
MOST = 8
LONGEST = 2000
TIMES = dict(
    zip(
        SPANS,
        ("Under 10s", "10s to 30s", "30s to 1m", "1m to 3m", "3m and longer"),
        strict=True,
    )
)


@dataclass(frozen=True)
class Neighbour:
    """A page seen next or before; `path` is empty where visits left or entered."""

    path: str
    visits: int
    share: str
    bar: float


@dataclass(frozen=True)
class Part:
    """The visits that read so far, or so long; `bar` is their share of 100."""

    title: str
    visits: int
    share: str
    bar: float


@dataclass(frozen=True)
class Opened:
    path: str
    figures: list[tuple[Metric, Cell]]
    sources: Listing
    before: list[Neighbour]
    after: list[Neighbour]
    deep: list[Part]
    long: list[Part]


def opened(question: Question, path: str, now: datetime) -> Opened:
    on_page = question.with_filter(Filter.of("is", "event:page", path))
    row = run(answers.ask(on_page, list(FIGURES), now)).rows[0]
    cells = [
        (COLUMNS[name], Cell(COLUMNS[name].text(value), COLUMNS[name].exact(value)))
        for name, value in zip(FIGURES, row.metrics, strict=True)
    ]
    reading = inquire(HowRead(answers.ask(on_page, ["visits"], now)))
    sources = answers.listing(on_page, WIDGETS["sources"], now, Choice(limit=MOST, in_panel=True))
    return Opened(
        path=path,
        figures=cells,
        sources=sources,
        before=_beside(question, path, now, after=False),
        after=_beside(question, path, now, after=True),
        deep=[
            _part(f"{depth}% of the page", visits, reading.depths)
            for depth, visits in reading.deep.items()
        ],
        long=[_part(TIMES[since], visits, reading.times) for since, visits in reading.long.items()],
    )


def _part(title: str, visits: int, whole: int) -> Part:
    bar = round(100 * visits / whole, 1) if whole else 0
    return Part(title=title, visits=visits, share=share(visits, whole), bar=bar)


def _beside(question: Question, path: str, now: datetime, after: bool) -> list[Neighbour]:
    query = answers.ask(question, ["visits"], now, limit=MOST)
    steps = beside(query, path, after)
    whole = sum(step.visits for step in steps)
    most = max((step.visits for step in steps), default=1)
    return [
        Neighbour(
            path=step.path,
            visits=step.visits,
            share=share(step.visits, whole),
            bar=round(100 * step.visits / most, 1),
        )
        for step in steps
    ]
