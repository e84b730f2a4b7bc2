"""manage.py site_create."""

import pytest
from django.core.management import CommandError, call_command

from tests.factories import SiteFactory, UserFactory
from tracking.models import Change, Site

pytestmark = pytest.mark.django_db


def owners(site: Site) -> list[str]:
    return list(site.team.members.filter(role="owner").values_list("user__email", flat=True))


def test_it_prints_the_snippet_of_the_normalised_domain(capsys, settings):
    settings.PUBLIC_URL = "https://stats.example.com"
    settings.SCRIPT_PATH = "/js/count.js"

    call_command("site_create", "https://www.North.example/", timezone="Europe/Berlin")

    site = Site.objects.get()
    assert ("north.example", "Europe/Berlin") == (site.domain, site.timezone)
    snippet = (
        '<script defer data-domain="north.example" '
        'src="https://stats.example.com/js/count.js"></script>\n'
    )
    assert snippet == capsys.readouterr().out


@pytest.mark.parametrize(
    ("owner", "expected"),
    [(None, ["first@example.com"]), ("Eve@example.com", ["eve@example.com"])],
    ids=["the first admin", "who is named"],
)
def test_owner_is(owner, expected, capsys):
    UserFactory(email="eve@example.com")
    UserFactory(email="first@example.com", is_superuser=True)
    UserFactory(email="second@example.com", is_superuser=True)

    call_command("site_create", "north.example", owner=owner)

    assert expected == owners(Site.objects.get())


def test_site_on_a_server_without_people_waits_for_an_owner(capsys):
    call_command("site_create", "north.example")

    assert [] == owners(Site.objects.get())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["taken.example"], "Site with this Domain already exists."),
        (["not a domain"], "Enter a domain such as example.com, without a scheme."),
        (["new.example", "--timezone", "Mars"], "Enter a time zone such as Europe/Berlin."),
        (["new.example", "--owner", "no@example.com"], "There is no account no@example.com."),
    ],
    ids=["taken", "no domain", "unknown zone", "unknown owner"],
)
def test_refusal_is_a_sentence_and_makes_no_site(arguments, sentence):
    SiteFactory(domain="taken.example")

    with pytest.raises(CommandError, match=f"^{sentence}$"):
        call_command("site_create", *arguments)

    assert 1 == Site.objects.count()


def test_it_is_recorded_as_done_by_a_command():
    call_command("site_create", "north.example")

    assert [("added", "site", "north.example", None, "command")] == list(
        Change.objects.values_list("did", "what", "domain", "by", "means")
    )
