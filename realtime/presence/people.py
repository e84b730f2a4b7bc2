"""The rule that says who is on a site now, from beats and from events.

A visitor is here while one of its pages is open: active if something is done on one of them. A
visitor of whom no beat tells, as those of other services' trackers, is here for five minutes after
an event; so is one who had an event after the last beat held.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from realtime.presence.store import PACE, Heard, Tab

# An event on its way while its page was left says nothing of what came after.
SLACK = timedelta(seconds=PACE.late)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a visitor's visit says of the visitor."""

    source: str
    country: str
    device: str


UNKNOWN = Origin("", "", "")


@dataclass(frozen=True, slots=True)
class Seen:
    """A visitor's latest event, for those that had one in the last five minutes."""

    time: datetime
    path: str
    origin: Origin


@dataclass
class Here:
    """Who is on a site at one moment, and where they are; nobody is counted twice.

    `recent` are those known by the five-minute rule alone.
    """

    active: int = 0
    idle: int = 0
    recent: int = 0
    pages: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    devices: Counter[str] = field(default_factory=Counter)

    @property
    def online(self) -> int:
        return self.active + self.idle + self.recent

    def place(self, path: str, origin: Origin | None) -> None:
        """Count somebody; of whose visit nothing is known, the page alone."""
        self.pages[path] += 1
        if origin:
            self.sources[origin.source] += 1
            self.countries[origin.country] += 1
            self.devices[origin.device] += 1


def here(
    heard: Heard, recent: Mapping[int, Seen], origins: Mapping[int, Origin], now: datetime
) -> Here:
    """Who is here; `origins` are those of visitors who are not among the recent ones."""
    found = Here()
    for tab in persons(heard.tabs):
        if tab.active:
            found.active += 1
        else:
            found.idle += 1
        found.place(tab.path, origin_of(tab, recent, origins))
    for seen in by_events_alone(heard, recent, now):
        found.recent += 1
        found.place(seen.path, seen.origin)
    return found


def persons(tabs: Iterable[Tab]) -> list[Tab]:
    """One page of each visitor: one where something is done, if there is such a one.

    Of a visitor who is here at midnight (UTC), when ids change, some pages may have told of the
    new id and others not yet.
    """
    tabs = list(tabs)
    new_ids = {tab.before: tab.visitor for tab in tabs if tab.before is not None}
    chosen: dict[int, Tab] = {}
    for tab in tabs:
        visitor = new_ids.get(tab.visitor, tab.visitor)
        held = chosen.get(visitor)
        if held is None or rank(tab) > rank(held):
            chosen[visitor] = tab
    return list(chosen.values())


def rank(tab: Tab) -> tuple[bool, str]:
    """Of two pages in the same state it is always the same one, so that lists do not jump."""
    return tab.active, tab.path


def origin_of(tab: Tab, recent: Mapping[int, Seen], origins: Mapping[int, Origin]) -> Origin | None:
    for visitor in tab.ids:
        if seen := recent.get(visitor):
            return seen.origin
        if origin := origins.get(visitor):
            return origin
    return None


def by_events_alone(heard: Heard, recent: Mapping[int, Seen], now: datetime) -> list[Seen]:
    """The recent visitors of whom no beat tells, neither that they are here nor that they left."""
    ended, here_now = heard.ended, heard.visitors
    return [
        seen
        for visitor, seen in recent.items()
        if visitor not in here_now
        and (visitor not in ended or now - seen.time < timedelta(seconds=ended[visitor]) - SLACK)
    ]
