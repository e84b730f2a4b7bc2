"""Answers to a question: the engine's figures as plain data for the templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.report import conversions, labels
from dashboard.report.brands import brand
from dashboard.report.chart import Chart, Series, draw, spark
from dashboard.report.figures import COLUMNS, Headline, Metric, headlines, number
from dashboard.report.filters import PROPERTY, Condition, Filter
from dashboard.report.formats import Interval, share
from dashboard.report.imports import Told, ends, told
from dashboard.report.intervals import step, suitable
from dashboard.report.notes import notes_in
from dashboard.report.question import Question
from dashboard.report.widgets import GOALS, Widget
from dashboard.report.world import MOST
from realtime.world import level
from tracking.models import Site
from tracking.warehouse import Query, Result, run
from tracking.warehouse.result import Row

PANEL_ROWS = 8
PAGE_ROWS = 100
SEARCH_LENGTH = 200
PAGES = ("event:page", "visit:entry_page", "visit:exit_page")


@dataclass(frozen=True)
class Overview:
    """The headline figures, the chart of one of them, and the steps that it may have.

    `warnings` say why figures of money are not known, or not whole.
    """

    figures: list[Headline]
    chart: Chart
    intervals: list[str]
    warnings: list[str]
    imports: Told | None = None

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

    `value` is the query language's, `title` what people call it. `url` is the report with the
    value as a filter, or without it where `is_filter`; `page` opens the page that the value is.
    """

    value: str

    title: str
    flag: str | None
    brand: str
    cells: list[Cell]
    share: str
    bar: float
    url: str
    is_filter: bool
    page: str = ""

    @property
    def further(self) -> list[Cell]:
        """The figures beside the first."""
        return self.cells[1:]

    @property
    def is_place(self) -> bool:
        """Whether a map has it: its value is a country's code."""
        return len(self.value) == 2 and self.value.isascii() and self.value.isupper()

    @property
    def level(self) -> int:
        """How dark it is on a map."""
        return level(self.bar, 100)


@dataclass(frozen=True)
class Choice:
    """Which rows of a list, in which order: those that contain a text, by a metric, so many.

    With `in_panel` they have the few figures for which a panel has room.
    """

    limit: int = PAGE_ROWS
    offset: int = 0
    search: str = ""
    sort: str = "visitors"
    ascending: bool = False
    in_panel: bool = False

    @property
    def page(self) -> int:
        return self.offset // self.limit + 1


@dataclass(frozen=True)
class Listing:
    """A widget's rows from `offset` on; `total` counts all there are."""

    widget: Widget
    columns: list[Metric]
    entries: list[Entry]
    total: int
    choice: Choice
    imports: Told | None = None

    @property
    def note(self) -> str:
        """What the figures of a panel are."""
        return " · ".join(column.title for column in self.columns)

    @property
    def first(self) -> int:
        return self.choice.offset + 1

    @property
    def last(self) -> int:
        return self.choice.offset + len(self.entries)


def ask(question: Question, metrics: list[str], now: datetime, **more: object) -> Query:
    return Query.build(metrics=metrics, now=now, **question.query, **more)


def overview(question: Question, now: datetime) -> Overview:
    metrics = question.figures
    query = ask(question, list(metrics), now, comparison=question.comparison.plain)
    result = run(query)
    row = result.rows[0]
    courses = series(question, now)
    sparks = [spark(each.values) for each in courses]
    figures = headlines(row.metrics, row.comparison, sparks, metrics.values())
    chosen = next(each for each in courses if each.metric.name == question.metric)
    sentences = [warning.sentence for warning in result.warnings.values()]
    return Overview(
        figures=figures,
        chart=draw(chosen, now, question.shape),
        intervals=suitable(query.period),
        warnings=list(dict.fromkeys(sentences)),
        imports=told(question, query),
    )


def series(question: Question, now: datetime) -> list[Series]:
    """Each figure over time; one question for all, since the same rows answer it."""
    period = ask(question, ["visitors"], now).period
    every = step(question.interval, period)
    query = ask(
        question,
        [metric.over_time for metric in question.figures.values()],
        now,
        dimensions=[f"time:{every}"],
        comparison=question.comparison.plain,
    )
    return series_of(run(query), list(question.figures.values()), every, question.site)


def series_of(
    result: Result, metrics: Sequence[Metric], every: Interval, site: Site
) -> list[Series]:
    """Each of the metrics that a question over time asked for."""
    query = result.query
    notes = sorted([*notes_in(site, query.period), *ends(query)])
    past_starts = _starts(result.comparison_labels, query)
    if query.previous:
        # A running day is compared with the same hours: what came after them says nothing.
        past_starts = [start for start in past_starts if start < query.previous.end]
    compared = [row.comparison for row in result.rows if row.comparison][: len(past_starts)]
    return [
        Series(
            metric=metric,
            interval=every,
            starts=_starts(result.time_labels, query),
            values=[number(row.metrics[place]) for row in result.rows],
            end=query.period.end,
            past=[number(row[place]) for row in compared],
            past_starts=past_starts,
            notes=notes,
        )
        for place, metric in enumerate(metrics)
    ]


