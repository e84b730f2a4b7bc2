"""manage.py owner_create."""

import io

import pytest
from django.core.management import CommandError, call_command

from dashboard.accounts.models import User
from tests.factories import SiteFactory, UserFactory
from tracking.access import visible_sites

pytestmark = pytest.mark.django_db


@pytest.fixture
def stdin(monkeypatch):
    def fill(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return fill


def test_first_account_administers_the_server_and_owns_its_sites(capsys):
    site = SiteFactory()

    call_command("owner_create", "Ada@Example.com")

    user = User.objects.get()
    assert ("ada@example.com", True, True) == (user.email, user.is_staff, user.is_superuser)
    assert [site] == list(visible_sites(user))


def test_later_account_is_a_plain_one(capsys):
    UserFactory(is_superuser=True)

    call_command("owner_create", "eve@example.com")

    user = User.objects.get(email="eve@example.com")
    assert (False, False) == (user.is_staff, user.is_superuser)


def test_link_that_it_prints_sets_the_password(client, capsys, settings):
    call_command("owner_create", "ada@example.com")

    link = capsys.readouterr().out.strip().removeprefix(settings.PUBLIC_URL)
    assert "Set the password" in client.get(link, follow=True).content.decode()


def test_password_is_taken_from_standard_input(capsys, stdin):
    stdin("quiet-harbour-91\n")

    call_command("owner_create", "ada@example.com", password_stdin=True)

    assert ("", True) == (
        capsys.readouterr().out,
        User.objects.get().check_password("quiet-harbour-91"),
    )


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("Taken@example.com", "User with this E-mail address already exists."),
        ("nonsense", "Enter a valid email address."),
    ],
    ids=["taken", "invalid"],
)
def test_refusal_is_a_sentence(email, sentence):
    UserFactory(email="taken@example.com")

    with pytest.raises(CommandError, match=f"^{sentence}$"):
        call_command("owner_create", email)


@pytest.mark.parametrize("password", ["", "short\n"], ids=["nothing", "short"])
def test_weak_password_makes_no_account(stdin, password):
    stdin(password)

    with pytest.raises(CommandError, match="too short"):
        call_command("owner_create", "ada@example.com", password_stdin=True)

    assert not User.objects.exists()
