"""The figures of `docs/queries.md` once more, counted in plain Python, slowly and without SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any

from tracking.models import Event

Figures = tuple[int | float | None, ...]
METRICS = [
    *("visitors", "visits", "pageviews", "events"),
    *("views_per_visit", "bounce_rate", "visit_duration"),
    *("visit_duration_p50", "visit_duration_p75", "visit_duration_p95"),
]
SLOT = timedelta(minutes=1)


@dataclass
class Visit:
    """A visit's events, engagement apart, in the order of their times."""

    events: list[Event]

    @property
    def pages(self) -> list[Event]:
        return [event for event in self.events if event.name == "pageview"]

    @property
    def first(self) -> datetime:
        return self.events[0].time

    @property
    def last(self) -> datetime:
        return self.events[-1].time

    @property
    def visitor(self) -> int:
        return self.events[0].visitor

    @property
    def entry_page(self) -> str:
        return self.pages[0].path if self.pages else ""

    @property
    def exit_page(self) -> str:
        return self.pages[-1].path if self.pages else ""

    @property
    def bounced(self) -> bool:
        others = [event for event in self.events if event.name != "pageview"]
        return len(self.pages) == 1 and not any(event.interactive for event in others)

    def __getattr__(self, name: str) -> Any:
        """What belongs to the visit stands on each of its events."""
        return getattr(self.events[0], name)


@dataclass
class Site:
    """What was stored and which part of it is counted: `start` up to, but without, `end`.

    `holds` is the filter, of an event and its visit, or of the visit alone (the event is None then)
    unless `about_events`. `engagement` is what came from visits that are there, apart from the
    `events`.
    """

    stored: list[Event]
    start: datetime
    end: datetime
    holds: Callable[[Any, Visit], bool] = lambda event, visit: True
    about_events: bool = False
    entered: Callable[[Visit], bool] = lambda visit: True

    def __post_init__(self) -> None:
        visits: dict[int, list[Event]] = {}
        for event in sorted(self.stored, key=lambda event: (event.time, event.id)):
            if event.name != "engagement":
                visits.setdefault(event.visit, []).append(event)
        everything = {key: Visit(events) for key, events in visits.items()}
        self.events = [
            (event, visit)
            for visit in everything.values()
            for event in visit.events
            if self._has(event) and self.holds(event, visit)
        ]
        self.engagement = [
            (event, everything[event.visit])
            for event in self.stored
            if event.name == "engagement"
            and event.visit in everything
            and self._has(event)
            and self.holds(event, everything[event.visit])
        ]
        self.visits = [visit for visit in everything.values() if self._counts(visit)]

    def _has(self, event: Event) -> bool:
        return self.start <= event.time < self.end

    def _counts(self, visit: Visit) -> bool:
        if self.about_events:
            return any(each is visit for _, each in self.events)
        return visit.last >= self.start and visit.first < self.end and self.holds(None, visit)

    def figures(self) -> Figures:
        return counted(self.events, self.visits, self.about_events, self.entered)

    def by(self, value: Callable[[Any], str]) -> dict[str, Figures]:
        """Broken down by something that visits have, as all their events do."""
        values = {value(visit) for visit in self.visits}
        return {
            key: counted(
                [(event, visit) for event, visit in self.events if value(visit) == key],
                [visit for visit in self.visits if value(visit) == key],
                self.about_events,
                self.entered,
            )
            for key in values
        }

    def by_page(self) -> dict[str, Figures]:
        """Events by their own page, visits by the page on which they entered."""
        return {
            page: counted(
                [(event, visit) for event, visit in self.events if event.path == page],
                [visit for visit in self.visits if visit.entry_page == page],
                about_events=True,
            )
            for page in {event.path for event, _ in self.events}
        }

    def over_time(self, label: Callable[[datetime], str], active: bool) -> dict[str, Figures]:
        """By the label of a moment: events by their own, visits by their last in the period.

        With `active`, visitors and visits are those that were active at any moment of the label.
        """

        def until(visit: Visit) -> datetime:
            return min(visit.last, self.end - timedelta(microseconds=1))

        def moments(visit: Visit) -> list[datetime]:
            first, last = max(visit.first, self.start), until(visit)
            steps = int((last - first) / SLOT) + 1
            return [*(first + SLOT * step for step in range(steps)), last]

        found = {}
        for name in {
            *(label(event.time) for event, _ in self.events),
            *(label(until(visit)) for visit in self.visits),
            *(label(moment) for visit in self.visits for moment in moments(visit)),
        }:
            figures = counted(
                [(event, visit) for event, visit in self.events if label(event.time) == name],
                [visit for visit in self.visits if label(until(visit)) == name],
            )
            if active:
                there = [v for v in self.visits if name in {label(m) for m in moments(v)}]
                figures = (len({visit.visitor for visit in there}), len(there), *figures[2:])
            found[name] = figures
        return found


def counted(
    events: list[tuple[Event, Visit]],
    visits: list[Visit],
    about_events: bool = False,
    entered: Callable[[Visit], bool] = lambda visit: True,
) -> Figures:
    """All of `METRICS`."""
    visitors = {visit.visitor for visit in visits}
    number = len(visits)
    if about_events:
        visitors = {event.visitor for event, _ in events}
        number = len({event.visit for event, _ in events})
    entries = [visit for visit in visits if entered(visit)]
    views = sum(len(visit.pages) for visit in visits)
    seconds = [(visit.last - visit.first).total_seconds() for visit in visits]
    bounces = sum(visit.bounced for visit in entries)
    return (
        len(visitors),
        number,
        sum(event.name == "pageview" for event, _ in events),
        len(events),
        half_up(100 * views / len(visits)) / 100 if visits else None,
        half_up(100 * bounces / len(entries)) if entries else None,
        half_up(sum(seconds) / len(visits)) if visits else None,
        *(percentile(seconds, part) for part in (0.5, 0.75, 0.95)),
    )


def percentile(values: list[float], part: float) -> int | None:
    """The smallest value that this part of them does not exceed."""
    if not values:
        return None
    return half_up(sorted(values)[ceil(part * len(values)) - 1])


def stays(rows: list[tuple[Event, Visit]]) -> tuple[int | None, int | None]:
    """Scroll depth and time on page of these events and engagement, averaged over visits."""
    depths: dict[int, int] = {}
    for event, _ in rows:
        if event.scroll_depth is not None:
            depths[event.visit] = max(depths.get(event.visit, 0), event.scroll_depth)
    engaged = [event.engaged_ms for event, _ in rows if event.engaged_ms is not None]
    visits = {event.visit for event, _ in rows}
    return (
        half_up(sum(depths.values()) / len(depths)) if depths else None,
        half_up(sum(engaged) / 1000 / len(visits)) if engaged else None,
    )


def half_up(number: float) -> int:
    return floor(number + 0.5)