def _starts(time_labels: tuple[str, ...], query: Query) -> list[datetime]:
    zone = query.period.start.tzinfo
    moments = map(datetime.fromisoformat, time_labels)
    return [moment if moment.tzinfo else moment.replace(tzinfo=zone) for moment in moments]


def panel(question: Question, widget: Widget, now: datetime) -> Listing:
    """The first rows of a list with their first figure; of a map, all."""
    rows = MOST if widget.view else PANEL_ROWS
    return listing(question, widget, now, Choice(limit=rows, in_panel=True))


def listing(question: Question, widget: Widget, now: datetime, choice: Choice) -> Listing:
    """A page of the whole list; empty where no property arrived that it could be of."""
    if widget.dimension == PROPERTY:
        return Listing(widget, columns=[], entries=[], total=0, choice=choice)
    plain, shown = _known(question, widget), columns(question, widget, choice.in_panel)
    result = run(_query(plain, widget, list(shown), now, choice))
    whole = run(Query.build(metrics=["visitors"], now=now, **plain)).rows[0].metrics[0]
    return Listing(
        widget=widget,
        columns=list(shown.values()),
        entries=_entries(question, widget, list(shown.values()), result, whole),
        total=result.total_rows,
        choice=choice,
        imports=told(question, result.query) if question.imports else None,
    )


def rows(question: Question, widget: Widget, now: datetime, choice: Choice) -> Result:
    """The figures of a page of the whole list as they are, for programs."""
    shown = columns(question, widget, choice.in_panel)
    return run(_query(_known(question, widget), widget, list(shown), now, choice))


def columns(question: Question, widget: Widget, in_panel: bool = False) -> dict[str, Metric]:
    """The columns of a list, by the names of their metrics."""
    own = {name: COLUMNS[name] for name in widget.metrics}
    of_goals = widget.dimension == GOALS
    has_revenue = of_goals and _earns(question)
    found = conversions.columns(widget, own, question.conversions, has_revenue)
    if not in_panel or of_goals:
        return found
    few = [widget.metrics[0], "group_conversion_rate"]
    return {name: metric for name, metric in found.items() if name in few}


def _earns(question: Question) -> bool:
    """Whether a goal that it is about has a currency."""
    query = Query.build(metrics=["visitors"], dimensions=[GOALS], **question.query)
    return conversions.has_revenue(query.goals)


def _known(question: Question, widget: Widget) -> dict[str, Any]:
    blank = labels.NONE if widget.dimension.startswith(PROPERTY) else labels.NOT_SET
    known = [["is_not", widget.dimension, [blank]]] if widget.known_only else []
    plain = question.query
    return {**plain, "filters": plain["filters"] + known}


def _query(
    plain: dict[str, Any], widget: Widget, metrics: list[str], now: datetime, choice: Choice
) -> Query:
    search = [labels.containing(widget.dimension, choice.search)] if choice.search else []
    return Query.build(
        metrics=metrics,
        dimensions=list(widget.dimensions),
        order_by=[
            [choice.sort, "asc" if choice.ascending else "desc"],
            *([name, "asc"] for name in widget.dimensions),
        ],
        limit=choice.limit,
        offset=choice.offset,
        now=now,
        **{**plain, "filters": plain["filters"] + search},
    )


def _entries(
    question: Question, widget: Widget, metrics: list[Metric], result: Result, whole: float
) -> list[Entry]:
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
        Filter((Condition("is", dimension, (value,)),))
        for dimension, value in zip(widget.dimensions, row.dimensions, strict=True)
    ]
    return Entry(
        value=row.dimensions[0],
        title=title(widget, row.dimensions),
        brand=brand(row.dimensions[-1]),
        flag=labels.flag(row.dimensions[-1]) if widget.shows_flags else None,
        cells=[
            Cell(metric.text(value), metric.exact(value))
            for metric, value in zip(metrics, row.metrics, strict=True)
        ],
        share=share(row.metrics[0], whole),
        bar=round(100 * row.metrics[0] / longest, 1) if longest else 0,
        url=question.toggled(wanted).report_url(),
        is_filter=set(wanted) <= set(question.filters),
        page=_page_url(question, widget, row.dimensions[0]),
    )


def _page_url(question: Question, widget: Widget, path: str) -> str:
    """Where the value is a page, its own; whoever has a link sees the report alone."""
    if question.place.link or widget.dimension not in PAGES:
        return ""
    return question.url("page", path=path)


def title(widget: Widget, values: Sequence[str]) -> str:
    """What a row is called: a version after what it is a version of."""
    name = labels.label(widget.dimension, values[0])
    if not widget.is_version:
        return name
    agent = labels.label(widget.dimensions[1], values[1])
    return f"{agent} {values[0]}" if name == values[0] else f"{agent}, version unknown"


def has_visits(site: Site, now: datetime) -> bool:
    """Whether the site has ever had a visit."""
    query = Query.build(site=site, metrics=["visits"], date_range="all", now=now, imports=True)
    return bool(run(query).rows[0].metrics[0])
