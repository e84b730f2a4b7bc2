"""Every address of a site asks who may see it."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from realtime.out.models import Webhook
from tests.factories import EventFactory, SeatFactory, SiteFactory, UserFactory
from tracking.models import Role, Site

pytestmark = pytest.mark.django_db

OTHER_PARTS = {"name": "sources", "alias": 1, "hook": 1, "number": 1, "threshold": 1}
OWNERS_ONLY = [
    *("audit", "audit_csv", "debugger", "imports", "notes", "site_delete", "site_export"),
    *("site_privacy", "site_rules", "site_settings", "site_sharing", "site_transfer"),
    *("webhook", "webhook_log", "webhooks"),
]
# Addresses that only change something.
OWNERS_CHANGES = [
    *("alias_add", "alias_remove", "import_begin", "import_cancel", "import_part"),
    *("link_delete", "note_delete", "site_publish", "threshold_add", "threshold_remove"),
    *("visitor_erase", "visitor_export", "visitor_find"),
    *("webhook_remove", "webhook_replay", "webhook_roll", "webhook_test"),
]
CHANGES = [*OWNERS_CHANGES, "segment_delete", "segment_save", "site_pin"]
# What only a page's script is answered; others are led to the page.
OF_SCRIPTS = ["live_at"]


def addresses_of_a_site() -> dict[str, str]:
    return {
        pattern.name: reverse(
            pattern.name,
            kwargs={
                part: OTHER_PARTS.get(part, "northpeak.example")
                for part in pattern.pattern.converters
            },
        )
        for pattern in patterns(get_resolver("dashboard.urls"))
        if "domain" in pattern.pattern.converters
    }


def patterns(resolver: URLResolver) -> list[URLPattern]:
    found: list[URLPattern] = []
    for entry in resolver.url_patterns:
        found += patterns(entry) if isinstance(entry, URLResolver) else [entry]
    return found


ADDRESSES = addresses_of_a_site()
each_address = pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES.keys())


def furnish(site: Site) -> None:
    """Give a site what the numbers in the addresses name."""
    EventFactory(site=site, id=OTHER_PARTS["number"])
    Webhook.objects.create(site=site, pk=OTHER_PARTS["hook"], url="https://example.com/hook")


def test_addresses_of_a_site_are_those_known():
    assert [
        "alias_add",
        "alias_remove",
        "audit",
        "audit_csv",
        "badge",
        "debugger",
        "import_begin",
        "import_cancel",
        "import_part",
        "imports",
        "link_delete",
        "live",
        "live_at",
        "note_delete",
        "notes",
        "page",
        "report",
        "segment_delete",
        "segment_save",
        "segments",
        "site_card",
        "site_delete",
        "site_export",
        "site_install",
        "site_pin",
        "site_privacy",
        "site_publish",
        "site_rules",
        "site_settings",
        "site_sharing",
        "site_transfer",
        "suggestions",
        "threshold_add",
        "threshold_remove",
        "visit",
        "visitor_erase",
        "visitor_export",
        "visitor_find",
        "visits",
        "webhook",
        "webhook_log",
        "webhook_remove",
        "webhook_replay",
        "webhook_roll",
        "webhook_test",
        "webhooks",
        "widget",
        "widget_csv",
    ] == sorted(ADDRESSES)


@each_address
def test_anonymous_visitor_is_sent_to_sign_in_and_back(client, address):
    SiteFactory(domain="northpeak.example")

    response = client.get(address)

    assert (302, f"/sign-in?next={address}") == (response.status_code, response["Location"])


@each_address
def test_outsider_gets_what_a_domain_that_nobody_has_gets(client, address):
    SiteFactory(domain="northpeak.example")
    client.force_login(UserFactory())

    outside = client.get(address)
    nowhere = client.get(address.replace("northpeak", "nowhere"))

    assert (404, 404) == (outside.status_code, nowhere.status_code)


@each_address
def test_admin_who_is_no_member_is_an_outsider(client, address):
    SiteFactory(domain="northpeak.example")
    client.force_login(UserFactory(is_superuser=True, is_staff=True))

    assert 404 == client.get(address).status_code


@pytest.mark.parametrize(
    "address",
    [address for name, address in ADDRESSES.items() if name not in [*CHANGES, *OF_SCRIPTS]],
)
def test_owner_sees_the_page_and_no_cache_keeps_it(client, address):
    membership = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    furnish(membership.site)
    client.force_login(membership.user)

    response = client.get(address)

    assert (200, {"private", "no-store"}) == (
        response.status_code,
        {"private", "no-store"} & set(response["Cache-Control"].split(", ")),
    )


@pytest.mark.parametrize("name", [*OWNERS_ONLY, *OWNERS_CHANGES])
def test_viewer_may_not_change_a_site_that_another_person_owns(client, name):
    site = SiteFactory(domain="northpeak.example")
    SeatFactory(site=site)
    client.force_login(SeatFactory(site=site, role=Role.VIEWER).user)

    assert 404 == client.get(ADDRESSES[name]).status_code


@pytest.mark.parametrize("name", OWNERS_ONLY)
def test_each_of_two_owners_may_change_a_site(client, name):
    site = SiteFactory(domain="northpeak.example")
    furnish(site)
    SeatFactory(site=site)
    client.force_login(SeatFactory(site=site).user)

    assert 200 == client.get(ADDRESSES[name]).status_code
