import pytest
from django.core import mail

from dashboard.accounts.links import password_link
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NEW = {"new_password1": "quiet-harbour-91", "new_password2": "quiet-harbour-91"}


def path_of(link: str, settings) -> str:
    return link.removeprefix(settings.PUBLIC_URL)


def test_link_sets_the_password_and_signs_in(client, settings):
    user = UserFactory()
    page = client.get(path_of(password_link(user), settings), follow=True)

    response = client.post(page.request["PATH_INFO"], NEW)

    user.refresh_from_db()
    assert ("/sites/", True) == (response["Location"], user.check_password("quiet-harbour-91"))
    assert str(user.pk) == client.session["_auth_user_id"]


def test_link_leads_on_to_an_address_without_the_token(client, settings):
    page = client.get(path_of(password_link(UserFactory()), settings), follow=True)

    assert page.request["PATH_INFO"].endswith("/set-password")


def test_link_works_once(client, settings):
    link = path_of(password_link(UserFactory()), settings)
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], NEW)

    assert "This link no longer works" in client.get(link, follow=True).content.decode()


@pytest.mark.parametrize("query", ["", "?user=&token=", "?user=MQ&token=guess", "?user=%2F"])
def test_made_up_link_opens_nothing(client, query):
    UserFactory()

    page = client.get(f"/password/link{query}", follow=True)

    assert "This link no longer works" in page.content.decode()


def test_forgotten_password_is_mailed_as_a_link_that_works(client, settings):
    UserFactory(email="ada@example.com")

    client.post("/password/forgotten", {"email": "ada@example.com"})

    [message] = mail.outbox
    [link] = [line for line in message.body.splitlines() if line.startswith("http")]
    assert ["ada@example.com"] == message.to
    assert "Set the password" in client.get(path_of(link, settings), follow=True).content.decode()


def test_answer_to_an_unknown_address_is_that_to_a_known_one(client):
    UserFactory(email="ada@example.com")

    known = client.post("/password/forgotten", {"email": "ada@example.com"})
    unknown = client.post("/password/forgotten", {"email": "eve@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_changing_the_password_asks_for_the_old_one(client):
    user = UserFactory()
    client.force_login(user)

    response = client.post("/password", {"old_password": "wrong", **NEW})

    user.refresh_from_db()
    assert (["old_password"], True) == (
        list(response.context["form"].errors),
        user.check_password("correct horse"),
    )


def test_changed_password_keeps_the_session(client):
    user = UserFactory()
    client.force_login(user)

    page = client.post("/password", {"old_password": "correct horse", **NEW}, follow=True)

    assert "Your password is changed" in page.content.decode()
