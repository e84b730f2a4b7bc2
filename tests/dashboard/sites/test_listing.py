"""The list of a person's sites."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import EventFactory, SeatFactory, SiteFactory, UserFactory
from tracking.models import Site, SitePlace

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


def joined(user, *domains: str) -> None:
    for domain in domains:
        SeatFactory(user=user, site=SiteFactory(domain=domain))


def listed(client, parameters: str = "") -> list[str]:
    found = client.get(f"/sites/{parameters}").context["sites"]
    return [site.domain for site in found]


def test_the_list_has_the_sites_of_its_reader_by_name(client, user):
    SiteFactory(domain="stranger.example")
    joined(user, "b.example", "a.example")

    assert ["a.example", "b.example"] == listed(client)


def test_a_list_without_sites_leads_to_the_first(client, user):
    assert "No sites yet" in client.get("/sites/").content.decode()


def test_the_list_is_searched_by_a_part_of_the_domain(client, user):
    joined(user, "shop.example", "blog.example")

    assert (["shop.example"], []) == (listed(client, "?q=SHO"), listed(client, "?q=x y"))


def test_a_search_as_one_types_answers_with_the_cards_alone(client, user):
    joined(user, "shop.example")

    response = client.get("/sites/?q=s", headers={"HX-Request": "true", "HX-Target": "sites"})

    assert '<div id="sites">' == response.content.decode().strip()[:16]


def test_sites_stand_where_their_reader_put_them_and_new_ones_after_them(client, user):
    joined(user, "a.example", "b.example", "c.example")

    answer = client.post("/sites/order", {"domain": ["c.example", "a.example"]})
    joined(user, "aa.example")

    assert (204, ["c.example", "a.example", "b.example", "aa.example"]) == (
        answer.status_code,
        listed(client),
    )


@pytest.mark.parametrize("domains", [[], ["stranger.example"]], ids=["none", "strange"])
def test_an_order_of_other_sites_is_refused(client, user, domains):
    SiteFactory(domain="stranger.example")
    joined(user, "a.example")

    assert 400 == client.post("/sites/order", {"domain": domains}).status_code


def test_pinned_sites_come_first_for_who_pinned_them_alone(client, user):
    joined(user, "a.example", "b.example")
    SeatFactory(site=Site.objects.get(domain="b.example"))
    SeatFactory(site__domain="c.example")

    client.post("/sites/b.example/pin", {"pinned": "yes"})
    client.post("/sites/c.example/pin", {"pinned": "yes"})
    of_whom = list(SitePlace.objects.filter(pinned=True).values_list("user", flat=True))
    pinned = listed(client)
    client.post("/sites/b.example/pin", {"pinned": "no"})

    assert ([user.pk], ["b.example", "a.example"], ["a.example", "b.example"]) == (
        of_whom,
        pinned,
        listed(client),
    )


def test_a_card_has_the_visitors_of_seven_days_their_change_and_who_is_online(client, user):
    joined(user, "a.example")
    site = Site.objects.get()
    for days in (1, 2, 3, 8):
        EventFactory(site=site, time=NOW - timedelta(days=days))
    EventFactory(site=site, time=NOW - timedelta(minutes=1))

    card = client.get("/sites/a.example/card").context["card"]

    assert (3, "200%", 1) == (card.visitors, card.change.text, card.online)
    assert card.spark.startswith("M0.0,24.0L")
