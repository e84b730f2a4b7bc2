"""What every engine promises, and which one answers."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from functools import cache

from django.conf import settings

from tracking.telemetry import question
from tracking.warehouse.answers import Reader, answer
from tracking.warehouse.inquiry import Answer_co, Inquiry
from tracking.warehouse.query import Query
from tracking.warehouse.result import Result
from tracking.warehouse.visits import (
    Recorded,
    Step,
    Visit,
    VisitEvent,
    read_events,
    read_recorded,
    read_steps,
    read_visits,
)


class Engine(ABC):
    """Questions about all events that were committed before they are asked.

    They raise `QueryError` for what only the engine can judge: a pattern that RE2 does not accept,
    or a question that takes too long or too much memory.
    """

    # As figures about its questions name it.
    name: str

    @abstractmethod
    def asked(self, query: Query) -> AbstractContextManager[Reader]:
        """What a question is answered from while it is; raises as the questions do."""

    @abstractmethod
    def prepare(self) -> None:
        """Read what the first question would otherwise wait for."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what the process holds for questions, before it ends."""

    def run(self, query: Query) -> Result:
        with question(kind_of(query), self.name), self.asked(query) as reader:
            return answer(reader, query)

    def visits(
        self, query: Query, only: int | None = None, visitor: int | None = None
    ) -> list[Visit]:
        """The visits of the question's period that its filters leave, the latest first.

        A page of them: `only` the one of that number, or those of a `visitor`.
        """
        with question("visits", self.name), self.asked(query) as reader:
            listing = reader.listing(query)
            return read_visits(reader.fetch(listing, listing.visits(only, visitor)))

    def events(self, query: Query, visit: int) -> list[VisitEvent]:
        """The events of a visit in the question's period, in the order in which they happened."""
        with question("events", self.name), self.asked(query) as reader:
            listing = reader.listing(query)
            return read_events(reader.fetch(listing, listing.events(visit)))

    def recorded(self, query: Query, most: int, scroll: int | None = None) -> list[Recorded]:
        """The events of the question's period but of bots, the latest first, at most so many.

        Engagement is among them from a `scroll` depth on; with None it is not.
        """
        with question("recorded", self.name), self.asked(query) as reader:
            listing = reader.listing(query)
            return read_recorded(reader.fetch(listing, listing.recorded(most, scroll)))

    def beside(self, query: Query, path: str, after: bool) -> list[Step]:
        """The pages that the visits which the filters leave saw next `after` a page, or before it.

        As many as the question's limit, those of most visits first; an empty path is where they
        left or entered.
        """
        with question("beside", self.name), self.asked(query) as reader:
            listing = reader.listing(query)
            return read_steps(reader.fetch(listing, listing.beside(path, after)))

    def inquire(self, inquiry: Inquiry[Answer_co]) -> Answer_co:
        """The answer of a question of another kind, see `tracking.warehouse.inquiry`."""
        with question(inquiry.kind, self.name), self.asked(inquiry.query) as reader:
            return inquiry.answer(reader)


def kind_of(query: Query) -> str:
    """What a question is about, as figures about questions name it."""
    if not query.dimensions:
        return "figures"
    return "chart" if query.dimensions == (query.time,) else "breakdown"


@cache
def engine() -> Engine:
    if settings.WAREHOUSE:
        from tracking.warehouse.clickhouse.engine import ClickHouse

        return ClickHouse()
    from tracking.warehouse.duckdb import DuckDB

    return DuckDB()


def run(query: Query) -> Result:
    return engine().run(query)


def visits(query: Query, only: int | None = None, visitor: int | None = None) -> list[Visit]:
    return engine().visits(query, only, visitor)


def events(query: Query, visit: int) -> list[VisitEvent]:
    return engine().events(query, visit)


def recorded(query: Query, most: int, scroll: int | None = None) -> list[Recorded]:
    return engine().recorded(query, most, scroll)


def beside(query: Query, path: str, after: bool) -> list[Step]:
    return engine().beside(query, path, after)


def inquire(inquiry: Inquiry[Answer_co]) -> Answer_co:
    return engine().inquire(inquiry)


def prepare() -> None:
    engine().prepare()


def close() -> None:
    engine().close()
    engine.cache_clear()
