"""Which sealed files count, and for what: the manifest, as readers and writers use it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Max, Min, QuerySet, Sum

from tracking.models import Generation, ReopenedVisit, SealedSegment, SealedShare
from tracking.warehouse.schema import EVENTS, VISITS, Tables
from tracking.warehouse.sealing import files

UNIT = "if(visit = 0, id, visit)"


@dataclass(frozen=True, slots=True)
class Share:
    """What a segment holds of one site; times are UTC without a zone, as engines have them."""

    name: str
    upto: int | None
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
        needed = [share for share in self.shares if share.first < end and share.last >= start]
        if not needed:
            return Tables()
        return Tables(
            events=self._relation("events", list(EVENTS), UNIT, needed),
            visits=self._relation("visits", list(VISITS), "visit", needed),
        )

    def _relation(self, kind: str, columns: list[str], unit: str, shares: list[Share]) -> str:
        mine = f"site_id = {self.site_id:d}"
        if self.reopened:
            mine += f" AND visit NOT IN ({', '.join(map(str, self.reopened))})"
        whole = [share.name for share in shares if share.upto is None]
        parts = [f"{read(kind, whole)} WHERE {mine}"] if whole else []
        parts += [
            f"{read(kind, [share.name])} WHERE {mine} AND {unit} <= {share.upto}"
            for share in shares
            if share.upto is not None
        ]
        select = f"SELECT {', '.join(columns)} FROM "  # noqa: S608
        return f"({' UNION ALL '.join(select + part for part in (*parts, f'hot.{kind}'))})"


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
            Share(name, upto, _naive(first), _naive(last))
            for name, upto, first, last in rows.order_by("segment__day", "segment_id").values_list(
                "segment__name", "segment__upto", "first_time", "last_time"
            )
        ),
        tuple(ReopenedVisit.objects.filter(site_id=site_id).values_list("visit", flat=True)),
    )


def live() -> QuerySet[SealedSegment]:
    """The segments that new questions read."""
    return SealedSegment.objects.filter(removed_at=None)


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


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
