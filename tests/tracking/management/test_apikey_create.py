"""manage.py apikey_create."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import SiteFactory, UserFactory
from tracking.models import ApiKey, Change
from tracking.models.keys import Scope

pytestmark = pytest.mark.django_db

DAY = 24 * 60 * 60


def test_it_prints_the_key_alone_and_stores_its_hash(capsys):
    user = UserFactory(email="ada@example.com")

    call_command("apikey_create", "Ada@example.com")

    [key] = capsys.readouterr().out.splitlines()
    assert [(user.pk, ApiKey.hash(key))] == list(ApiKey.objects.values_list("user", "key_hash"))


def test_unknown_account_is_refused_with_a_sentence():
    with pytest.raises(CommandError, match=r"^There is no account no@example\.com\.$"):
        call_command("apikey_create", "no@example.com")


def test_key_has_all_scopes_unless_some_are_named():
    UserFactory(email="ada@example.com")

    call_command("apikey_create", "ada@example.com", stdout=StringIO())
    call_command(
        "apikey_create",
        "ada@example.com",
        "--scope",
        "stats:read",
        "--scope",
        "sites:read",
        stdout=StringIO(),
    )

    assert [Scope.values, ["stats:read", "sites:read"]] == list(
        ApiKey.objects.order_by("pk").values_list("scopes", flat=True)
    )


def test_unknown_scope_is_refused_with_those_that_exist():
    UserFactory(email="ada@example.com")

    with pytest.raises(CommandError, match="choose from 'stats:read'"):
        call_command("apikey_create", "ada@example.com", "--scope", "stats:write")


def test_key_may_end_and_open_one_site_alone(capsys):
    ada, site = UserFactory(email="ada@example.com"), SiteFactory(domain="site.example")

    call_command("apikey_create", "ada@example.com", "--days", "30", "--site", "site.example")

    key = ApiKey.objects.get()
    assert (site, 30) == (key.site, round((key.expires_at - key.created_at).total_seconds() / DAY))
    assert [("added", "key", site.pk, ada.pk, "command")] == list(
        Change.objects.values_list("did", "what", "site", "person", "means")
    )


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--days", "0", "--days must be a number of days from 1"),
        ("--days", "99999", "--days must be a number of days from 1"),
        ("--site", "no.example", "There is no site no.example."),
    ],
)
def test_option_that_means_nothing_is_refused(option, value, sentence):
    UserFactory(email="ada@example.com")

    with pytest.raises(CommandError, match=sentence):
        call_command("apikey_create", "ada@example.com", option, value)

    assert not ApiKey.objects.exists()
