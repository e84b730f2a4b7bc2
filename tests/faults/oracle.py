"""Whether what is stored is what was sent: by hit, by visit and by figure, counted in plain Python.

Only the clients' logs say what a hit was and whose; of the stored events the times are taken.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tests.faults.load import Hit, Load
from tests.faults.stored import Event, Figures, Stored

GAP = timedelta(minutes=30)


@dataclass(frozen=True)
class Outcome:
    """What became of a load while something failed; `recovery` is in seconds, over all failures."""

    sent: int
    accepted: int
    stored: int
    doubled: int
    lost: int
    not_sent: int  # stored, though nobody sent it
    unavailable: int  # answers 503
    unanswered: int
    rate: float  # accepted hits a second
    slowest: float  # seconds that a client waited for an answer
    recovery: float
    wrong: tuple[str, ...]  # answers that are neither "stored" nor "send it again"

    def check(self) -> "Outcome":
        """Raise AssertionError unless accepted ⊆ stored ⊆ sent, each once."""
        assert () == self.wrong[:5], self
        assert (0, 0, 0) == (self.doubled, self.lost, self.not_sent), self
        assert self.accepted > 0
        return self


def outcome(load: Load, stored: Stored, moments: list[float]) -> Outcome:
    """`moments` are those (monotonic) after which the server was to answer again."""
    times = Counter(event.path for event in stored.events)
    sent = {hit.path for hit in load.hits}
    return Outcome(
        sent=len(sent),
        accepted=len(load.accepted),
        stored=len(stored.events),
        doubled=sum(count - 1 for count in times.values()),
        lost=len({hit.path for hit in load.accepted} - set(times)),
        not_sent=len(set(times) - sent),
        unavailable=load.statuses[503],
        unanswered=load.statuses[0],
        rate=load.rate,
        slowest=max(answer.wait for answer in load.answers),
        recovery=load.recovery(moments) if moments else 0,
        wrong=tuple(load.wrong),
    )


def check_order(load: Load, stored: Stored) -> None:
    """Each client's accepted hits have become events in the order in which it sent them.

    Those apart that nginx kept, which were replayed afterwards and have no visit.
    """
    ids = {event.path: event.id for event in stored.events if event.visit}
    for log in load.logs:
        theirs = [ids[hit.path] for hit in log.hits if hit.accepted and hit.path in ids]
        assert sorted(theirs) == theirs


def check_visits(load: Load, stored: Stored) -> None:
    """The stored names, visitors and visits are those that the logs make, and so are the figures.

    For a load whose clock went forward only.
    """
    hits = {hit.path: hit for hit in load.hits}
    assert [hits[event.path].name for event in stored.events] == [
        event.name for event in stored.events
    ]
    of_visits = [event for event in stored.events if event.visit]
    visits = visits_of(hits, of_visits)
    assert visits == visits_stored(of_visits)
    visitors = {hits[event.path].visitor for event in of_visits}
    assert figures_of(visits, len(visitors), stored.events) == stored.figures


Visits = list[list[Event]]


def visits_of(hits: dict[str, Hit], events: Iterable[Event]) -> Visits:
    """Each visitor's events, parted where 30 minutes lie between them."""
    by_visitor: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_visitor[hits[event.path].visitor].append(event)
    visits: Visits = []
    for theirs in by_visitor.values():
        visit: list[Event] = []
        for event in sorted(theirs, key=lambda event: (event.time, event.id)):
            if not visit or event.time - visit[-1].time >= GAP:
                visit = []
                visits.append(visit)
            visit.append(event)
    return sorted(visits, key=lambda visit: visit[0].id)


def visits_stored(events: Iterable[Event]) -> Visits:
    by_visit: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        by_visit[event.visit].append(event)
    visits = [
        sorted(visit, key=lambda event: (event.time, event.id)) for visit in by_visit.values()
    ]
    return sorted(visits, key=lambda visit: visit[0].id)


def figures_of(visits: Visits, visitors: int, events: Sequence[Event]) -> Figures:
    """The report's headline figures, after the definitions in docs/queries.md."""
    pageviews = pageviews_in(events)
    of_visits = sum(pageviews_in(visit) for visit in visits)
    bounces = sum([event.name for event in visit] == ["pageview"] for visit in visits)
    durations = [visit[-1].time - visit[0].time for visit in visits]
    mean = sum(durations, timedelta()) / len(visits)
    return {
        "pageviews": pageviews,
        "events": len(events),
        "visitors": visitors,
        "visits": len(visits),
        "bounce_rate": rounded(100 * bounces / len(visits)),
        "views_per_visit": rounded(100 * of_visits / len(visits)) / 100,
        "visit_duration": rounded(mean.total_seconds()),
    }


def pageviews_in(events: Iterable[Event]) -> int:
    return sum(event.name == "pageview" for event in events)


def rounded(figure: float) -> int:
    """To the nearest, a half upwards, as SQL does and Python does not."""
    return math.floor(figure + 0.5)
