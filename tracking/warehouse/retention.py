"""How many of those who came for the first time came back: a cohort for each day, week or month.

A visitor is of the cohort in which their first visit of all that are stored began, and came back in
each later part of time in which another of their visits began. Filters are asked of the first
visit. What nobody can know, because visitors have become new meanwhile, is None.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from tracking.models import Site
from tracking.privacy.knowing import LEAST_DAYS, Knowing
from tracking.warehouse.answers import Reader
from tracking.warehouse.buckets import buckets, naive_utc
from tracking.warehouse.errors import QueryError
from tracking.warehouse.filters import All
from tracking.warehouse.parse import object_of
from tracking.warehouse.periods import Period, midnight
from tracking.warehouse.query import Query
from tracking.warehouse.rows import Source
from tracking.warehouse.visits import Listing

INTERVALS = tuple(LEAST_DAYS)
MOST = 60
KEYS = {"site_id", "interval", "date_range", "filters"}


@dataclass(frozen=True)
class Cohort:
    """Who came first in the part of time that begins on the day `start`.

    returned: how many came again one part later, two parts later and so on
    complete: how many of these parts are over
    """

    start: date
    visitors: int
    returned: tuple[int | None, ...]
    complete: int


@dataclass(frozen=True)
class Retention:
    """The question; see `tracking.warehouse.inquiry`.

    Its query is about all that is stored up to the end of what was asked, by time; cohorts begin in
    `period`, which is what was asked in whole weeks or months.
    """

    query: Query
    period: Period
    interval: str
    knowing: Knowing
    now: datetime

    kind = "retention"

    @classmethod
    def build(
        cls,
        site: Site,
        interval: str,
        filters: Sequence = (),
        date_range: str | Sequence[str] = "day",
        now: datetime | None = None,
        user: object = None,
    ) -> "Retention":
        """Raises `QueryError` also where the site's choices let nobody be known again."""
        now = now or timezone.now()
        knowing = Knowing.of(site)
        _check(interval, knowing)
        asked = _query(site, interval, filters, date_range, now, user)
        period = replace(asked.period, start=_floor(asked.period.start, interval))
        if len(buckets(period, interval)) > MOST:
            raise QueryError(
                f"The date range has more than {MOST} cohorts: ask for a shorter one, or by a"
                " longer interval."
            )
        everything = _query(site, interval, (), "all", now, user).period.start
        start = min(period.start, _floor(everything, interval))
        query = replace(asked, period=Period(start, period.end))
        return cls(query, period, interval, knowing, now)

    @classmethod
    def from_json(cls, site: Site, body: object, user: object = None) -> "Retention":
        """The question of an API request's body, a decoded JSON value. Raises `QueryError`."""
        fields = object_of(body, "The request", KEYS)
        if "date_range" not in fields:
            raise QueryError("The request must have the key 'date_range'.")
        return cls.build(
            site,
            fields.get("interval", "week"),
            fields.get("filters", []),
            fields["date_range"],
            user=user,
        )

    def answer(self, reader: Reader) -> list[Cohort]:
        starts = [bucket.key for bucket in buckets(self.period, self.interval)]
        listing = reader.listing(self.query)
        found = reader.fetch(listing, _statement(listing, self, len(starts)))
        counted = {first: [visitors or 0 for visitors in came] for first, *came in found}
        return self._cohorts(starts, counted)

    def _cohorts(self, starts: list[Any], counted: Mapping[Any, Sequence[int]]) -> list[Cohort]:
        zone = self.period.zone
        moments = [midnight(start, zone) for start in starts]
        begun = sum(moment <= self.now for moment in moments)
        ends = [*moments[1:], self.period.end]
        over = sum(end <= self.now for end in ends)
        nobody = [0] * len(starts)
        return [
            Cohort(
                start=starts[place],
                visitors=counted.get(starts[place], nobody)[place],
                returned=tuple(
                    counted.get(starts[place], nobody)[later]
                    if self.knowing.holds(moments[place], ends[later])
                    else None
                    for later in range(place + 1, begun)
                ),
                complete=max(0, over - place - 1),
            )
            for place in range(begun)
        ]


