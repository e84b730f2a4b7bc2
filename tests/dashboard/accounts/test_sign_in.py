import pytest
from django.contrib.sessions.models import Session

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NO_MATCH = "The e-mail address and the password do not match an account here."

TOO_MANY = "Too many tries. Wait some minutes, then try again."


def sign_in(client, email, password, following=""):
    data = {"login": email, "password": password, "next": following}
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


def test_session_has_a_new_key_after_sign_in(client):
    UserFactory(email="ada@example.com")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = client.cookies["sessionid"] = session.session_key

    sign_in(client, "ada@example.com", "correct horse")

    assert planted != client.cookies["sessionid"].value
    assert not Session.objects.filter(session_key=planted).exists()


def test_person_is_refused_after_five_wrong_passwords_even_with_the_right_one(client):
    UserFactory(email="ada@example.com")
    for number in range(5):
        sign_in(client, "ada@example.com", f"wrong {number}")

    response = sign_in(client, "ada@example.com", "correct horse")

    assert [TOO_MANY] == response.context["form"].non_field_errors()


def test_tries_for_one_person_leave_another_alone(client):
    UserFactory(email="eve@example.com")
    for number in range(6):
        sign_in(client, "ada@example.com", f"wrong {number}")

    assert 302 == sign_in(client, "eve@example.com", "correct horse").status_code


def test_address_is_refused_after_ten_wrong_passwords_for_whomever(client):
    UserFactory(email="ada@example.com")
    for number in range(10):
        sign_in(client, f"person{number}@example.com", "wrong")

    response = sign_in(client, "ada@example.com", "correct horse")

    assert [TOO_MANY] == response.context["form"].non_field_errors()


def test_other_address_is_not_refused_with_it(client):
    UserFactory(email="ada@example.com")
    for number in range(10):
        sign_in(client, f"person{number}@example.com", "wrong")

    response = client.post(
        "/sign-in",
        {"login": "ada@example.com", "password": "correct horse"},
        headers={"X-Forwarded-For": "203.0.113.9"},
    )

    assert 302 == response.status_code


def test_page_is_refused_to_an_address_that_asks_for_ever(client):
    for number in range(30):
        client.post("/sign-in", {"login": f"person{number}@example.com"})

    assert 429 == client.post("/sign-in", {"login": "ada@example.com"}).status_code


def test_admin_is_entered_by_the_same_door(client):
    response = client.get("/admin/", follow=True)

    assert [("/admin/login/?next=/admin/", 302), ("/sign-in?next=/admin/", 302)] == (
        response.redirect_chain
    )


def test_admin_takes_no_password_of_its_own(client):
    UserFactory(email="ada@example.com", is_staff=True, is_superuser=True)

    client.post("/admin/login/", {"username": "ada@example.com", "password": "correct horse"})

    assert "_auth_user_id" not in client.session


def test_admin_takes_no_password_of_somebody_signed_in_either(client):
    ada, staff = UserFactory(email="ada@example.com", is_staff=True), UserFactory(is_staff=True)
    client.force_login(staff)

    answer = client.post(
        "/admin/login/", {"username": ada.email, "password": "correct horse", "next": "/admin/"}
    )

    assert ("/admin/", str(staff.pk)) == (answer["Location"], client.session["_auth_user_id"])


@pytest.mark.parametrize("page", ["password_change/", "password_change/done/"])
def test_admin_changes_no_password_of_its_own(client, page):
    client.force_login(UserFactory(is_staff=True))

    assert "/password" == client.post(f"/admin/{page}")["Location"]


def test_who_is_no_administrator_is_refused_there(client):
    client.force_login(UserFactory())

    assert 403 == client.get("/admin/", follow=True).status_code
