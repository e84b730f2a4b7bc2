"""Single visits: listed, opened, and what is seen beside a page."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.factories import EventFactory, SiteFactory
from tracking.models import Site
from tracking.warehouse import Query, beside, events, recorded, visits

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def walked(site: Site, *paths: str, minutes: int = 0, **fields: Any) -> int:
    """A visit to pages, a minute apart; returns its number."""
    start = NOON + timedelta(minutes=minutes)
    first = EventFactory(site=site, path=paths[0], time=start, **fields)
    for number, path in enumerate(paths[1:], start=1):
        EventFactory(
            site=site,
            path=path,
            visit=first.id,
            visitor=first.visitor,
            time=start + timedelta(minutes=number),
            **{name: value for name, value in fields.items() if name != "visitor"},
        )
    return first.id


def asked(site: Site, *filters: Any, **more: Any) -> Query:
    day = ["2026-03-10", "2026-03-10"]
    return Query.build(site, ["visits"], filters=filters, date_range=day, **more)


def test_visits_come_the_latest_first_in_pages():
    site = SiteFactory()
    numbers = [walked(site, "/", minutes=minutes) for minutes in range(3)]
    walked(SiteFactory(), "/")

    first = visits(asked(site, limit=2))
    second = visits(asked(site, limit=2, offset=2))

    assert [numbers[2], numbers[1], numbers[0]] == [each.visit for each in (*first, *second)]


def test_filters_leave_visits_and_bots_are_none():
    site = SiteFactory()
    german = walked(site, "/", "/a", country="DE")
    walked(site, "/", "/a", country="AT")
    walked(site, "/", country="DE")
    walked(site, "/a", country="DE", flags="bot")
    filters = [["is", "visit:country", ["DE"]], ["is", "event:page", ["/a"]]]

    [found] = visits(asked(site, *filters))

    assert (german, NOON, 60_000_000, 2, "/", "/a", "DE") == (
        found.visit,
        found.first_time,
        found.duration,
        found.pageviews,
        found.entry_page,
        found.exit_page,
        found.country,
    )


def test_a_visit_is_found_by_its_number_and_others_by_their_visitor():
    site = SiteFactory()
    first = walked(site, "/", visitor=7)
    later = walked(site, "/b", minutes=60, visitor=7)
    walked(site, "/c", visitor=8)
    query = asked(site)

    assert [first] == [each.visit for each in visits(query, only=first)]
    assert [later, first] == [each.visit for each in visits(query, visitor=7)]
    assert [] == visits(query, only=10**9)


def test_a_visits_events_come_as_they_happened_with_all_they_have():
    site = SiteFactory()
    visit = walked(site, "/", "/cart", title="Shop")
    at = NOON + timedelta(minutes=2)
    EventFactory(
        site=site,
        visit=visit,
        visitor=visit,
        name="Buy",
        path="/cart",
        time=at,
        props='{"size": "L"}',
        revenue_amount=Decimal("9.90"),
        revenue_currency="EUR",
    )
    EventFactory(
        site=site,
        visit=visit,
        visitor=visit,
        name="engagement",
        path="/cart",
        time=at,
        scroll_depth=80,
        engaged_ms=1500,
    )
    walked(site, "/other")

    found = events(asked(site), visit)

    assert [
        ("pageview", "/", "Shop", NOON, {}, None, None),
        ("pageview", "/cart", "Shop", NOON + timedelta(minutes=1), {}, None, None),
        ("Buy", "/cart", "", at, {"size": "L"}, Decimal("9.90"), None),
        ("engagement", "/cart", "", at, {}, None, 80),
    ] == [
        (
            each.name,
            each.path,
            each.title,
            each.time,
            each.props or {},
            each.revenue_amount,
            each.scroll_depth,
        )
        for each in found
    ]


def test_pages_seen_next_and_before_are_counted_by_visits():
    site = SiteFactory()
    walked(site, "/", "/a", "/b")
    walked(site, "/", "/a", "/a", "/c")
    walked(site, "/a")
    walked(site, "/b")
    query = asked(site)

    assert [("", 1), ("/b", 1), ("/c", 1)] == beside(query, "/a", after=True)
    assert [("/", 2), ("", 1)] == beside(query, "/a", after=False)
    assert [("/b", 1)] == beside(asked(site, ["is", "visit:exit_page", ["/b"]]), "/a", after=True)


def test_recorded_events_are_the_latest_of_all_but_bots_and_shallow_engagement():
    site = SiteFactory()
    opened = EventFactory(site=site, time=NOON, props='{"plan": "pro"}', title="Home")
    joined = {"site": site, "visit": opened.id, "visitor": opened.visitor}
    later = [
        EventFactory(**joined, name="Signup", time=NOON + timedelta(seconds=1)),
        EventFactory(
            **joined, name="engagement", scroll_depth=40, time=NOON + timedelta(seconds=2)
        ),
        EventFactory(
            **joined, name="engagement", scroll_depth=60, time=NOON + timedelta(seconds=3)
        ),
        EventFactory(site=site, flags="bot", time=NOON + timedelta(seconds=4)),
        EventFactory(
            site=site, flags="no_visitor", visit=0, visitor=0, time=NOON + timedelta(seconds=5)
        ),
    ]
    EventFactory(time=NOON)

    found = recorded(asked(site), most=10, scroll=50)

    assert [later[4].id, later[2].id, later[0].id, opened.id] == [each.id for each in found]
    assert [later[4].id, later[0].id] == [each.id for each in recorded(asked(site), most=2)]
    assert ("no_visitor", "", NOON, "Home", '{"plan": "pro"}', None) == (
        found[0].flags,
        found[-1].flags,
        *(getattr(found[-1], name) for name in ("time", "title", "props", "scroll_depth")),
    )
