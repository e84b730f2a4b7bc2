import pytest

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NO_MATCH = "The e-mail address and the password do not match an account here."


def sign_in(client, email, password, following=""):
    data = {"username": email, "password": password, "next": following}
    return client.post("/sign-in", data)


def test_right_password_leads_to_the_sites(client):
    UserFactory(email="ada@example.com")

    response = sign_in(client, "ada@example.com", "correct horse")

    assert (302, "/sites/") == (response.status_code, response["Location"])


def test_address_is_the_same_in_any_case(client):
    UserFactory(email="ada@example.com")

    assert 302 == sign_in(client, "Ada@Example.COM", "correct horse").status_code


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.com", "wrong"),
        ("nobody@example.com", "correct horse"),
        ("closed@example.com", "correct horse"),
    ],
    ids=["wrong password", "unknown address", "closed account"],
)
def test_every_refusal_says_the_same(client, email, password):
    UserFactory(email="ada@example.com")
    UserFactory(email="closed@example.com", is_active=False)

    response = sign_in(client, email, password)

    assert [NO_MATCH] == response.context["form"].non_field_errors()


@pytest.mark.parametrize(
    ("following", "target"),
    [
        ("/sites/new", "/sites/new"),
        ("https://evil.example/", "/sites/"),
        ("//evil.example/", "/sites/"),
    ],
    ids=["own page", "other host", "other host without scheme"],
)
def test_next_leads_to_own_pages_only(client, following, target):
    UserFactory(email="ada@example.com")

    response = sign_in(client, "ada@example.com", "correct horse", following)

    assert target == response["Location"]


def test_page_tells_of_the_link_until_there_is_an_owner(client):
    before = client.get("/sign-in").content.decode()
    UserFactory(is_superuser=True)
    after = client.get("/sign-in").content.decode()

    assert (True, False) == ("one-time link" in before, "one-time link" in after)


def test_bar_offers_no_site_before_sign_in(client):
    assert "menu-site" not in client.get("/sign-in").content.decode()


def test_signing_out_ends_the_session(client):
    client.force_login(UserFactory())

    response = client.post("/sign-out")

    assert ("/sign-in", False) == (response["Location"], "_auth_user_id" in client.session)


def test_a_link_signs_nobody_out(client):
    client.force_login(UserFactory())

    assert 405 == client.get("/sign-out").status_code
