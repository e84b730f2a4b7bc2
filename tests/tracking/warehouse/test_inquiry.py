"""Questions of other kinds than metrics by dimensions."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import EventFactory, SiteFactory
from tracking.warehouse import Query, inquire
from tracking.warehouse.answers import Reader
from tracking.warehouse.rows import Source

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Longest:
    """How many pageviews the visits of most of them have, and how many such visits there are."""

    query: Query
    kind = "longest"

    def answer(self, reader: Reader) -> tuple[int, int]:
        listing = reader.listing(self.query)
        visits = listing.rows.of(Source.VISITS, self.query.filters)
        found = listing.select(
            "SELECT any_value(pageviews), count(*) FROM counted"
            " WHERE pageviews = (SELECT most FROM longest)",
            counted=f"SELECT pageviews FROM {visits}",  # noqa: S608
            longest="SELECT max(pageviews) AS most FROM counted",
        )
        [row] = reader.fetch(listing, found)
        return (row[0], row[1])


def test_a_question_of_another_kind_is_answered_from_what_its_query_leaves():
    site = SiteFactory()
    for country in ("DE", "DE", "AT"):
        first = EventFactory(site=site, country=country, time=NOON)
        for minute in range(1 if country == "DE" else 2):
            EventFactory(
                site=site,
                visit=first.id,
                visitor=first.visitor,
                country=country,
                time=NOON + timedelta(minutes=minute + 1),
            )
    german = [["is", "visit:country", ["DE"]]]
    day = ["2026-03-10", "2026-03-10"]

    asked = [Query.build(site, ["visits"], filters=each, date_range=day) for each in ([], german)]

    assert [(3, 1), (2, 2)] == [inquire(Longest(query)) for query in asked]
