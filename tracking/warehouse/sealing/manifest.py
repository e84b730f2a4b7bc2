"""Which sealed files count, and for what: the manifest, as readers and writers use it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, QuerySet, Sum

from tracking.models import Generation, ReopenedVisit, SealedSegment, SealedShare
from tracking.warehouse.buckets import naive_utc
from tracking.warehouse.schema import EVENTS, VISITS, Tables
from tracking.warehouse.sealing import files

# What leaves the event table together, and how rows are ordered in slices.
UNIT = "if(visit = 0, id, visit)"
UNITS = {"events": UNIT, "visits": "visit"}


@dataclass(frozen=True, slots=True)
class Share:
    """What a segment holds of one site; times are UTC without a zone, as engines have them."""

    segment: int
    name: str
    upto: int | None
    final: bool
    first: datetime
    last: datetime


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
            events=self._with_hot("events", list(EVENTS), needed),
            visits=self._with_hot("visits", list(VISITS), needed),
        )

    def between(self, start: datetime, end: datetime) -> list[Share]:
        return [share for share in self.shares if share.first < end and share.last >= start]

    def _with_hot(self, kind: str, columns: list[str], shares: list[Share]) -> str:
        select = f"SELECT {', '.join(columns)} FROM "  # noqa: S608
        parts = [*self.rows(kind, shares), f"hot.{kind}"]
        return f"({' UNION ALL '.join(select + part for part in parts)})"

    def rows(self, kind: str, shares: list[Share]) -> list[str]:
        """What to select from, part by part, for all rows of these shares that count."""
        mine = f"site_id = {self.site_id:d}"
        if self.reopened:
            mine += f" AND visit NOT IN ({', '.join(map(str, self.reopened))})"
        whole = [share.name for share in shares if share.upto is None]
        parts = [f"{read(kind, whole)} WHERE {mine}"] if whole else []
        return parts + [
            f"{read(kind, [share.name])} WHERE {mine} AND {UNITS[kind]} <= {share.upto}"
            for share in shares
            if share.upto is not None
        ]


def read(kind: str, names: Iterable[str]) -> str:
    """The relation of the rows in segments' files."""
    paths = ", ".join(literal(str(files.path(kind, name))) for name in names)
    return f"read_parquet([{paths}])"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def sealed(site_id: int) -> Sealed:
    """What the manifest says of a site now."""
    rows = SealedShare.objects.filter(site_id=site_id, segment__removed_at=None)
    return Sealed(
        site_id,
        tuple(
            Share(segment, name, upto, final, naive_utc(first), naive_utc(last))
            for segment, name, upto, final, first, last in rows.order_by(
                "segment__day", "segment_id"
            ).values_list(
                "segment_id",
                "segment__name",
                "segment__upto",
                "segment__final",
                "first_time",
                "last_time",
            )
        ),
        tuple(reopened().filter(site_id=site_id).values_list("visit", flat=True)),
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
