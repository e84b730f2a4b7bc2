"""The page of web vitals."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import EventFactory, SeatFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site(client):
    seat = SeatFactory(site__domain="site.example")
    client.force_login(seat.user)
    return seat.site


def load(site, days_ago=0, path="/", device="Desktop", **vitals):
    """A page that was loaded and told its web vitals."""
    time = NOW - timedelta(days=days_ago, hours=1)
    viewed = EventFactory(site=site, time=time, path=path, device=device)
    EventFactory(
        site=site,
        visit=viewed.visit,
        visitor=viewed.visitor,
        time=time + timedelta(seconds=20),
        name="engagement",
        path=path,
        device=device,
        props=json.dumps({f"vitals:{name}": str(value) for name, value in vitals.items()}),
    )


def test_each_web_vital_has_its_percentile_rating_and_shares(client, site):
    for lcp in (900, 2500, 3900, 9000):
        load(site, lcp=lcp, cls=0.3)

    cards = client.get("/sites/site.example/vitals").context["cards"]

    assert [
        ("lcp", "3.9s", "Needs improvement", 50.0, 25.0, 25.0, 4),
        ("inp", "–", "Not measured", 0, 100, 0, 0),
        ("cls", "0.30", "Poor", 0.0, 0.0, 100.0, 4),
    ] == [
        (
            card.vital.name,
            card.text,
            card.rating_text,
            card.good,
            card.fair,
            card.poor,
            card.loads,
        )
        for card, _ in cards[:3]
    ]


def test_a_web_vital_is_compared_with_the_period_before(client, site):
    load(site, lcp=2000)
    load(site, days_ago=7, lcp=4000)

    [(card, _), *_] = client.get("/sites/site.example/vitals?period=7d").context["cards"]

    assert ("50%", "down", True) == (card.change.text, card.change.direction, card.change.good)


def test_tables_are_by_page_and_device_in_the_chosen_order(client, site):
    load(site, path="/slow", device="Mobile", lcp=5000)
    for _ in range(2):
        load(site, path="/fast", lcp=800)

    def tables(address):
        return [
            (name, [(row.title, row.loads, row.cells[0].text) for row in rows])
            for name, _, rows in client.get(address).context["tables"]
        ]

    by_loads = tables("/sites/site.example/vitals")
    by_lcp = tables("/sites/site.example/vitals?sort=lcp&order=desc")

    assert by_loads == [
        ("page", [("/fast", 2, "800ms"), ("/slow", 1, "5s")]),
        ("device", [("Desktop", 2, "800ms"), ("Mobile", 1, "5s")]),
    ]
    assert by_lcp == [(name, rows[::-1]) for name, rows in by_loads]


def test_the_course_is_of_the_chosen_web_vital_and_keeps_to_the_filters(client, site):
    load(site, path="/a", lcp=1000, inp=100)
    load(site, path="/b", lcp=9000, inp=900)

    page = client.get("/sites/site.example/vitals?period=today&vital=inp&f=is,event:page,/a")

    chart = page.context["chart"]
    assert ("Interaction to Next Paint", ["100ms"]) == (
        chart.metric.title,
        [point.text for point in chart.points if point.y is not None],
    )
    assert "vital=inp" in page.context["periods"][0][1]


def test_where_nothing_was_measured_the_page_says_how_to_begin(client, site):
    EventFactory(site=site, time=NOW - timedelta(hours=1))

    page = client.get("/sites/site.example/vitals").content.decode()

    assert "No web vitals in this period" in page
    assert "script.vitals.js" in page


def test_filters_that_leave_nothing_can_be_removed(client, site):
    load(site, lcp=1000)

    page = client.get("/sites/site.example/vitals?f=is,event:page,/other").content.decode()

    assert "No web vitals fit these filters" in page
    assert 'href="/sites/site.example/vitals?period=30d"' in page


@pytest.mark.parametrize("wrong", ["vital=size", "sort=visitors", "order=up"])
def test_what_there_is_not_to_choose_is_refused_with_a_sentence(client, site, wrong):
    answer = client.get(f"/sites/site.example/vitals?{wrong}")

    assert answer.status_code == 400
    assert wrong.split("=")[1] in answer.content.decode()


def test_the_report_leads_to_web_vitals_with_the_same_filters(client, site):
    page = client.get("/sites/site.example/?period=7d&f=is,event:page,/a").content.decode()

    assert 'href="/sites/site.example/vitals?period=7d&amp;f=is,event:page,/a"' in page
