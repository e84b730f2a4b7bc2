"""Deleting one's account."""

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from dashboard.accounts import leaving
from dashboard.accounts.models import User
from tests.factories import EventFactory, GuestFactory, MemberFactory, SeatFactory, UserFactory
from tracking.models import ApiKey, Change, Event, Role, Segment, Site, Team
from tracking.models.keys import Scope

pytestmark = pytest.mark.django_db

CREDENTIALS = {"login": "ada@example.com", "password": "correct horse"}


@pytest.fixture
def user() -> User:
    return UserFactory(email="ada@example.com")


@pytest.fixture
def confirmed(user) -> Client:
    """Somebody who showed just now who they are."""
    client = Client()
    client.post("/sign-in", CREDENTIALS)
    client.post("/sign-in/confirm", {"password": "correct horse", "next": "/account/delete"})
    return client


def delete(client: Client):
    return client.post(
        "/account/delete",
        {"email": "Ada@example.com"},
        headers={"referer": "http://testserver/account/delete"},
    )


def test_person_goes_with_keys_sessions_segments_and_addresses(confirmed, user):
    site = SeatFactory().site
    GuestFactory(site=site, user=user)
    ApiKey.issue(user, "Report", [Scope.STATS_READ])
    Segment.objects.create(site=site, owner=user, name="Mine", filters=[])
    Client().post("/sign-in", CREDENTIALS)

    response = delete(confirmed)

    assert ("/sign-in", False) == (
        response["Location"],
        User.objects.filter(email="ada@example.com").exists(),
    )
    gone = (ApiKey, Segment, UserSession, EmailAddress)
    assert [0, 0, 0, 0] == [model.objects.count() for model in gone]
    signed_in = [row for row in Session.objects.all() if "_auth_user_id" in row.get_decoded()]
    assert [] == signed_in


def test_sites_that_nobody_else_looks_after_go_with_their_figures(confirmed, user):
    alone, other = SeatFactory(user=user).site, SeatFactory().site
    EventFactory(site=alone)
    EventFactory(site=other)

    page = confirmed.get("/account/delete").content.decode()
    delete(confirmed)

    assert (True, False) == (alone.domain in page, other.domain in page)
    assert ([other], [other.team], [other.pk]) == (
        list(Site.objects.all()),
        list(Team.objects.all()),
        list(Event.objects.values_list("site_id", flat=True)),
    )


def test_team_with_another_owner_stays(confirmed, user):
    seat = SeatFactory(user=user)
    MemberFactory(team=seat.site.team, role=Role.OWNER)

    delete(confirmed)

    assert ([seat.site], False) == (
        list(Site.objects.all()),
        User.objects.filter(pk=user.pk).exists(),
    )


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
def test_only_owner_of_a_team_with_others_is_asked_to_hand_it_over(confirmed, user, role):
    seat = SeatFactory(user=user)
    MemberFactory(team=seat.site.team, role=role)

    response = delete(confirmed)

    assert ("Make one of them an owner first" in response.content.decode(), [seat.site]) == (
        True,
        list(Site.objects.all()),
    )
    assert User.objects.filter(pk=user.pk).exists()


def test_owner_who_cannot_sign_in_inherits_nothing(confirmed, user):
    seat = SeatFactory(user=user)
    MemberFactory(team=seat.site.team, role=Role.OWNER, user__is_active=False)

    response = delete(confirmed)

    assert "Make one of them an owner first" in response.content.decode()
    assert User.objects.filter(pk=user.pk).exists()


def test_of_two_last_owners_who_leave_at_once_the_second_stays(user):
    seat = SeatFactory(user=user)
    other = MemberFactory(team=seat.site.team, role=Role.OWNER)
    MemberFactory(team=seat.site.team, role=Role.VIEWER)

    # As if both had been asked before either went.
    went = [leaving.delete(each) for each in (user, other.user)]

    assert ([True, False], [seat.site]) == (went, list(Site.objects.all()))
    assert User.objects.filter(pk=other.user.pk).exists()


def test_member_who_owns_nothing_just_leaves(confirmed, user):
    seat = SeatFactory()
    MemberFactory(team=seat.site.team, user=user, role=Role.EDITOR)

    delete(confirmed)

    assert (False, True) == (
        User.objects.filter(pk=user.pk).exists(),
        Site.objects.filter(pk=seat.site.pk).exists(),
    )


def test_what_the_person_did_stays_without_their_name(confirmed, user):
    delete(confirmed)

    [change] = Change.objects.all()
    assert ("deleted", "account", None) == (change.did, change.what, change.by)


def test_password_is_asked_for_before(client, user):
    client.post("/sign-in", CREDENTIALS)

    response = delete(client)

    assert ("/sign-in/confirm?next=%2Faccount%2Fdelete", True) == (
        response["Location"],
        User.objects.filter(pk=user.pk).exists(),
    )


def test_other_address_deletes_nothing(confirmed, user):
    confirmed.post("/account/delete", {"email": "eve@example.com"})

    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize(
    ("others", "told"), [(0, True), (1, False)], ids=["nobody else", "another one"]
)
def test_last_administrator_is_told_what_comes_next(confirmed, user, others, told):
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    UserFactory.create_batch(others, is_superuser=True)

    page = confirmed.get("/account/delete").content.decode()

    assert told == ("Nobody else administers this server" in page)
