"""What happened to an account."""

import pytest
from django.test import Client

from dashboard.accounts import log
from tests.factories import UserFactory
from tests.server import CHROME
from tracking.models import Change

pytestmark = pytest.mark.django_db

RIGHT = "correct horse"


@pytest.fixture
def user():
    return UserFactory(email="ada@example.com")


@pytest.fixture
def browser() -> Client:
    return Client(headers={"User-Agent": CHROME})


def sign_in(browser: Client, password: str = RIGHT) -> None:
    browser.post("/sign-in", {"login": "ada@example.com", "password": password})


def words(user) -> list[str]:
    return [entry.words for entry in log.read(user)]


def test_signing_in_and_out_is_noted_newest_first(browser, user):
    sign_in(browser, "wrong")
    sign_in(browser)
    browser.post("/sign-out")

    assert ["Signed out", "Signed in", "A wrong password or code was given"] == words(user)


def test_browser_is_named(browser, user):
    sign_in(browser)

    assert ["Chrome on Windows"] == [entry.browser for entry in log.read(user)]


def test_changed_password_is_noted(browser, user):
    sign_in(browser)
    new = {"password1": "quiet-harbour-91", "password2": "quiet-harbour-91"}

    browser.post("/password", {"oldpassword": "correct horse", **new})

    assert ["The password was changed", "Signed in"] == words(user)


def test_ended_sessions_are_noted(browser, user):
    sign_in(browser)
    sign_in(Client(headers={"User-Agent": CHROME}))

    browser.post("/account/sessions/end")

    assert ["Signed out: Chrome on Windows", "Signed in", "Signed in"] == words(user)


def test_wrong_password_for_nobody_is_noted_as_nobodys(browser):
    sign_in(browser, "wrong")

    assert [(None, None, "refused")] == list(Change.objects.values_list("by", "whose", "did"))


def test_nothing_that_was_typed_is_kept(browser, user):
    sign_in(browser, "wrong-but-close")

    [change] = Change.objects.all()
    assert "wrong-but-close" not in f"{change.name}{change.details}"


def test_page_shows_ones_own_alone(browser, user):
    sign_in(Client(), "wrong")
    browser.force_login(UserFactory())

    page = browser.get("/account").content.decode()

    assert (True, False) == ("Nothing yet." in page, "wrong password" in page)
