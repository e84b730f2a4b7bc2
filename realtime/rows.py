"""The rows of the feed: visits, each with how far it has come.

A row is made by its visit and the steps that follow, in the order of their ids, wherever they were
read: so what a page was told bit by bit equals what a page shows that is opened now.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from realtime.news import News
from realtime.visits import Step, Visit, words_of_age, words_of_span

# A page shows as many.
MOST_ROWS = 200
MOST_GOALS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A visit up to its event `last_id`.

    The feed has had it since the event `entered`: the one that opened it, or where filters leave
    some visits alone the first for which they hold. It lasts from the `first` to the `last` event
    that is no engagement. `page` is the path of the latest pageview, which was at `page_at`.
    """

    visit: Visit
    entered: int
    last_id: int
    first: datetime
    last: datetime
    pages: int
    page: str
    page_at: datetime
    goals: tuple[str, ...]

    @classmethod
    def begin(cls, visit: Visit) -> "Row":
        return cls(
            visit=visit,
            entered=visit.id,
            last_id=visit.id,
            first=visit.time,
            last=visit.time,
            pages=int(visit.name == "pageview"),
            page=visit.path,
            page_at=visit.time,
            goals=visit.goals[:MOST_GOALS],
        )

    def after(self, step: Step) -> "Row":
        goals = tuple(dict.fromkeys((*self.goals, *step.goals)))[:MOST_GOALS]
        grown = replace(self, last_id=step.id, goals=goals)
        if step.name == "engagement":
            return grown
        grown = replace(grown, first=min(self.first, step.time), last=max(self.last, step.time))
        if step.name != "pageview":
            return grown
        # A sender that sets the time may tell of an earlier view later.
        if step.time >= self.page_at:
            grown = replace(grown, page=step.path, page_at=step.time)
        return replace(grown, pages=self.pages + 1)

    @property
    def id(self) -> int:
        return self.visit.id

    @property
    def span(self) -> str:
        """How long the visit lasts so far; empty for one of a single moment."""
        seconds = int((self.last - self.first).total_seconds())
        return words_of_span(seconds) if seconds else ""

    @property
    def has_moved(self) -> bool:
        return self.page != self.visit.path


class Rows:
    """The newest rows of a feed, in the order in which they entered."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._by_id = {row.id: row for row in rows}
        self._forget()

    def take(self, news: News) -> tuple[list[Row], list[Row]]:
        """Take in what happened; gives the new rows and those that grew, oldest first.

        Steps of visits that are not among the rows are passed over.
        """
        for visit in news.visits:
            self._by_id[visit.id] = Row.begin(visit)
        grown = set()
        for step in news.steps:
            if row := self._by_id.get(step.visit):
                self._by_id[step.visit] = row.after(step)
                grown.add(step.visit)
        new = [self._by_id[visit.id] for visit in news.visits]
        before = [self._by_id[number] for number in sorted(grown - {row.id for row in new})]
        self._forget()
        return new, before

    def __contains__(self, number: int) -> bool:
        return number in self._by_id

    def add(self, rows: Iterable[Row]) -> None:
        """Rows that entered after all that are there, in that order."""
        self._by_id.update((row.id, row) for row in rows)
        self._forget()

    def entered_after(self, cursor: int) -> list[Row]:
        """The rows that a cursor does not know, oldest first."""
        return [row for row in self._by_id.values() if row.entered > cursor]

    def of_ids(self, ids: Iterable[int]) -> list[Row]:
        """The rows of these visits that are among the newest, in the order of their ids."""
        return [self._by_id[number] for number in sorted(ids) if number in self._by_id]

    def grown_after(self, cursor: int) -> list[Row]:
        """The rows of visits that had opened by the cursor and went on after it."""
        return [row for row in self._by_id.values() if row.entered <= cursor < row.last_id]

    def latest(self, count: int) -> list[Row]:
        """So many rows, the newest first."""
        return list(reversed(self._by_id.values()))[:count]

    def copy(self) -> "Rows":
        """As they are now, for another thread."""
        return Rows(self._by_id.values())

    def _forget(self) -> None:
        for number in list(self._by_id)[: max(0, len(self._by_id) - MOST_ROWS)]:
            del self._by_id[number]


def render(row: Row, now: datetime | None = None) -> SafeString:
    """The row as HTML, the same on the page and in a frame."""
    age = words_of_age((now or timezone.now()) - row.visit.time)
    return render_to_string("live/visit.html", {"row": row, "visit": row.visit, "age": age})


def render_growth(row: Row) -> SafeString:
    """The parts of the row that change as the visit goes on."""
    return render_to_string("live/growth.html", {"row": row, "visit": row.visit})
