"""Figures as CSV, for spreadsheets."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.http import HttpResponseBase, StreamingHttpResponse

from dashboard.report import answers
from dashboard.report.answers import Choice
from dashboard.report.figures import Metric
from dashboard.report.filters import PROPERTY, title
from dashboard.report.question import Question
from dashboard.report.widgets import Widget
from tracking.warehouse import Result
from tracking.warehouse.query import MAX_LIMIT
from tracking.warehouse.revenue import Money

# What a spreadsheet takes for a formula begins so (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Echo:
    """A file that gives back what is written, for `csv.writer`."""

    def write(self, text: str) -> str:
        return text


def csv_of_list(
    question: Question, widget: Widget, now: datetime, choice: Choice
) -> HttpResponseBase:
    """All rows of a list, in its order; none where no property arrived that it could be of."""
    name = f"{question.site.domain} {widget.everything}.csv"
    if widget.dimension == PROPERTY:
        return attachment(name, lines_of([widget.title], []))
    header = [title(name) for name in widget.dimensions]
    header += [metric.title for metric in answers.columns(question, widget).values()]
    choice = replace(choice, limit=MAX_LIMIT, offset=0)
    # Asked for before the answer begins, so that a refusal is an answer of its own.
    first = answers.rows(question, widget, now, choice)
    return attachment(
        name,
        lines_of(header, _rows(question, widget, now, choice, first)),
    )


def csv_of_chart(question: Question, now: datetime) -> HttpResponseBase:
    """All headline figures over time."""
    series = answers.series(question, now)
    header = ["Time", *map(_title, question.figures.values())]
    rows = (
        [start.isoformat(), *(each.values[place] for each in series)]
        for place, start in enumerate(series[0].starts)
    )
    return attachment(f"{question.site.domain} figures.csv", lines_of(header, rows))


def _rows(
    question: Question, widget: Widget, now: datetime, choice: Choice, first: Result
) -> Iterator[Sequence[object]]:
    found = first
    while True:
        for row in found.rows:
            yield [*row.dimensions, *map(_plain, row.metrics)]
        choice = replace(choice, offset=choice.offset + MAX_LIMIT)
        if choice.offset >= found.total_rows:
            return
        found = answers.rows(question, widget, now, choice)


def _title(metric: Metric) -> str:
    return f"{metric.title} ({metric.currency})" if metric.currency else metric.title


def _plain(value: object) -> object:
    """A figure; of money the amount and its currency, of which a list may have several."""
    return f"{value.value:.2f} {value.currency}" if isinstance(value, Money) else value


def lines_of(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([_safe(value) for value in row])


def _safe(value: object) -> object:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def attachment(name: str, lines: Iterator[str]) -> HttpResponseBase:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
