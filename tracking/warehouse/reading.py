"""How far and how long pages are read: how many visits scrolled so far, or stayed so long.

What one visit did on the question's pages counts once: its greatest depth, and all its time.
"""

from dataclasses import dataclass
from itertools import pairwise

from tracking.warehouse.answers import Reader
from tracking.warehouse.query import Query
from tracking.warehouse.rows import Source

DEPTHS = (25, 50, 75, 100)
# Where a span of engaged time ends and the next begins, in seconds.
SPANS = (0, 10, 30, 60, 180)


@dataclass(frozen=True)
class Reading:
    """Visits by how far they scrolled and by how long they looked.

    depths: how many said how far
    deep: how many of these came so far, by each of DEPTHS, in per cent of the page
    times: how many said how long
    long: of how many of these the seconds lie in the span that begins so, by each of SPANS
    """

    depths: int
    deep: dict[int, int]
    times: int
    long: dict[int, int]


@dataclass(frozen=True)
class HowRead:
    """The question, for `inquire`: its filters say of which pages."""

    query: Query
    kind = "reading"

    def answer(self, reader: Reader) -> Reading:
        listing = reader.listing(self.query)
        stays = listing.rows.of(Source.STAYS, self.query.filters)
        spans = [f"engaged >= {1000 * a} AND engaged < {1000 * b}" for a, b in pairwise(SPANS)]
        spans.append(f"engaged >= {1000 * SPANS[-1]}")
        tests = [f"depth >= {depth}" for depth in DEPTHS] + spans
        counts = [f"count(*) FILTER (WHERE {test}) AS n{n}" for n, test in enumerate(tests)]
        found = listing.select(
            f"SELECT count(depth) AS depths, count(engaged) AS times, {', '.join(counts)}"  # noqa: S608
            f" FROM {stays}"
        )
        [(depths, times, *numbers)] = reader.fetch(listing, found)
        return Reading(
            depths=depths,
            deep=dict(zip(DEPTHS, numbers, strict=False)),
            times=times,
            long=dict(zip(SPANS, numbers[len(DEPTHS) :], strict=True)),
        )
