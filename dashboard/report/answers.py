"""Answers to a question: the engine's figures as plain data for the templates."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.report import labels
from dashboard.report.chart import Chart, Series, draw
from dashboard.report.figures import METRICS, Headline, Metric, headlines
from dashboard.report.filters import Filter
from dashboard.report.formats import share
from dashboard.report.question import Question
from dashboard.report.widgets import Widget
from tracking.models import Site
from tracking.warehouse import Query, Result, run
from tracking.warehouse.result import Row

PANEL_ROWS = 8
PAGE_ROWS = 100


@dataclass(frozen=True)
class Overview:
    """The headline figures and the chart of one of them."""

    figures: list[Headline]
    chart: Chart

    @property
    def is_empty(self) -> bool:
        return not any(figure.value for figure in self.figures)


@dataclass(frozen=True)
class Cell:
    text: str
    exact: str


@dataclass(frozen=True)
class Entry:
    """One value of a widget's dimension; `bar` is its length in per cent of the longest.

    `url` is the report with the value as a filter, or without it where `is_filter`.
    """

    title: str
    flag: str | None
    cells: list[Cell]
    share: str
    bar: float
    url: str
    is_filter: bool


@dataclass(frozen=True)
class Listing:
    """A widget's rows from `offset` on; `total` counts all there are."""

    widget: Widget
    columns: list[Metric]
    entries: list[Entry]
    total: int
    offset: int

    @property
    def last(self) -> int:
        return self.offset + len(self.entries)


def ask(question: Question, metrics: list[str], now: datetime, **more: object) -> Query:
    return Query.build(metrics=metrics, now=now, **question.query, **more)


def overview(question: Question, now: datetime) -> Overview:
    query = ask(question, list(METRICS), now, comparison="previous_period")
    row = run(query).rows[0]
    return Overview(headlines(row.metrics, row.comparison), draw(_series(question, now), now))


def _series(question: Question, now: datetime) -> Series:
    query = ask(question, [question.metric], now, dimensions=["time"], comparison="previous_period")
    result = run(query)
    return Series(
        metric=METRICS[question.metric],
        interval=query.period.interval,
        starts=_starts(result.time_labels, query),
        values=[row.metrics[0] for row in result.rows],
        end=query.period.end,
        past=[row.comparison[0] for row in result.rows if row.comparison],
        past_starts=_starts(result.comparison_labels, query),
    )


def _starts(time_labels: tuple[str, ...], query: Query) -> list[datetime]:
    zone = query.period.start.tzinfo
    moments = map(datetime.fromisoformat, time_labels)
    return [moment if moment.tzinfo else moment.replace(tzinfo=zone) for moment in moments]


def listing(
    question: Question, widget: Widget, now: datetime, limit: int = PANEL_ROWS, offset: int = 0
) -> Listing:
    """A panel's rows, or a page of the whole list; a panel has only the first figure."""
    metrics = list(widget.metrics[:1] if limit == PANEL_ROWS else widget.metrics)
    known = [["is_not", widget.dimension, [labels.NOT_SET]]] if widget.known_only else []
    plain = question.query
    plain["filters"] = plain["filters"] + known
    result = run(
        Query.build(
            metrics=metrics,
            dimensions=list(widget.dimensions),
            order_by=[["visitors", "desc"], *([name, "asc"] for name in widget.dimensions)],
            limit=limit,
            offset=offset,
            now=now,
            **plain,
        )
    )
    whole = run(Query.build(metrics=["visitors"], now=now, **plain)).rows[0].metrics[0]
    return Listing(
        widget=widget,
        columns=[METRICS[name] for name in metrics],
        entries=_entries(question, widget, result, whole),
        total=result.total_rows,
        offset=offset,
    )


def _entries(question: Question, widget: Widget, result: Result, whole: float) -> list[Entry]:
    metrics = [METRICS[metric.name] for metric in result.query.metrics]
    longest = max((row.metrics[0] for row in result.rows), default=0)
    return [_entry(question, widget, metrics, row, whole, longest) for row in result.rows]


def _entry(
    question: Question,
    widget: Widget,
    metrics: list[Metric],
    row: Row,
    whole: float,
    longest: float,
) -> Entry:
    wanted = [
        Filter("is", dimension, (value,))
        for dimension, value in zip(widget.dimensions, row.dimensions, strict=True)
    ]
    return Entry(
        title=labels.label(widget.dimension, row.dimensions[0]),
        flag=labels.flag(row.dimensions[-1]) if widget.shows_flags else None,
        cells=[
            Cell(metric.text(value), metric.exact(value))
            for metric, value in zip(metrics, row.metrics, strict=True)
        ],
        share=share(row.metrics[0], whole),
        bar=round(100 * row.metrics[0] / longest, 1) if longest else 0,
        url=question.toggled(wanted).report_url(),
        is_filter=set(wanted) <= set(question.filters),
    )


def has_visits(site: Site, now: datetime) -> bool:
    """Whether the site has ever had a visit."""
    query = Query.build(site=site, metrics=["visits"], date_range="all", now=now)
    return bool(run(query).rows[0].metrics[0])
