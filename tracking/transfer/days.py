"""Which days of what is imported count beside the events that a site has."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from tracking.models import Import, Site, Totals
from tracking.transfer.errors import ImportProblem
from tracking.warehouse import Query, run
from tracking.warehouse.query import first_day_of

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


def begun_here(site: Site) -> date | None:
    """From which day on an import should leave a site's events out, as far as that can be told.

    The first on which the site counted by itself. Once events were imported nobody can tell those
    apart from others: then the day that was chosen before.
    """
    done = site.imports.filter(state=Import.State.DONE).exclude(format__in=Import.OF_DAYS)
    if last := done.first():
        chosen = (last.options or {}).get("before", "")
        return date.fromisoformat(chosen) if chosen else None
    return first_day_of(site, imports=False)


def end_of(options: Mapping[str, str], site: Site) -> datetime | None:
    """When the day begins that an import was told to end `before`, None for no such day.

    Raises `ImportProblem` where it is none.
    """
    if not (day := options.get("before")):
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(), site.zone).astimezone(UTC)
    except ValueError:
        raise ImportProblem("Write the day as 2026-03-10.") from None


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
