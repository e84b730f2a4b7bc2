import re

import pytest
from django.test import Client

from dashboard.accounts.models import User
from tests.factories import UserFactory
from tests.mail import delivered

pytestmark = pytest.mark.django_db

JOINING = {
    "email": "New@Example.com",
    "password1": "quiet-harbour-91",
    "password2": "quiet-harbour-91",
}


@pytest.fixture
def _open(settings):
    settings.REGISTRATION_OPEN = True
    UserFactory(is_superuser=True)


@pytest.mark.usefixtures("_open")
def test_joining_makes_a_plain_account_and_leads_to_the_first_site(client):
    response = client.post("/register", JOINING)

    user = User.objects.get(email="new@example.com")
    assert (False, False) == (user.is_staff, user.is_superuser)
    assert ("/sites/new", str(user.pk)) == (response["Location"], client.session["_auth_user_id"])


@pytest.mark.usefixtures("_open")
def test_address_in_use_is_refused_in_any_case(client):
    UserFactory(email="new@example.com")

    response = client.post("/register", JOINING)

    assert {
        "email": ["This address cannot be used. If it is yours, sign in instead."]
    } == response.context["form"].errors


@pytest.mark.usefixtures("_open")
def test_weak_password_is_refused(client):
    response = client.post("/register", {**JOINING, "password1": "zx81", "password2": "zx81"})

    assert (["password1"], False) == (
        list(response.context["form"].errors),
        User.objects.filter(email="new@example.com").exists(),
    )


@pytest.mark.usefixtures("_open")
def test_joining_leads_on_to_where_the_person_wanted_to_go(client):
    response = client.post("/register", {**JOINING, "next": "/styles"})

    assert "/styles" == response["Location"]


@pytest.fixture
def _verified(settings, _open):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def confirm_link() -> str:
    [link] = re.findall(r"http\S+confirm\S+", delivered()[0].body)
    return link.removeprefix("http://localhost:8000")


@pytest.mark.usefixtures("_verified")
def test_new_account_is_used_after_the_link_in_the_mail(client):
    client.post("/register", JOINING)
    before = client.get("/sites/").status_code

    answer = client.post(confirm_link())

    assert (302, "/sites/new", 200) == (
        before,
        answer["Location"],
        client.get("/sites/new").status_code,
    )


@pytest.mark.usefixtures("_verified")
def test_link_alone_signs_no_other_browser_in(client):
    client.post("/register", JOINING)
    other = Client()

    other.post(confirm_link())

    assert 302 == other.get("/sites/").status_code


@pytest.mark.usefixtures("_verified")
def test_made_up_link_confirms_nothing(client):
    page = client.get("/account/email/confirm?key=guess").content.decode()

    assert "This link no longer works" in page


@pytest.mark.usefixtures("_verified")
def test_answer_for_an_address_in_use_is_that_for_a_new_one(client):
    UserFactory(email="known@example.com")

    known = client.post("/register", {**JOINING, "email": "known@example.com"})
    unknown = Client().post("/register", JOINING)

    assert (302, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert {
        "known@example.com": "You have an account at Footfall",
        "new@example.com": "Confirm your address for Footfall",
    } == {message.to[0]: message.subject for message in delivered()}


@pytest.mark.parametrize(
    ("is_open", "with_owner"),
    [(False, True), (False, False), (True, False)],
    ids=["closed", "closed before the first owner", "open before the first owner"],
)
def test_closed_registration_says_so_and_makes_nobody(client, settings, is_open, with_owner):
    settings.REGISTRATION_OPEN = is_open
    if with_owner:
        UserFactory(is_superuser=True)

    response = client.post("/register", JOINING)

    assert (403, False) == (
        response.status_code,
        User.objects.filter(email="new@example.com").exists(),
    )
    assert "Registration is closed" in response.content.decode()
