"""manage.py apikey_create."""

import pytest
from django.core.management import CommandError, call_command

from tests.factories import UserFactory
from tracking.models import ApiKey

pytestmark = pytest.mark.django_db


def test_it_prints_the_key_alone_and_stores_its_hash(capsys):
    user = UserFactory(email="ada@example.com")

    call_command("apikey_create", "Ada@example.com")

    [key] = capsys.readouterr().out.splitlines()
    assert [(user.pk, ApiKey.hash(key))] == list(ApiKey.objects.values_list("user", "key_hash"))


def test_unknown_account_is_refused_with_a_sentence():
    with pytest.raises(CommandError, match=r"^There is no account no@example\.com\.$"):
        call_command("apikey_create", "no@example.com")
