"""Which custom properties arrived."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import EventFactory, SiteFactory
from tracking.models import Goal, Site
from tracking.warehouse import Query, inquire
from tracking.warehouse.properties import Properties

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
GERMAN = ["is", "visit:country", ["DE"]]


def happened(site: Site, props: dict[str, str], **fields: Any) -> None:
    given = {"time": NOON, "props": json.dumps(props), "name": "Signup", **fields}
    EventFactory(site=site, **given)


def asked(site: Site, *filters: Any) -> Query:
    day = ["2026-03-10", "2026-03-10"]
    return Query.build(site, ["visitors"], filters=filters, date_range=day)


def test_keys_come_by_how_many_visitors_sent_them():
    site = SiteFactory()
    happened(site, {"plan": "pro", "from": "top"}, visitor=1)
    happened(site, {"plan": "free"}, visitor=2)
    happened(site, {"from": "top"}, visitor=1)
    happened(site, {}, visitor=3)
    EventFactory(site=site, time=NOON)
    happened(SiteFactory(), {"elsewhere": "yes"})
    happened(site, {"bot": "yes"}, flags="bot")
    happened(site, {"later": "yes"}, time=datetime(2026, 3, 11, 12, tzinfo=UTC))

    assert [("plan", 2, 2), ("from", 1, 2)] == inquire(Properties(asked(site), 10))


@pytest.mark.parametrize(
    ("search", "most", "keys"),
    [
        ("LA", 10, ["plan", "lage"]),
        ("ÄN", 10, ["Länge"]),
        ("a", 1, ["plan"]),
        ("x", 10, []),
    ],
    ids=["case", "script", "few", "none"],
)
def test_keys_are_searched_by_a_part_in_any_case(search, most, keys):
    site = SiteFactory()
    happened(site, {"plan": "pro", "Länge": "3", "from": "top", "lage": "hoch"})
    happened(site, {"plan": "free"})

    found = [each.key for each in inquire(Properties(asked(site), most, search))]

    assert keys == found


def test_keys_are_those_of_the_events_that_filters_leave():
    site = SiteFactory()
    happened(site, {"plan": "pro"}, country="DE")
    happened(site, {"size": "big"}, country="AT")

    assert ["plan"] == [each.key for each in inquire(Properties(asked(site, GERMAN), 10))]


def test_web_vitals_are_no_properties_even_of_a_goal_of_scrolling():
    site = SiteFactory()
    goal = Goal.objects.create(site=site, page_path="/", scroll_threshold=50)
    viewed = EventFactory(site=site, time=NOON)
    happened(
        site,
        {"vitals:lcp": "1200", "plan": "pro"},
        name="engagement",
        scroll_depth=60,
        visit=viewed.visit,
        visitor=viewed.visitor,
    )
    reached = ["is", "event:goal", [goal.display_name]]

    assert ["plan"] == [each.key for each in inquire(Properties(asked(site, reached), 10))]
