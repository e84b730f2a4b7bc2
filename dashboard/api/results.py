"""A `Result` as the JSON that Plausible's Stats API v2 answers with."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from babel.numbers import format_compact_currency, format_currency

from tracking.vitals import VITALS
from tracking.warehouse import Query, Result
from tracking.warehouse.imported.asked import NONE, Imports
from tracking.warehouse.metrics import Metric
from tracking.warehouse.periods import Period
from tracking.warehouse.result import Figure, Row
from tracking.warehouse.revenue import Money

LOCALE = "en"
# Of these the change is a difference of percentages, not a percentage of one.
IN_POINTS = {"bounce_rate", "conversion_rate", "group_conversion_rate"}
IN_POINTS |= {f"{name}_{rating}" for name in VITALS for rating in ("good", "poor")}
SECOND = timedelta(seconds=1)


def results_json(result: Result) -> list[dict[str, Any]]:
    """The rows; with a comparison, each with the figures before and how they changed."""
    return [_row_json(result, row) for row in result.rows]


def meta_json(result: Result, include: dict[str, Any]) -> dict[str, Any]:
    """What the question's `include` asks for besides rows, and why figures are missing."""
    meta: dict[str, Any] = {}
    if include.get("imports"):
        meta |= imports_json(result.query.imports)
    if warnings := result.warnings:
        meta["metric_warnings"] = {
            name: {"code": warning.code, "warning": warning.sentence}
            for name, warning in warnings.items()
        }
    if include.get("time_labels"):
        meta["time_labels"] = [time_json(label) for label in result.time_labels]
        if result.query.previous:
            earlier = [time_json(label) for label in result.comparison_labels]
            meta["comparison_time_labels"] = earlier
    if include.get("total_rows"):
        meta["total_rows"] = result.total_rows
    return meta


def imports_json(imports: Imports | None) -> dict[str, Any]:
    """Whether imported totals are in the figures, and why not, as Plausible says it."""
    reason = imports.reason if imports else NONE
    if not reason:
        return {"imports_included": True}
    told = {"imports_included": False, "imports_skip_reason": reason}
    warning = imports.warning if imports else ""
    return {**told, "imports_warning": warning} if warning else told


def query_json(domain: str, asked: dict[str, Any], query: Query) -> dict[str, Any]:
    """The question as it was understood; `asked` is what the client sent."""
    metrics = [row.name for row in query.metrics]
    dimensions = [row.name for row in query.dimensions]
    compared = {"comparison_date_range": period_json(query.previous)} if query.previous else {}
    return {
        "site_id": domain,
        "metrics": metrics,
        "date_range": period_json(query.period),
        **compared,
        "filters": asked.get("filters", []),
        "dimensions": dimensions,
        "order_by": [
            [
                (dimensions if row.of_dimension else metrics)[row.position],
                "desc" if row.descending else "asc",
            ]
            for row in query.order_by
        ],
        "include": {name: value for name, value in asked.get("include", {}).items() if value},
        "pagination": {"limit": query.limit, "offset": query.offset},
    }


def period_json(period: Period) -> list[str]:
    """The first and the last second of a period."""
    return [period.start.isoformat(), (period.end - SECOND).isoformat()]


def time_json(label: str) -> str:
    """A bucket's name as Plausible writes it: the local time, an hour that comes twice as well."""
    return label[:19].replace("T", " ")


def _row_json(result: Result, row: Row) -> dict[str, Any]:
    metrics = result.query.metrics
    shown = {
        "dimensions": _dimensions_json(result.query, row.dimensions),
        "metrics": [_figure_json(value) for value in row.metrics],
    }
    if row.comparison is not None:
        pairs = zip(metrics, row.comparison, row.metrics, strict=True)
        shown["comparison"] = {
            "dimensions": _dimensions_json(result.query, _earlier(result, row)),
            "metrics": [_figure_json(value) for value in row.comparison],
            "change": [change(metric, before, now) for metric, before, now in pairs],
        }
    return shown


def _dimensions_json(query: Query, values: Sequence[str | None]) -> list[str | None]:
    return [
        time_json(value) if value and by is query.time else value
        for by, value in zip(query.dimensions, values, strict=True)
    ]


def _earlier(result: Result, row: Row) -> list[str | None]:
    """A row's dimensions in the period before; None for a time that this one has not."""
    before = dict(zip(result.time_labels, result.comparison_labels, strict=False))
    return [
        before.get(value) if by is result.query.time else value
        for by, value in zip(result.query.dimensions, row.dimensions, strict=True)
    ]


def change(metric: Metric, before: Figure, now: Figure) -> float | None:
    """By how much per cent, or points, a figure changed; None where that means nothing.

    As Plausible rounds it; from 0 to anything is 100 %.
    """
    old, new = _amount(before), _amount(now)
    if old is None or new is None:
        return None
    if metric.name in IN_POINTS:
        return round(new - old, 1)
    if not old:
        return 100 if new else 0
    return round(100 * (new - old) / old)


def _amount(figure: Figure) -> float | None:
    return float(figure.value) if isinstance(figure, Money) else figure


def _figure_json(figure: Figure) -> float | dict[str, Any] | None:
    return _money_json(figure) if isinstance(figure, Money) else figure


def _money_json(money: Money) -> dict[str, Any]:
    whole = format_currency(money.value, money.currency, locale=LOCALE)
    short = format_compact_currency(money.value, money.currency, locale=LOCALE, fraction_digits=1)
    return {
        "value": float(money.value),
        "currency": money.currency,
        # Less than a thousand is short enough, and has to keep its cents.
        "short": short if abs(money.value) >= 1000 else whole,
        "long": whole,
    }
