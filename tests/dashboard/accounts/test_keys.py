import re
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.accounts.keys import KeyForm, Row
from tests.factories import SeatFactory, UserFactory
from tracking.models import ApiKey, Change
from tracking.models.keys import Scope

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


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
    assert [Row(row, labels, "")] == rows


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


@pytest.mark.parametrize(
    ("chosen", "expires"),
    [
        ({"expires": "30"}, datetime(2026, 4, 9, 12, tzinfo=UTC)),
        ({"expires": "365"}, datetime(2027, 3, 10, 12, tzinfo=UTC)),
        ({"expires": "day", "last_day": "2050-03-31"}, datetime(2050, 4, 1, tzinfo=UTC)),
        ({"expires": "30", "last_day": "2050-03-31"}, datetime(2026, 4, 9, 12, tzinfo=UTC)),
        ({"expires": ""}, None),
    ],
    ids=["30 days", "a year", "end of a day", "a day not asked for", "never"],
)
def test_key_ends_when_its_maker_chose(user, chosen, expires):
    form = KeyForm({"name": "Sheet", "scopes": ["stats:read"], **chosen}, user=user)
    assert form.is_valid()

    form.issue(NOW)

    assert expires == ApiKey.objects.get().expires_at


@pytest.mark.parametrize(
    ("last_day", "error"),
    [
        ("", "Choose the day."),
        ("2020-01-01", "This day has passed."),
        ("9999-12-31", "The last day is"),
    ],
)
def test_day_on_which_no_key_can_end_is_refused(client, user, last_day, error):
    data = {"name": "Sheet", "scopes": ["stats:read"], "expires": "day", "last_day": last_day}

    errors = client.post("/keys", data).context["form"].errors

    assert errors["last_day"][0].startswith(error)


@pytest.mark.parametrize(
    ("expires", "state"),
    [
        (None, ""),
        (NOW + timedelta(days=7, seconds=1), ""),
        (NOW + timedelta(days=7), "ending"),
        (NOW + timedelta(seconds=1), "ending"),
        (NOW, "expired"),
    ],
    ids=["never", "in more than a week", "in a week", "in a second", "now"],
)
def test_page_warns_a_week_before_the_end(user, expires, state):
    key = ApiKey.issue(user, expires_at=expires)[0]

    assert state == Row.of(key, NOW).state


def test_page_says_that_a_key_has_expired(client, user):
    ApiKey.issue(user, expires_at=NOW - timedelta(days=2000))

    assert "Expired on 17 Sep 2020, 12:00 UTC" in text(client.get("/keys"))


def test_key_for_one_site_is_for_one_that_its_maker_sees(client, user):
    mine, theirs = SeatFactory(user=user).site, SeatFactory().site
    data = {"name": "Sheet", "scopes": ["stats:read"]}

    refused = client.post("/keys", {**data, "site": theirs.pk}).context["form"].errors
    client.post("/keys", {**data, "site": mine.pk})

    assert (["site"], [mine]) == (list(refused), [key.site for key in ApiKey.objects.all()])


def test_key_is_renamed(client, user):
    row = ApiKey.issue(user, "Sheet")[0]

    client.post(f"/keys/{row.pk}/rename", {"name": "Table"})

    assert "Table" == ApiKey.objects.get().name


@pytest.mark.parametrize("name", ["", "x" * 81, "a\0b"], ids=["none", "long", "NUL"])
def test_key_keeps_its_name_where_the_new_one_is_none(client, user, name):
    row = ApiKey.issue(user, "Sheet")[0]

    client.post(f"/keys/{row.pk}/rename", {"name": name})

    assert "Sheet" == ApiKey.objects.get().name


def test_key_of_somebody_else_is_not_renamed(client, user):
    theirs = ApiKey.issue(UserFactory(), "Sheet")[0]

    assert 404 == client.post(f"/keys/{theirs.pk}/rename", {"name": "Mine"}).status_code


def test_making_renaming_and_revoking_is_recorded_without_the_key(client, user):
    made = client.post("/keys", {"name": "Sheet", "scopes": ["stats:read"]})
    row = ApiKey.objects.get()
    client.post(f"/keys/{row.pk}/rename", {"name": "Table"})
    client.post(f"/keys/{row.pk}/revoke")

    assert [
        ("added", f"Sheet ({row.prefix}…)", {"scopes": "stats:read", "expires": "never"}),
        ("changed", f"Table ({row.prefix}…)", {"name": ["Sheet", "Table"]}),
        ("revoked", f"Table ({row.prefix}…)", {}),
    ] == list(Change.objects.filter(what="key").values_list("did", "name", "details"))
    key = re.search(r"ff_[\w-]{43}", text(made))[0]
    assert key not in str(list(Change.objects.values()))


def test_key_for_a_site_that_its_owner_lost_tells_and_writes_nothing_of_it(client, user):
    seat = SeatFactory(user=user)
    key, _ = ApiKey.issue(user, "Sheet", ["stats:read"], None, seat.site)
    seat.site.team.members.all().delete()

    page = text(client.get("/keys"))
    client.post(f"/keys/{key.pk}/rename", {"name": "Another"})
    client.post(f"/keys/{key.pk}/revoke")

    assert (False, [(None, ""), (None, "")]) == (
        seat.site.domain in page,
        list(Change.objects.values_list("site", "domain")),
    )
