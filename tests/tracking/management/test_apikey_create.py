"""manage.py apikey_create."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import UserFactory
from tracking.models import ApiKey
from tracking.models.keys import Scope

pytestmark = pytest.mark.django_db


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
