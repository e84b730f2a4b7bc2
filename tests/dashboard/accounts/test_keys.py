import re

import pytest

from tests.factories import UserFactory
from tracking.models import ApiKey
from tracking.models.keys import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    """A person who is signed in."""
    user = UserFactory()
    client.force_login(user)
    return user


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("address", ["/keys", "/keys/1/revoke"])
def test_keys_are_for_those_who_are_signed_in(client, address):
    assert f"/sign-in?next={address}" == client.get(address)["Location"]


def test_new_key_is_shown_once_and_kept_as_a_hash(client, user):
    made = text(client.post("/keys", {"name": "Sheet", "scopes": ["stats:read", "sites:read"]}))
    later = text(client.get("/keys"))

    row = ApiKey.objects.get()
    key = re.search(r"ff_[\w-]{43}", made)[0]
    assert (user, "Sheet", ["stats:read", "sites:read"], ApiKey.hash(key)) == (
        row.user,
        row.name,
        row.scopes,
        row.key_hash,
    )
    assert (False, True) == (key in later, f"{row.prefix}…" in later)


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"name": "Sheet"}, {"scopes": ["Choose what the key may do."]}),
        ({"scopes": ["stats:read"]}, {"name": ["This field is required."]}),
        (
            {"name": "Sheet", "scopes": ["all"]},
            {"scopes": ["Select a valid choice. all is not one of the available choices."]},
        ),
    ],
    ids=["no scope", "no name", "unknown scope"],
)
def test_refused_key_names_the_field(client, user, data, errors):
    response = client.post("/keys", data)

    assert (errors, 0) == (response.context["form"].errors, ApiKey.objects.count())


def test_account_has_so_many_keys_and_no_more(client, user, monkeypatch):
    monkeypatch.setattr("dashboard.accounts.keys.MOST_KEYS", 1)
    ApiKey.issue(user)

    response = client.post("/keys", {"name": "Sheet", "scopes": ["stats:read"]})

    assert {"__all__": ["An account has at most 1 keys."]} == response.context["form"].errors


def test_page_lists_ones_own_keys_with_what_they_may_do(client, user):
    ApiKey.issue(UserFactory())
    row = ApiKey.issue(user, scopes=[Scope.STATS_READ, Scope.HITS_SEND])[0]

    rows = client.get("/keys").context["rows"]
    labels = ["Read figures and hear live events", "Send hits that speak for visitors"]
    assert [(row, labels)] == rows


def test_revoked_key_is_gone(client, user):
    row = ApiKey.issue(user)[0]

    response = client.post(f"/keys/{row.pk}/revoke")

    assert ("/keys", 0) == (response["Location"], ApiKey.objects.count())


def test_key_of_somebody_else_is_as_one_that_nobody_has(client, user):
    theirs = ApiKey.issue(UserFactory())[0]

    response = client.post(f"/keys/{theirs.pk}/revoke")

    assert (404, 1) == (response.status_code, ApiKey.objects.count())


def test_looking_at_the_address_revokes_nothing(client, user):
    row = ApiKey.issue(user)[0]

    assert (405, 1) == (client.get(f"/keys/{row.pk}/revoke").status_code, ApiKey.objects.count())
