"""What can be counted: a metric is a row of `METRICS`.

The definitions are those of Plausible's Stats API v2; `docs/queries.md` tells them in words. The
expressions are over the columns of `tracking.warehouse.mirror`, in SQL that DuckDB and ClickHouse
share.
"""

from dataclasses import dataclass

from tracking.warehouse.errors import QueryError


@dataclass(frozen=True)
class Metric:
    """An aggregate.

    `over_events` counts rows that may share a visit, `over_visits` rows that are one visit each;
    a metric that has both can be answered from either. Events of an unknown visitor have visitor
    and visit 0. `{entered}` becomes the condition that a visit entered on the filtered page.
    `whole` says that the figure is a whole number, `empty` what it is where nothing was counted:
    None for an average of nothing.
    """

    name: str
    over_events: str = ""
    over_visits: str = ""
    whole: bool = True
    empty: int | None = 0


METRICS = {
    row.name: row
    for row in (
        Metric("visitors", "count(DISTINCT nullif(visitor, 0))", "count(DISTINCT visitor)"),
        Metric("visits", "count(DISTINCT nullif(visit, 0))", "count(*)"),
        Metric("pageviews", over_events="count(*) FILTER (WHERE name = 'pageview')"),
        Metric("events", over_events="count(*)"),
        Metric(
            "views_per_visit",
            over_visits="round(sum(pageviews) / count(*), 2)",
            whole=False,
            empty=None,
        ),
        Metric(
            "bounce_rate",
            over_visits="round(100.0 * count(*) FILTER (WHERE bounced AND {entered})"
            " / nullif(count(*) FILTER (WHERE {entered}), 0))",
            empty=None,
        ),
        Metric("visit_duration", over_visits="round(avg(duration) / 1000000)", empty=None),
    )
}


def metric(name: object) -> Metric:
    """The metric of that name; raises `QueryError` where there is none."""
    if not isinstance(name, str) or name not in METRICS:
        raise QueryError(f"There is no metric {name!r}.")
    return METRICS[name]
