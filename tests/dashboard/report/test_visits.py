"""Pages of single visits, and of one page of the site."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import EventFactory, SeatFactory, SiteFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site(client):
    membership = SeatFactory(site__domain="site.example", site__timezone="Europe/Berlin")
    client.force_login(membership.user)
    return membership.site


def test_visits_of_a_report_stand_in_a_list_in_the_sites_time(client, site):
    EventFactory(site=site, time=NOW - timedelta(hours=1), country="DE", city="Kiel", path="/a")
    EventFactory(site=site, time=NOW - timedelta(hours=2), country="AT")

    rows = client.get("/sites/site.example/visits?f=is,visit:country,DE").context["rows"]

    assert [("Tue 10 Mar 2026, 15:00", "Kiel, Germany", "/a")] == [
        (row.clock, row.place, row.visit.entry_page) for row in rows
    ]


def test_further_visits_are_on_further_pages(client, site):
    for number in range(51):
        EventFactory(site=site, time=NOW - timedelta(minutes=number))

    first = client.get("/sites/site.example/visits")
    second = client.get("/sites/site.example/visits?page=2")

    assert (50, True, 1, False) == (
        len(first.context["rows"]),
        first.context["more"],
        len(second.context["rows"]),
        second.context["more"],
    )
    assert "/sites/site.example/visits?period=30d&amp;page=2" in first.content.decode()


def test_an_opened_visit_shows_its_path_and_the_visitors_other_visits(client, site):
    first = EventFactory(
        site=site, time=NOW - timedelta(hours=1), path="/a", source="Google", browser="Firefox"
    )
    EventFactory(
        site=site,
        visit=first.id,
        visitor=first.visitor,
        name="Buy",
        path="/b",
        time=NOW - timedelta(minutes=58),
        props='{"size": "<b>L</b>"}',
    )
    other = EventFactory(site=site, time=NOW - timedelta(hours=5), visitor=first.visitor)

    response = client.get(f"/sites/site.example/visits/{first.id}")

    opened = response.context["opened"]
    assert [("15:00:00", "Page", "/a", ""), ("15:02:00", "Buy", "/b", "2m 0s later")] == [
        (each.clock, each.what, each.page, each.after) for each in opened.moments
    ]
    assert [other.id] == [row.visit.visit for row in opened.others]
    assert [("Source", "Google"), ("Browser", "Firefox")] == opened.facts
    assert "&lt;b&gt;L&lt;/b&gt;" in response.content.decode()


def test_a_visit_of_another_site_is_not_found(client, site):
    elsewhere = EventFactory(site=SiteFactory(), time=NOW)

    assert 404 == client.get(f"/sites/site.example/visits/{elsewhere.id}").status_code


def test_an_opened_page_shows_its_figures_sources_and_neighbours(client, site):
    for source in ("Google", "Google", "Bing"):
        first = EventFactory(site=site, time=NOW - timedelta(hours=1), path="/", source=source)
        EventFactory(
            site=site,
            visit=first.id,
            visitor=first.visitor,
            path="/a",
            time=NOW - timedelta(minutes=50),
            source=source,
        )

    opened = client.get("/sites/site.example/page?path=/a").context["opened"]

    assert ["3", "3"] == [cell.text for _, cell in opened.figures[:2]]
    assert ["Google", "Bing"] == [entry.title for entry in opened.sources.entries]
    assert ([("/", "100%")], [("", "100%")]) == (
        [(each.path, each.share) for each in opened.before],
        [(each.path, each.share) for each in opened.after],
    )


def test_rows_of_pages_lead_to_the_page_opened(client, site):
    EventFactory(site=site, time=NOW - timedelta(hours=1), path="/a b")

    listing = client.get("/sites/site.example/widgets/pages").context["listing"]

    assert ["/sites/site.example/page?period=30d&path=/a+b"] == [
        entry.page for entry in listing.entries
    ]


def test_a_number_higher_than_any_visits_is_none(client, site):
    assert 404 == client.get(f"/sites/site.example/visits/{'9' * 60}").status_code


def test_a_page_is_opened_under_a_filter_on_itself(client, site):
    EventFactory(site=site, time=NOW - timedelta(hours=1), path="/a")
    EventFactory(site=site, time=NOW - timedelta(hours=1), path="/b")

    opened = client.get("/sites/site.example/page?path=/a&f=is,event:page,/a").context["opened"]

    assert "1" == opened.figures[0][1].text


def test_an_opened_page_shows_how_far_and_how_long_it_was_read(client, site):
    for depth, engaged in ((100, 200_000), (60, 9_000)):
        viewed = EventFactory(site=site, time=NOW - timedelta(hours=1), path="/a")
        EventFactory(
            site=site,
            visit=viewed.visit,
            visitor=viewed.visitor,
            time=NOW - timedelta(minutes=50),
            name="engagement",
            path="/a",
            scroll_depth=depth,
            engaged_ms=engaged,
        )

    opened = client.get("/sites/site.example/page?path=/a").context["opened"]

    assert [(2, "100%"), (2, "100%"), (1, "50%"), (1, "50%")] == [
        (part.visits, part.share) for part in opened.deep
    ]
    assert [("Under 10s", 1), ("3m and longer", 1)] == [
        (part.title, part.visits) for part in opened.long if part.visits
    ]


def test_a_visit_names_web_vitals_as_people_know_them(client, site):
    viewed = EventFactory(site=site, time=NOW - timedelta(hours=1))
    EventFactory(
        site=site,
        visit=viewed.visit,
        visitor=viewed.visitor,
        time=NOW - timedelta(minutes=59),
        name="engagement",
        props='{"vitals:lcp":"1200"}',
    )

    opened = client.get(f"/sites/site.example/visits/{viewed.visit}").context["opened"]

    assert [("LCP", "1200")] == opened.moments[1].details
