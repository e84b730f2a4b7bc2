"""Which days of imported totals count beside the events that a site has."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from tracking.models import Site, Totals
from tracking.warehouse import Query, run

DAY = timedelta(days=1)
# No question is about more than 20 years.
MOST = timedelta(days=7000)

Spans = list[list[str]]


def count_days(site: Site, now: datetime) -> None:
    """Let all totals of a site count on the days that are theirs; asked when events were imported,
    too."""
    for totals in site.totals.prefetch_related("tables"):
        totals.spans = spans(site, totals, now)
        totals.save(update_fields=["spans"])


def spans(site: Site, totals: Totals, now: datetime) -> Spans:
    """The days of the totals without those on which the site has events, nor any from the first on
    that it counted itself."""
    tables = list(totals.tables.all())
    first, last = min(each.first for each in tables), max(each.last for each in tables)
    own = days_with_events(site, first, last, now)
    made = site.created_at.astimezone(site.zone).date()
    begun = min((day for day in own if day >= made), default=date.max)
    return joined(day for day in _days(first, last) if day < begun and day not in own)


def days_with_events(site: Site, first: date, last: date, now: datetime) -> set[date]:
    found: set[str] = set()
    while first <= last:
        until = min(last, first + MOST)
        query = Query.build(
            site=site,
            metrics=["events"],
            dimensions=["time:day"],
            date_range=[first.isoformat(), until.isoformat()],
            now=now,
        )
        found |= {row.dimensions[0] for row in run(query).rows if row.metrics[0]}
        first = until + DAY
    return set(map(date.fromisoformat, found))


def joined(days: Iterable[date]) -> Spans:
    """Days in order as pairs of the first and last of those that follow each other."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and found[-1][1] + DAY == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return [[first.isoformat(), last.isoformat()] for first, last in found]


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY
