from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from realtime.out import events
from realtime.out.events import Position, after
from realtime.out.models import Crossing, Kind
from tests.factories import SiteFactory
from tests.realtime.stored import event, seal_visits, store
from tracking.models import EventLog, Goal, Site

pytestmark = pytest.mark.django_db

ALL = Kind.values
TIME = datetime(2026, 3, 10, 12, 0, 5, 250_000, tzinfo=UTC)


def told(site: Site, start: str = "0", kinds: list[str] = ALL) -> list[dict[str, Any]]:
    """All events after a cursor, as receivers get them."""
    found: list[dict[str, Any]] = []
    position, upto = Position.parse(start), events.end()
    while position < upto:
        chunk = after(site, position, upto, kinds)
        position = chunk.position
        found += [orjson.loads(each.text) for each in chunk.events]
    return found


def ids(site: Site, start: str = "0", kinds: list[str] = ALL) -> list[str]:
    return [each["id"] for each in told(site, start, kinds)]


def crossing(site: Site) -> None:
    """As if a figure crossed a threshold now."""
    log, _ = EventLog.objects.get_or_create(pk=1)
    log.last_id += 1
    log.save()
    Crossing.objects.create(
        id=log.last_id,
        site=site,
        time=TIME,
        threshold="More than 2 visitors online",
        figure="online",
        direction="above",
        limit=2,
        minutes=1,
        value=3,
    )


def test_visit_tells_where_it_came_from_and_nobodys_number():
    site = SiteFactory(domain="northpeak.example")
    opened = event(
        site,
        time=TIME,
        visitor=4711,
        path="/beans",
        title="Beans",
        hostname="northpeak.example",
        referrer="example.com/a",
        source="Example",
        channel="Referral",
        utm_campaign="spring",
        country="DE",
        region="Saxony",
        city="Leipzig",
        device="Desktop",
        browser="Firefox",
        os="GNU/Linux",
    )
    store(opened)

    assert [
        {
            "id": "1-0",
            "type": "visit",
            "site": "northpeak.example",
            "time": "2026-03-10T12:00:05.250Z",
            "visit": 1,
            "page": "/beans",
            "title": "Beans",
            "hostname": "northpeak.example",
            "referrer": "example.com/a",
            "source": "Example",
            "channel": "Referral",
            "campaign": "spring",
            "country": "DE",
            "region": "Saxony",
            "city": "Leipzig",
            "device": "Desktop",
            "browser": "Firefox",
            "os": "GNU/Linux",
        }
    ] == told(site)


def test_goal_tells_its_name_and_its_revenue():
    site = SiteFactory(domain="northpeak.example")
    Goal.objects.create(pk=3, site=site, event_name="Buy", currency="EUR")
    paid = {"revenue_amount": Decimal("12.50"), "revenue_currency": "EUR"}
    store(event(site, time=TIME, name="Buy", path="/shop", visit=1, source="Example", **paid))

    assert [
        {
            "id": "1-3",
            "type": "goal",
            "site": "northpeak.example",
            "time": "2026-03-10T12:00:05.250Z",
            "visit": 1,
            "goal": "Buy",
            "page": "/shop",
            "source": "Example",
            "country": "",
            "revenue": {"value": 12.5, "currency": "EUR"},
            "paid": {"value": 12.5, "currency": "EUR"},
        }
    ] == told(site, kinds=["goal"])


@pytest.mark.parametrize("currency", ["", "USD"], ids=["none", "another"])
def test_revenue_in_another_currency_than_the_goals_is_not_told(currency):
    site = SiteFactory()
    Goal.objects.create(site=site, event_name="Buy", currency=currency)
    store(event(site, name="Buy", revenue_amount=Decimal(5), revenue_currency="EUR"))

    assert [None] == [each["revenue"] for each in told(site, kinds=["goal"])]


@pytest.mark.parametrize(
    ("goal", "amount", "currency", "revenue"),
    [
        pytest.param("EUR", "10.00", "USD", {"value": 8.005, "currency": "EUR"}, id="converted"),
        pytest.param("USD", "10.00", "EUR", {"value": 10, "currency": "EUR"}, id="as-it-is"),
        pytest.param("USD", "10.00", "CHF", None, id="no-rate"),
        pytest.param("USD", "10.00", "GBP", None, id="no-rate-yet"),
    ],
)
def test_goal_tells_its_revenue_as_reports_do_and_what_was_paid(goal, amount, currency, revenue):
    site = SiteFactory(reporting_currency="EUR")
    for code, day, rate in (("USD", 9, "0.8005"), ("USD", 11, "0.9"), ("GBP", 11, "1.1")):
        site.rates.create(currency=code, into="EUR", day=date(2026, 3, day), rate=rate)
    Goal.objects.create(site=site, event_name="Buy", currency=goal)
    paid = {"revenue_amount": Decimal(amount), "revenue_currency": currency}
    store(event(site, time=TIME, name="Buy", **paid))

    (buy,) = told(site, kinds=["goal"])

    assert (revenue, {"value": 10, "currency": currency}) == (buy["revenue"], buy["paid"])


