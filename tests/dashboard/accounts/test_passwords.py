import re

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from dashboard.accounts.links import password_link
from proj import accounts
from realtime.models import OutgoingMail
from tests.factories import UserFactory
from tests.mail import delivered

pytestmark = pytest.mark.django_db

NEW = {"password1": "quiet-harbour-91", "password2": "quiet-harbour-91"}

LEAKED = "This password is in lists of leaked passwords, which are tried first. Choose another one."


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
    link = path_of(password_link(UserFactory()), settings)

    page = client.get(link, follow=True)

    token = link.partition("token=")[2]
    assert (200, False) == (page.status_code, token in page.request["PATH_INFO"])


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

    [message] = delivered()
    [link] = [line for line in message.body.splitlines() if line.startswith("http")]
    assert ["ada@example.com"] == message.to
    assert "Set the password" in client.get(path_of(link, settings), follow=True).content.decode()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_mailed_link_names_the_public_address_whatever_host_asks(client, settings, host):
    settings.PUBLIC_URL = "https://stats.example.com"
    UserFactory(email="ada@example.com")

    client.post("/password/forgotten", {"email": "ada@example.com"}, headers={"Host": host})

    links = re.findall(r"https?://[^/\s]+(?=/)", delivered()[0].body)
    assert {"https://stats.example.com"} == set(links)


def test_unknown_host_asks_for_no_mail(client):
    UserFactory(email="ada@example.com")

    answer = client.post(
        "/password/forgotten", {"email": "ada@example.com"}, headers={"Host": "evil.example"}
    )

    assert (400, []) == (answer.status_code, delivered())


def test_token_in_the_path_opens_nothing(client, settings):
    link = path_of(password_link(UserFactory()), settings)
    user, token = re.findall("=([^&]+)", link)

    assert 404 == client.get(f"/password/new/{user}-{token}/").status_code


def test_server_without_mail_says_whom_to_ask_and_sends_nothing(client, settings):
    settings.SENDS_MAIL = False
    UserFactory(email="ada@example.com")

    page = client.get("/password/forgotten").content.decode()
    client.post("/password/forgotten", {"email": "ada@example.com"})

    assert (True, []) == ("This server sends no mail" in page, delivered())


def test_answer_to_an_unknown_address_is_that_to_a_known_one(client):
    UserFactory(email="ada@example.com")

    known = client.post("/password/forgotten", {"email": "ada@example.com"})
    unknown = client.post("/password/forgotten", {"email": "eve@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_unknown_address_costs_the_same_work_and_gets_no_mail(client):
    client.post("/password/forgotten", {"email": "eve@example.com"})

    assert ["password_reset_key"] == [waiting.name for waiting in OutgoingMail.objects.all()]
    assert ([], 0) == (delivered(), OutgoingMail.objects.count())


def test_changing_the_password_asks_for_the_old_one(client):
    user = UserFactory()
    client.force_login(user)

    response = client.post("/password", {"oldpassword": "wrong", **NEW})

    user.refresh_from_db()
    assert (["oldpassword"], True) == (
        list(response.context["form"].errors),
        user.check_password("correct horse"),
    )


def test_changed_password_keeps_the_session(client):
    user = UserFactory()
    client.force_login(user)

    page = client.post("/password", {"oldpassword": "correct horse", **NEW}, follow=True)

    assert "Your password is changed" in page.content.decode()


def test_changed_password_ends_the_other_sessions(client):
    user = UserFactory()
    other = Client()
    client.force_login(user)
    other.force_login(user)

    client.post("/password", {"oldpassword": "correct horse", **NEW})

    assert (200, 302) == (client.get("/sites/").status_code, other.get("/sites/").status_code)


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("quiet-harb9", "This password is too short. It must contain at least 12 characters."),
        ("password1234", LEAKED),
        ("PassWord1234", LEAKED),
        ("123456789123", LEAKED),
        ("ada.lovelace@", "The password is too similar to the e-mail address."),
        ("a-b" * 43, "This password is too long. It may have 128 characters."),
    ],
    ids=["short", "leaked", "leaked in other letters", "numeric", "the address", "long"],
)
def test_weak_password_is_refused_with_the_reason(password, error):
    user = UserFactory.build(email="ada.lovelace@example.com")

    with pytest.raises(ValidationError) as refused:
        validate_password(password, user)

    assert [error] == refused.value.messages


@pytest.mark.parametrize(
    "password",
    ["quiet-harbour-91", "тихая гавань весной", "🚢 in the harbour", "a-b" * 42],
    ids=["usual", "cyrillic", "emoji", "126 characters"],
)
def test_long_password_of_any_characters_is_taken(password):
    validate_password(password, UserFactory.build())


def test_hash_of_an_older_kind_is_made_anew_at_sign_in(client, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    user = UserFactory(email="ada@example.com")
    user.password = make_password("correct horse", hasher="md5")
    user.save()

    client.post("/sign-in", {"login": "ada@example.com", "password": "correct horse"})

    user.refresh_from_db()
    assert "scrypt" == user.password.partition("$")[0]


def test_server_makes_new_hashes_with_argon2():
    assert "Argon2PasswordHasher" in accounts.PASSWORD_HASHERS[0]