def mean(cohorts: Sequence[Cohort], later: int) -> float | None:
    """The part of their visitors, of 1, who came back so many parts later, 0 being the next.

    Of the cohorts of which it is known and over; None where there is no visitor in any.
    """
    told = [
        (cohort.visitors, back)
        for cohort in cohorts
        for back in cohort.returned[later : min(later + 1, cohort.complete)]
        if back is not None
    ]
    visitors = sum(count for count, _ in told)
    return sum(back for _, back in told) / visitors if visitors else None


def _check(interval: object, knowing: Knowing) -> None:
    if interval not in INTERVALS:
        raise QueryError(f"'interval' must be one of {', '.join(INTERVALS)}.")
    if not knowing.intervals:
        raise QueryError(
            "This site knows a visitor again on the same day only: nobody can know who comes back."
        )
    if interval not in knowing.intervals:
        raise QueryError(
            f"This site knows a visitor again for {knowing.days} days, in which no {interval} after"
            " the first visit lies whole: ask by a shorter interval."
        )


def _query(
    site: Site, interval: str, filters: Sequence, date_range: Any, now: datetime, user: object
) -> Query:
    return Query.build(
        site=site,
        metrics=["visitors"],
        dimensions=[f"time:{interval}"],
        filters=filters,
        date_range=date_range,
        now=now,
        user=user,
    )


def _floor(start: datetime, interval: str) -> datetime:
    day = start.date()
    if interval == "month":
        day = day.replace(day=1)
    elif interval == "week":
        day -= timedelta(days=day.weekday())
    return midnight(day, start.tzinfo)  # type: ignore[arg-type]


def _statement(listing: Listing, asked: Retention, parts: int) -> str:
    """For each cohort the number of its visitors in each part of the period, its own among them.

    The parts in which a visitor came are the bits of a number, so that visits are read once.
    """
    rows, dialect = listing.rows, listing.dialect
    since = rows.bind(naive_utc(asked.period.start))
    first = rows.bind(asked.period.start.date())
    place = f"date_diff('{asked.interval}', {first}, {rows.bucket('first_time')})"
    before, columns = {}, "min(first_time) AS began, bit_or(part) AS parts"
    who, chosen = "visitor <> 0", f"began >= {since}"
    if asked.query.filters != All(()):
        wanted = rows.of(Source.VISITS, asked.query.filters)
        before["wanted"] = f"SELECT visit, visitor FROM {wanted}"  # noqa: S608
        # Others need not be told apart.
        who += " AND visitor IN (SELECT visitor FROM wanted)"
        columns += f", argMin(visit, {dialect.order('first_time', 'visit')}) AS opening"
        chosen += " AND opening IN (SELECT visit FROM wanted)"
    seen = (
        "SELECT visitor, visit, first_time,"  # noqa: S608
        f" CASE WHEN first_time >= {since} THEN {dialect.bit(place)} ELSE 0 END AS part"
        f" FROM {rows.of(Source.VISITS, All(()))} WHERE {who}"
    )
    members = f"SELECT {columns} FROM ({seen}) GROUP BY visitor"  # noqa: S608
    alike = (
        f"SELECT {rows.bucket('began')} AS cohort, parts, count(*) AS visitors"  # noqa: S608
        f" FROM ({members}) WHERE {chosen} GROUP BY cohort, parts"
    )
    came = ", ".join(
        f"sum(visitors) FILTER (WHERE {dialect.has_bit('parts', part)}) AS came_{part}"
        for part in range(parts)
    )
    found = f"SELECT cohort, {came} FROM ({alike}) GROUP BY cohort"  # noqa: S608
    return listing.select(found, **before)