@pytest.mark.parametrize("currency", ["EUR", ""], ids=["none of the goal", "none of the event"])
def test_what_has_no_currency_earns_nothing(currency):
    site = SiteFactory(reporting_currency="EUR")
    Goal.objects.create(site=site, event_name="Buy", currency="" if currency else "EUR")
    store(event(site, name="Buy", revenue_amount=Decimal(5), revenue_currency=currency))

    (buy,) = told(site, kinds=["goal"])

    assert (None, None) == (buy["revenue"], buy["paid"])


def test_crossed_threshold_tells_the_figure():
    site = SiteFactory(domain="northpeak.example")
    crossing(site)

    assert [
        {
            "id": "1-0",
            "type": "threshold",
            "site": "northpeak.example",
            "time": "2026-03-10T12:00:05.250Z",
            "threshold": "More than 2 visitors online",
            "figure": "online",
            "direction": "above",
            "limit": 2,
            "minutes": 1,
            "value": 3,
            "watches": "number",
            "link": "",
        }
    ] == told(site)


def test_events_of_all_kinds_have_one_order():
    site = SiteFactory()
    Goal.objects.create(pk=5, site=site, event_name="Buy")
    Goal.objects.create(pk=7, site=site, event_name="Buy", page_path="", display_name="It")
    store(event(site), event(site, name="Buy", visit=1))
    crossing(site)
    store(event(site, name="Buy"))

    assert ["1-0", "2-5", "2-7", "3-0", "4-0", "4-5", "4-7"] == ids(site)


@pytest.mark.parametrize(
    ("cursor", "follow"),
    [
        ("0", ["1-0", "1-5", "2-5", "3-0"]),
        ("1-0", ["1-5", "2-5", "3-0"]),
        ("1-5", ["2-5", "3-0"]),
        ("1", ["2-5", "3-0"]),
        ("3-0", []),
        ("3", []),
    ],
)
def test_cursor_is_followed_by_what_comes_after_it(cursor, follow):
    site = SiteFactory()
    Goal.objects.create(pk=5, site=site, event_name="Buy")
    store(event(site, name="Buy"), event(site, name="Buy", visit=1), event(site))

    assert follow == ids(site, cursor)


def test_long_line_is_read_in_parts_without_gap_and_repeat(monkeypatch):
    monkeypatch.setattr(events, "CHUNK", 2)
    site = SiteFactory()
    Goal.objects.create(pk=5, site=site, page_path="/*")
    store(*(event(site) for _ in range(3)))
    crossing(site)
    store(event(site), event(site))

    assert [*("1-0", "1-5", "2-0", "2-5", "3-0", "3-5", "4-0", "5-0", "5-5", "6-0", "6-5")] == ids(
        site
    )


@pytest.mark.parametrize(
    ("kinds", "found"),
    [(["visit"], ["1-0"]), (["goal"], ["1-5"]), (["threshold"], ["2-0"]), ([], [])],
)
def test_only_the_kinds_that_were_asked_for_are_told(kinds, found):
    site = SiteFactory()
    Goal.objects.create(pk=5, site=site, page_path="/")
    store(event(site))
    crossing(site)

    assert found == ids(site, kinds=kinds)


def test_bots_and_other_sites_are_not_told():
    site, other = SiteFactory(), SiteFactory()
    Goal.objects.create(site=site, page_path="/")
    store(event(site, flags="bot"), event(other), event(site, flags="no_visitor"))
    crossing(other)

    assert [] == told(site)


def test_depth_of_scrolling_is_reached_once_a_visit():
    site = SiteFactory()
    Goal.objects.create(pk=5, site=site, page_path="/long", scroll_threshold=50)
    far = {"name": "engagement", "path": "/long"}
    store(
        event(site, visitor=1, path="/long"),
        event(site, visitor=1, visit=1, scroll_depth=40, **far),
        event(site, visitor=1, visit=1, scroll_depth=60, **far),
        event(site, visitor=1, visit=1, scroll_depth=90, **far),
        event(site, visitor=2, path="/long"),
        event(site, visitor=2, visit=5, scroll_depth=50, **far),
    )

    assert ["3-5", "6-5"] == ids(site, kinds=["goal"])


def test_long_texts_are_cut():
    site = SiteFactory()
    store(event(site, path="/" + "a" * 2000))

    assert [300] == [len(each["page"]) for each in told(site)]


def test_cursor_before_what_is_sealed_is_lost():
    site = SiteFactory()
    store(event(site), event(site), event(site))
    seal_visits(site, 2)

    lost = [events.is_lost(site.pk, Position.parse(text)) for text in ("1", "1-0", "2", "3", "4")]

    assert [True, True, False, False, True] == lost


@pytest.mark.parametrize(
    "text", ["", "a", "-1", "1-", "1-2-3", "1.5", "٣", "9223372036854775808", "1" * 5000]
)
def test_text_that_is_no_cursor_is_refused(text):
    with pytest.raises(ValueError, match="no"):
        Position.parse(text)


@pytest.mark.parametrize("text", ["0", "17", "17-0", "17-3"])
def test_cursor_is_written_as_it_was_read(text):
    assert text == str(Position.parse(text))
