"""Which sealed files count, and for what: the manifest, as readers and writers use it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Min, QuerySet, Sum

from tracking.models import Generation, ReopenedVisit, SealedSegment, SealedShare
from tracking.warehouse.buckets import naive_utc
from tracking.warehouse.schema import EVENTS, VISITS, Days, Tables
from tracking.warehouse.sealing import files

# What leaves the event table together, and how rows are ordered in slices.
UNIT = "if(visit = 0, id, visit)"
UNITS = {"events": UNIT, "visits": "visit"}
COLUMNS = {"events": EVENTS, "visits": VISITS}
# By which rows belong to a day.
BEGINNING = {"events": "time", "visits": "first_time"}

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Share:
    """What a segment holds of one site; times are UTC without a zone, as engines have them."""

    segment: int
    name: str
    upto: int | None
    final: bool
    first: datetime
    last: datetime
    summed: bool


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is sealed of one site. `reopened` are visits whose sealed rows are void."""

    site_id: int
    shares: tuple[Share, ...] = ()
    reopened: tuple[int, ...] = ()

    def tables(self, start: datetime, end: datetime) -> Tables:
        """The relations for a question about start <= time < end, hot rows among them.

        Both times are UTC without a zone. Only the files of that time are named.
        """
        needed = self.between(start, end)
        if not needed:
            return Tables()
        return Tables(
            events=_united("events", self.rows("events", needed)),
            visits=_united("visits", self.rows("visits", needed)),
            days=self._days(start, end),
        )

    def _days(self, start: datetime, end: datetime) -> Days | None:
        """The sums of the UTC days that lie in the period, if any day has them."""
        first, last = _midnight(start + DAY - MICROSECOND), _midnight(end)
        summed = [share for share in self.between(first, last) if share.summed]
        if not summed or first >= last:
            return None
        names = [share.name for share in summed]
        mine = f"site_id = {self.site_id:d}"
        rest: dict[str, str] = {}
        for kind, time in BEGINNING.items():
            others = [s for s in self.between(start, end) if s not in summed]
            of_rest = f"{mine} AND {time} < {_at(last)}"
            if start < first:
                # Else visits that came over the period's first midnight are of the rest.
                of_rest += f" AND {time} >= {_at(first)}"
            rest[kind] = _united(
                kind,
                [
                    *self.rows(kind, others),
                    f"{read(f'rest-{kind}', names)} WHERE {of_rest}",
                    *self._edge(kind, summed, start, first, f"{time} < {_at(first)}"),
                    *self._edge(kind, summed, last, end, f"{time} >= {_at(last)}"),
                ],
            )
        of_days = f"{mine} AND time >= {_at(first)} AND time < {_at(last)}"
        sums = f"(SELECT * FROM {read('sums', names)} WHERE {of_days})"  # noqa: S608
        return Days(sums, Tables(rest["events"], rest["visits"]))

    def _edge(
        self, kind: str, shares: list[Share], start: datetime, end: datetime, which: str
    ) -> list[str]:
        """The rows between the period's end and its first or last whole day."""
        near = [share for share in shares if share.first < end and share.last >= start]
        return [f"{part} AND {which}" for part in self.rows(kind, near) if start < end]

    def between(self, start: datetime, end: datetime) -> list[Share]:
        return [share for share in self.shares if share.first < end and share.last >= start]

    def rows(self, kind: str, shares: list[Share], where: str = "true") -> list[str]:
        """What to select from, part by part, for all rows of these shares that count.

        `where` is a condition on them, in SQL that all engines share.
        """
        mine = f"site_id = {self.site_id:d} AND {where}"
        if self.reopened:
            mine += f" AND visit NOT IN ({', '.join(map(str, self.reopened))})"
        whole = [share.name for share in shares if share.upto is None]
        parts = [f"{read(kind, whole, mine)} WHERE {mine}"] if whole else []
        for share in shares:
            if share.upto is not None:
                counts = f"{mine} AND {UNITS[kind]} <= {share.upto:d}"
                parts.append(f"{read(kind, [share.name], counts)} WHERE {counts}")
        return parts


def _united(kind: str, parts: list[str]) -> str:
    """These rows and the hot ones."""
    select = f"SELECT {', '.join(COLUMNS[kind])} FROM "  # noqa: S608
    return f"({' UNION ALL '.join(select + part for part in [*parts, f'hot.{kind}'])})"


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _at(moment: datetime) -> str:
    return f"TIMESTAMP {literal(moment.isoformat())}"


def read(kind: str, names: Iterable[str], where: str = "true", columns: Sequence[str] = ()) -> str:
    """The relation of the rows of segments, for DuckDB.

    `where` and `columns` say what is needed of them, in SQL that all engines share: what is not
    need not come from another server, and whether it is there is not known.
    """
    if settings.WAREHOUSE:
        from tracking.warehouse.clickhouse.segments import fetched

        return fetched(kind, names, where, columns or list(COLUMNS[kind]))
    paths = ", ".join(literal(str(files.path(kind, name))) for name in names)
    return f"read_parquet([{paths}])"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def sealed(site_id: int) -> Sealed:
    """What the manifest says of a site now."""
    rows = SealedShare.objects.filter(site_id=site_id, segment__removed_at=None)
    gone = list(reopened().filter(site_id=site_id).values_list("visit", "segment_id"))
    # A segment's sums have all that it had.
    changed = {segment for _, segment in gone}
    return Sealed(
        site_id,
        tuple(
            Share(
                segment,
                name,
                upto,
                final,
                naive_utc(first),
                naive_utc(last),
                summed and segment not in changed and not settings.WAREHOUSE,
            )
            for segment, name, upto, final, first, last, summed in rows.order_by(
                "segment__day", "segment_id"
            ).values_list(
                "segment_id",
                "segment__name",
                "segment__upto",
                "segment__final",
                "first_time",
                "last_time",
                "summed",
            )
        ),
        tuple(visit for visit, _ in gone),
    )


def live() -> QuerySet[SealedSegment]:
    """The segments that new questions read."""
    return SealedSegment.objects.filter(removed_at=None)


def reopened() -> QuerySet[ReopenedVisit]:
    """The visits whose sealed rows are void and still in a file that counts."""
    return ReopenedVisit.objects.filter(segment__removed_at=None)


def next_generation() -> int:
    """Say that the manifest changes with the caller's transaction, which holds the log's lock."""
    Generation.bump(Generation.SEALED)
    return Generation.current(Generation.SEALED)


@dataclass(frozen=True, slots=True)
class Held:
    """What is sealed of a site, in short."""

    visits: int
    first_time: datetime | None
    last_id: int


def held(site_id: int) -> Held:
    found = SealedShare.objects.filter(site_id=site_id, segment__removed_at=None).aggregate(
        visits=Sum("visits"), first=Min("first_time"), last=Max("last_id")
    )
    return Held(found["visits"] or 0, found["first"], found["last"] or 0)
