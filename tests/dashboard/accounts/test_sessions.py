"""Where a person is signed in."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.test import Client

from realtime.tickets import Close, SessionTicket, invalid
from tests.factories import SeatFactory, UserFactory
from tests.server import CHROME

pytestmark = pytest.mark.django_db

CREDENTIALS = {"login": "ada@example.com", "password": "correct horse"}


def signed_in(agent: str = CHROME) -> Client:
    client = Client(headers={"User-Agent": agent})
    assert 302 == client.post("/sign-in", CREDENTIALS).status_code
    return client


@pytest.fixture
def user():
    return UserFactory(email="ada@example.com")


@pytest.mark.usefixtures("user")
def test_page_names_the_browsers_newest_first():
    signed_in("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    here = signed_in()

    rows = here.get("/account/sessions").context["rows"]

    assert ["Chrome on Windows", "Firefox on GNU/Linux"] == [browser for _, browser in rows]


@pytest.mark.usefixtures("user")
def test_ended_session_is_signed_out():
    here, there = signed_in(), signed_in()
    session = UserSession.objects.get(session_key=there.session.session_key)

    here.post(f"/account/sessions/{session.pk}/end")

    assert (200, 302) == (here.get("/sites/").status_code, there.get("/sites/").status_code)


@pytest.mark.usefixtures("user")
def test_session_of_an_earlier_secret_key_ends(settings):
    there = signed_in()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    here = signed_in()

    assert (1, 302) == (
        len(here.get("/account/sessions").context["rows"]),
        there.get("/sites/").status_code,
    )


@pytest.mark.usefixtures("user")
def test_all_others_end_at_once():
    here, there, elsewhere = signed_in(), signed_in(), signed_in()

    here.post("/account/sessions/end")

    statuses = [client.get("/sites/").status_code for client in (here, there, elsewhere)]
    assert [200, 302, 302] == statuses


def test_live_lines_of_an_ended_session_are_closed_at_their_next_check(user):
    site = SeatFactory(user=user).site
    here, there = signed_in(), signed_in()
    session = there.session
    ticket = SessionTicket(user.pk, session.session_key, session[HASH_SESSION_KEY])
    before = invalid(site.pk, {ticket})

    here.post("/account/sessions/end")

    assert ({}, {ticket: Close.SIGNED_OUT}) == (before, invalid(site.pk, {ticket}))


@pytest.mark.usefixtures("user")
def test_session_of_somebody_else_is_not_there_to_end(client):
    there = signed_in()
    session = UserSession.objects.get(session_key=there.session.session_key)
    client.force_login(UserFactory())

    response = client.post(f"/account/sessions/{session.pk}/end")

    assert (404, 200) == (response.status_code, there.get("/sites/").status_code)


@pytest.mark.usefixtures("user")
def test_session_ends_two_weeks_after_the_sign_in():
    assert 14 * 24 * 3600 == signed_in().session.get_expiry_age()


@pytest.mark.usefixtures("user")
def test_address_is_kept_nowhere():
    client = Client(REMOTE_ADDR="203.0.113.7")
    client.post("/sign-in", CREDENTIALS)

    kept = UserSession.objects.get()
    assert ("fd", False) == (kept.ip[:2], "203.0.113.7" in str(dict(client.session.items())))
