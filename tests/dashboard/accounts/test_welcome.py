"""The one-time link that makes the first owner."""

import pytest

from dashboard.accounts.models import SetupLink, User
from dashboard.accounts.setup import first_owner_link
from tests.factories import SeatFactory, SiteFactory, UserFactory
from tracking.models import Member

pytestmark = pytest.mark.django_db

JOINING = {
    "email": "ada@example.com",
    "password1": "quiet-harbour-91",
    "password2": "quiet-harbour-91",
}


def link(settings) -> str:
    return SetupLink.issue().removeprefix(settings.PUBLIC_URL)


def test_link_is_an_address_on_this_server(settings):
    settings.PUBLIC_URL = "https://stats.example.com"

    assert SetupLink.issue().startswith("https://stats.example.com/welcome?key=")


def test_key_itself_is_stored_nowhere(settings):
    key = SetupLink.issue().partition("key=")[2]

    assert [SetupLink.hash(key)] == list(SetupLink.objects.values_list("key_hash", flat=True))


def test_first_person_becomes_owner_of_the_server(client, settings):
    response = client.post(link(settings), JOINING)

    user = User.objects.get()
    assert ("ada@example.com", True, True) == (user.email, user.is_staff, user.is_superuser)
    assert ("/sites/new", str(user.pk)) == (response["Location"], client.session["_auth_user_id"])


def test_first_owner_gets_the_sites_that_nobody_has(client, settings):
    orphan = SiteFactory()
    SeatFactory()

    response = client.post(link(settings), JOINING)

    owned = Member.objects.filter(user__email="ada@example.com", role="owner")
    assert ("/sites/", [orphan.pk]) == (
        response["Location"],
        list(owned.values_list("team__sites", flat=True)),
    )


def test_used_link_works_no_more(client, settings):
    address = link(settings)
    client.post(address, JOINING)
    User.objects.update(is_active=False)
    client.logout()

    response = client.post(address, {**JOINING, "email": "eve@example.com"})

    assert (403, False) == (
        response.status_code,
        User.objects.filter(email="eve@example.com").exists(),
    )


def test_link_dies_as_soon_as_there_is_an_owner(client, settings):
    address = link(settings)
    UserFactory(is_superuser=True)

    shown, sent = client.get(address), client.post(address, JOINING)

    assert (403, 403, 1) == (shown.status_code, sent.status_code, User.objects.count())
    assert "This link no longer works" in shown.content.decode()


@pytest.mark.parametrize("address", ["/welcome", "/welcome?key=", "/welcome?key=guess"])
def test_wrong_key_opens_nothing(client, settings, address):
    SetupLink.issue()

    assert 403 == client.post(address, JOINING).status_code


def test_new_link_ends_the_one_before(client, settings):
    before, now = link(settings), link(settings)

    assert (403, 200) == (client.get(before).status_code, client.get(now).status_code)


def test_link_is_claimed_once():
    key = SetupLink.issue().partition("key=")[2]

    assert (True, False) == (SetupLink.claim(key), SetupLink.claim(key))


def test_refused_form_leaves_the_link_usable(client, settings):
    address = link(settings)

    client.post(address, {**JOINING, "password2": "another"})

    assert 200 == client.get(address).status_code


def test_server_with_an_owner_prints_no_link():
    UserFactory(is_superuser=True)

    assert first_owner_link() is None


def test_server_whose_owner_was_closed_prints_a_link():
    UserFactory(is_superuser=True, is_active=False)

    assert "/welcome?key=" in (first_owner_link() or "")
