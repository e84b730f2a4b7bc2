"""What asks for the password again, though whoever is there is signed in."""

import pytest
from django.test import Client

from tests.factories import MemberFactory, SeatFactory
from tracking.models import ApiKey, Change, Invitation, Member, Role, Site, Team

pytestmark = pytest.mark.django_db

ASKED = "/sign-in/confirm?next="
DOMAIN = "site.example"
SENSITIVE = {
    "making a key": ("/keys", {"name": "Sheet", "scopes": ["stats:read"]}),
    "deleting a site": (f"/sites/{DOMAIN}/delete", {"domain": DOMAIN}),
    "deleting a team": ("/teams/{team}/delete", {"name": "Northpeak"}),
    "handing a site to a team": (f"/sites/{DOMAIN}/hand-over", {"team": "{other}"}),
    "offering a site": (f"/sites/{DOMAIN}/hand-over/offer", {"email": ""}),
    "making an owner": ("/teams/{team}/members/{member}/role", {"role": "owner"}),
    "making less of an owner": ("/teams/{team}/members/{owner}/role", {"role": "viewer"}),
    "removing an owner": ("/teams/{team}/members/{owner}/remove", {}),
    "inviting an owner": ("/teams/{team}/invite", {"email": "", "role": "owner"}),
    "inviting an owner again": ("/teams/{team}/invitations/{invitation}/send", {}),
}
each_step = pytest.mark.parametrize("step", SENSITIVE)


@pytest.fixture
def client() -> Client:
    """A browser in which nothing is confirmed."""
    return Client()


@pytest.fixture
def numbers(client) -> dict[str, int]:
    """What an owner who is signed in has, by number."""
    seat = SeatFactory(site__domain=DOMAIN, site__team__name="Northpeak")
    client.force_login(seat.user)
    invitation, _token = Invitation.issue(
        seat.user.date_joined,
        kind=Invitation.Kind.MEMBER,
        team=seat.site.team,
        role=Role.OWNER,
        email="",
        made_by=seat.user,
    )
    return {
        "team": seat.site.team.pk,
        "other": MemberFactory(user=seat.user).team.pk,
        "member": MemberFactory(team=seat.site.team, role=Role.VIEWER).pk,
        "owner": MemberFactory(team=seat.site.team, role=Role.OWNER).pk,
        "invitation": invitation.pk,
    }


def sent(client, step, numbers, **headers):
    address, form = SENSITIVE[step]
    filled = {
        name: value.format(**numbers) if isinstance(value, str) else value
        for name, value in form.items()
    }
    return client.post(address.format(**numbers), filled, **headers)


def rows() -> list:
    models = (ApiKey, Site, Team, Member, Invitation, Change)
    return [list(model.objects.order_by("pk").values()) for model in models]


@each_step
def test_step_is_not_taken_before_the_password(client, numbers, step):
    before = rows()

    response = sent(client, step, numbers)

    assert (True, before) == (response["Location"].startswith(ASKED), rows())


@each_step
def test_step_is_taken_after_it(client, numbers, step):
    before = rows()
    client.post("/sign-in/confirm", {"password": "correct horse"})

    sent(client, step, numbers)

    assert before != rows()


def test_one_who_is_no_owner_is_made_without_it(client, numbers):
    path = "/teams/{team}/members/{member}/role".format(**numbers)

    client.post(path, {"role": "editor"})

    assert Role.EDITOR == Member.objects.get(pk=numbers["member"]).role


def test_one_who_is_no_owner_is_removed_without_it(client, numbers):
    client.post("/teams/{team}/members/{member}/remove".format(**numbers))

    assert not Member.objects.filter(pk=numbers["member"]).exists()


def test_page_of_somebody_elses_site_is_not_found_rather_than_asking(client, numbers):
    SeatFactory(site__domain="other.example")

    assert 404 == client.get("/sites/other.example/delete").status_code


def test_keys_are_listed_without_it_and_the_form_comes_after(client, numbers):
    before = client.get("/keys").context["form"]
    asked = client.get("/keys?new")["Location"]
    client.post("/sign-in/confirm", {"password": "correct horse"})

    form = client.get("/keys?new").context["form"]

    assert (None, f"{ASKED}%2Fkeys%3Fnew", True) == (before, asked, form is not None)


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/teams/7?a=b", "%2Fteams%2F7%3Fa%3Db"),
        ("https://evil.example/teams", "%2F"),
        ("", "%2F"),
    ],
    ids=["own page", "another host's", "none"],
)
def test_way_back_leads_to_the_page_that_had_the_form(client, numbers, referer, back):
    response = sent(client, "making an owner", numbers, headers={"Referer": referer})

    assert f"{ASKED}{back}" == response["Location"]


def test_form_sent_by_htmx_leads_the_whole_page_there(client, numbers):
    headers = {"HX-Request": "true", "Referer": "http://testserver/teams"}

    response = sent(client, "making an owner", numbers, headers=headers)

    assert (200, f"{ASKED}%2Fteams") == (response.status_code, response["HX-Redirect"])


def test_page_that_asks_says_that_nothing_is_done_yet(client, numbers):
    asked = sent(client, "making an owner", numbers)

    assert "Nothing is done yet." in client.get(asked["Location"]).content.decode()
