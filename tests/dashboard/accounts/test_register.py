import pytest

from dashboard.accounts.models import User
from tests.factories import UserFactory

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
@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("zx81", "This password is too short. It must contain at least 8 characters."),
        ("password123", "This password is too common."),
        ("8302746519", "This password is entirely numeric."),
    ],
    ids=["short", "common", "numeric"],
)
def test_weak_password_is_refused_with_the_reason(client, password, error):
    response = client.post("/register", {**JOINING, "password1": password, "password2": password})

    assert {"password2": [error]} == response.context["form"].errors


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
