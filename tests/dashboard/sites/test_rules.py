from datetime import UTC, datetime, timedelta

import pytest

from dashboard.sites.forms import MOST_ALIASES
from tests.factories import SeatFactory, SiteFactory, UserFactory
from tracking.models import RefusalCount, Role, Site, SiteAlias

pytestmark = pytest.mark.django_db

HITS = "/sites/northpeak.example/hits"
ALIASES = "/sites/northpeak.example/aliases"
RULES = {
    "bots": "apart",
    "allowed_hostnames": "northpeak.example\n*.northpeak.example",
    "blocked_pages": "/admin/*",
    "blocked_addresses": "10.0.0.0/8",
    "blocked_countries": "AT",
    "query_rule": "keep",
    "query_parameters": "utm_*",
}


@pytest.fixture
def site(client) -> Site:
    """A site whose owner is signed in."""
    membership = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    client.force_login(membership.user)
    return membership.site


def rules_of(site: Site) -> dict:
    return Site.objects.filter(pk=site.pk).values(*RULES).get()


def names(site: Site) -> list[str]:
    return list(site.aliases.values_list("name", flat=True))


def test_owner_sets_the_rules(client, site):
    response = client.post(HITS, RULES)

    kept = {**RULES, "allowed_hostnames": "northpeak.example\r\n*.northpeak.example"}
    found = rules_of(site)
    found["allowed_hostnames"] = found["allowed_hostnames"].replace("\n", "\r\n")
    assert (HITS, kept) == (response["Location"], found)


def test_refused_list_names_the_line_beside_its_field(client, site):
    response = client.post(HITS, RULES | {"blocked_addresses": "10.0.0.0/8\nhome"})

    sentence = "Line 2, “home”, is not an IP address or a network such as 10.0.0.0/8."
    assert {"blocked_addresses": [sentence]} == response.context["form"].errors
    assert "" == Site.objects.get().blocked_addresses


def test_page_counts_the_refused_hits_of_its_site_for_seven_days(client, site):
    today = datetime.now(UTC).date()
    for site_id, ago, reason, count in [
        (site.pk, 0, "bot", 3),
        (site.pk, 6, "bot", 4),
        (site.pk, 6, "country", 9),
        (site.pk, 7, "bot", 100),
        (site.pk + 1, 0, "bot", 100),
    ]:
        RefusalCount.objects.create(
            site_id=site_id, day=today - timedelta(days=ago), reason=reason, count=count
        )

    response = client.get(HITS)

    assert [9, 7] == [each.count for each in response.context["refusals"]]


def test_added_name_is_kept_as_trackers_are_asked_for_it(client, site):
    response = client.post(ALIASES, {"name": " https://WWW.Old.example/ "})

    assert (HITS, ["old.example"]) == (response["Location"], names(site))


def test_htmx_gets_the_names_alone(client, site):
    response = client.post(ALIASES, {"name": "7"}, headers={"HX-Request": "true"})

    page = response.content.decode()
    assert (True, False) == ("Remove 7" in page, "<html" in page)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("taken", "This name is taken on this server."),
        ("northpeak.example", "This is the domain of a site on this server."),
        ("", "This field is required."),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
def test_refused_name_says_why_beside_its_field(client, site, headers, name, sentence):
    SiteAlias.objects.create(site=SiteFactory(), name="taken")

    response = client.post(ALIASES, {"name": name}, headers=headers)

    assert {"name": [sentence]} == response.context["alias_form"].errors
    assert [] == names(site)


def test_site_has_a_bounded_number_of_names(client, site):
    SiteAlias.objects.bulk_create(
        SiteAlias(site=site, name=f"name{number}") for number in range(MOST_ALIASES)
    )

    client.post(ALIASES, {"name": "another"})

    assert MOST_ALIASES == site.aliases.count()


def test_removed_name_is_free_again(client, site):
    alias = SiteAlias.objects.create(site=site, name="7")

    response = client.post(f"{ALIASES}/{alias.pk}/remove")

    assert (HITS, []) == (response["Location"], names(site))


def test_name_of_another_site_is_not_removed(client, site):
    alias = SiteAlias.objects.create(site=SiteFactory(), name="7")

    response = client.post(f"{ALIASES}/{alias.pk}/remove")

    assert (404, True) == (response.status_code, SiteAlias.objects.filter(pk=alias.pk).exists())


@pytest.mark.parametrize("role", [None, Role.VIEWER], ids=["outsider", "viewer"])
@pytest.mark.parametrize(
    ("address", "data"),
    [(HITS, RULES), (ALIASES, {"name": "8"}), (f"{ALIASES}/1/remove", {})],
    ids=["rules", "add", "remove"],
)
def test_only_owners_change_anything(client, role, address, data):
    site = SiteFactory(domain="northpeak.example")
    SiteAlias.objects.create(pk=1, site=site, name="7")
    user = UserFactory()
    if role:
        SeatFactory(site=site, user=user, role=role)
    client.force_login(user)

    response = client.post(address, data)

    assert (404, "drop", ["7"]) == (response.status_code, rules_of(site)["bots"], names(site))
