from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from tests.factories import SeatFactory, SiteFactory, UserFactory
from tests.realtime.stored import event, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def membership(client):
    membership = SeatFactory(site__timezone="Europe/Berlin")
    client.force_login(membership.user)
    return membership


def milliseconds(**before: float) -> str:
    """A moment before noon of 4 May 2026."""
    moment = datetime(2026, 5, 4, 12, 0, tzinfo=UTC) - timedelta(**before)
    return str(int(moment.timestamp() * 1000))


def live_page(client, site):
    return client.get(reverse("live", args=[site.domain]))


def test_the_page_is_a_snapshot_up_to_its_cursor(client, membership):
    site = membership.site
    store(event(site, path="/first"), event(site, path="/second"), event(SiteFactory()))
    context = live_page(client, site).context
    assert context["cursor"] == 3
    assert ["/second" in context["rows"][0], "/first" in context["rows"][1]] == [True, True]
    assert (context["online"], context["pageviews"]) == (2, 2)


def test_the_page_shows_the_last_fifty_visits(client, membership):
    store(*(event(membership.site) for _ in range(60)))
    assert len(live_page(client, membership.site).context["rows"]) == 50


@time_machine.travel(datetime(2026, 5, 4, 12, 0, tzinfo=UTC), tick=False)
def test_the_page_names_its_moment_in_the_sites_zone(client, membership):
    page = live_page(client, membership.site).content.decode()

    assert ">As of 14:00</span>" in page


def test_an_empty_site_says_so(client, membership):
    page = live_page(client, membership.site).content.decode()
    assert '<div class="empty when-live" id="empty" >' in page


def test_an_outsider_gets_404_as_for_a_site_nobody_has(client):
    client.force_login(UserFactory())
    answers = [
        client.get(reverse("live", args=[domain])).status_code
        for domain in (SiteFactory().domain, "nobody.example")
    ]
    assert answers == [404, 404]


def test_somebody_not_signed_in_is_asked_to_sign_in(client):
    answer = live_page(client, SiteFactory())
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/sign-in")


def test_the_page_asks_the_database_as_often_for_many_visits_as_for_one(
    client, membership, django_assert_max_num_queries
):
    store(event(membership.site))
    live_page(client, membership.site)
    store(*(event(membership.site) for _ in range(40)))
    with django_assert_max_num_queries(15):
        live_page(client, membership.site)


def test_a_filtered_page_shows_what_matches_and_who_is_online_of_all(client, membership):
    site = membership.site
    store(event(site, path="/first", device="Mobile"), event(site, path="/second"))

    answer = client.get(reverse("live", args=[site.domain]), {"f": "is,visit:device,Mobile"})

    rows, page = answer.context["rows"], answer.content.decode()
    assert (1, ["/first" in row for row in rows], 2) == (
        answer.context["pageviews"],
        [True],
        answer.context["online"],
    )
    assert "Remove the filter Device is Mobile" in page
    assert 'data-socket="/ws/sites/' in page
    assert "feed?filters=%5B%5B%22is%22%2C%22visit%3Adevice%22%2C%5B%22Mobile%22%5D%5D%5D" in page


def test_what_cannot_be_filtered_live_is_said(client, membership):
    answer = client.get(
        reverse("live", args=[membership.site.domain]), {"f": "is,visit:entry_page,/"}
    )

    assert 400 == answer.status_code
    assert "cannot be filtered by" in answer.content.decode()


@time_machine.travel(datetime(2026, 5, 4, 12, 0, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    "moment",
    ["soon", "-1", "9" * 20, milliseconds(hours=26), milliseconds(hours=-1)],
    ids=["no number", "negative", "long", "too old", "ahead"],
)
def test_a_moment_beyond_the_last_day_is_refused(client, membership, moment):
    answer = client.get(reverse("live", args=[membership.site.domain]), {"moment": moment})

    assert (400, True) == (answer.status_code, "The moment must" in answer.content.decode())


@time_machine.travel(datetime(2026, 5, 4, 12, 0, tzinfo=UTC), tick=False)
def test_a_moment_is_given_as_data_to_the_pages_script(client, membership):
    site = membership.site
    now = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    store(
        event(site, path="/then", device="Mobile", time=now - timedelta(minutes=31)),
        event(site, path="/other", time=now - timedelta(minutes=31)),
        event(site, path="/later", device="Mobile", time=now - timedelta(minutes=29)),
    )

    answer = client.get(
        reverse("live_at", args=[site.domain]),
        {"moment": milliseconds(minutes=30), "f": "is,visit:device,Mobile"},
        headers={"accept": "application/json"},
    ).json()

    assert (1, 1, "Mon 4 May 2026, 13:30") == (
        answer["now"]["online"],
        answer["html"].count("<article"),
        answer["clock"],
    )
    assert "/then" in answer["html"]


@pytest.mark.parametrize("query", [{}, {"moment": "1"}], ids=["now", "a moment"])
def test_an_outsider_gets_no_moment(client, query):
    client.force_login(UserFactory())

    assert 404 == client.get(reverse("live_at", args=[SiteFactory().domain]), query).status_code


def test_the_address_of_no_moment_leads_to_the_page(client, membership):
    domain = membership.site.domain
    answer = client.get(reverse("live_at", args=[domain]), {"f": "is,event:page,/"})

    assert f"/sites/{domain}/live?f=is%2Cevent%3Apage%2C%2F" == answer.url
