"""The pages of the wall and of its links."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import SeatFactory, SiteFactory, UserFactory
from tracking.models import WallLink

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
LINKS = "/wall/links"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def person(client):
    user = UserFactory()
    client.force_login(user)
    return user


def site_of(user):
    return SeatFactory(user=user).site


def test_a_wall_is_for_people_who_are_signed_in(client):
    assert "/sign-in?next=/wall" == client.get("/wall")["Location"]
    assert f"/sign-in?next={LINKS}" == client.get(LINKS)["Location"]


def test_a_person_s_wall_begins_in_their_order_and_not_for_a_television(client, person):
    page = client.get("/wall").content.decode()

    assert 'data-socket="/ws/wall"' in page
    assert 'data-order="mine"' in page
    assert "data-tv" not in page


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/wall?tv", ['data-theme="dark"', "data-tv"]),
        ("/wall?tv&theme=light", ['data-theme="light"', "data-tv"]),
        ("/wall?order=busy", ['data-order="busy"']),
        ("/wall?order=none", ['data-order="mine"']),
    ],
)
def test_the_address_chooses_how_a_wall_looks(client, person, address, expected):
    page = client.get(address).content.decode()

    assert [] == [each for each in expected if each not in page]


def test_a_link_is_made_for_all_sites_and_opens_without_an_account(client, person):
    client.post(LINKS, {"name": "Lobby"})
    client.logout()

    link = WallLink.objects.get()
    page = client.get(f"/wall/{link.token}").content.decode()

    assert (person, True, None) == (link.owner, link.all_sites, link.expires_at)
    assert f'data-socket="/ws/wall/{link.token}"' in page
    assert "data-shared" in page
    assert "Lobby" not in page
    assert person.email not in page
    assert "/sign-in" not in page


def test_a_link_shows_chosen_sites_until_the_end_of_a_day(client, person):
    site = site_of(person)
    site_of(person)

    client.post(LINKS, {"name": "Shop", "sites": [site.pk], "expires_on": "2026-03-11"})

    link = WallLink.objects.get()
    assert (False, [site]) == (link.all_sites, list(link.sites.all()))
    assert datetime(2026, 3, 12, tzinfo=UTC) == link.expires_at


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "This field is required."),
        ("expires_on", "2026-03-09", "This day has passed."),
        ("expires_on", "9999-12-31", "The last day is"),
    ],
)
def test_a_link_that_cannot_be_is_refused_with_the_reason(client, person, field, value, sentence):
    page = client.post(LINKS, {"name": "Lobby", field: value}).content.decode()

    assert sentence in page
    assert 0 == WallLink.objects.count()


def test_nobody_puts_another_person_s_site_on_a_wall(client, person):
    client.post(LINKS, {"name": "Lobby", "sites": [SiteFactory().pk]})

    assert 0 == WallLink.objects.count()


def test_an_account_has_a_number_of_links_at_most(client, person, monkeypatch):
    monkeypatch.setattr("dashboard.wall.links.MOST_LINKS", 1)
    client.post(LINKS, {"name": "One"})

    page = client.post(LINKS, {"name": "Two"}).content.decode()

    assert "An account has at most 1 links." in page
    assert ["One"] == list(WallLink.objects.values_list("name", flat=True))


def test_a_person_sees_and_revokes_their_own_links_alone(client, person):
    mine = WallLink.objects.create(owner=person, name="Mine")
    other = WallLink.objects.create(owner=UserFactory(), name="Theirs")

    page = client.get(LINKS).content.decode()
    refused = client.post(f"{LINKS}/{other.pk}/revoke")
    client.post(f"{LINKS}/{mine.pk}/revoke")

    assert (True, False) == (mine.token in page, other.token in page)
    assert 404 == refused.status_code
    assert [other] == list(WallLink.objects.all())


def test_a_link_is_revoked_by_a_form_alone(client, person):
    link = WallLink.objects.create(owner=person, name="Mine")

    assert 405 == client.get(f"{LINKS}/{link.pk}/revoke").status_code


@pytest.mark.parametrize(
    "fields",
    [{"expires_at": NOW}, {"owner__is_active": False}],
    ids=["expired", "owner switched off"],
)
def test_a_link_that_ended_is_answered_as_one_nobody_made(client, fields):
    owner = UserFactory(is_active=fields.pop("owner__is_active", True))
    link = WallLink.objects.create(owner=owner, name="Lobby", **fields)

    assert (404, 404) == (
        client.get(f"/wall/{link.token}").status_code,
        client.get("/wall/nobody-has-this").status_code,
    )


def test_a_link_works_until_its_last_moment(client):
    link = WallLink.objects.create(
        owner=UserFactory(), name="Lobby", expires_at=NOW + timedelta(seconds=1)
    )

    assert 200 == client.get(f"/wall/{link.token}").status_code
