"""Pages link to what the person who sees them may open."""

import re

import pytest
from django.urls import reverse

from tests.factories import SeatFactory, SiteFactory
from tracking.models import Role

pytestmark = pytest.mark.django_db

OWNERS_PAGES = {"/sites/northpeak.example/debugger", "/sites/northpeak.example/settings"}


@pytest.mark.parametrize(
    ("role", "linked"),
    [(Role.OWNER, OWNERS_PAGES), (Role.VIEWER, set())],
    ids=["owner", "viewer"],
)
@pytest.mark.parametrize("name", ["live", "report", "site_install"])
def test_only_owners_are_shown_links_to_the_pages_of_owners(client, role, linked, name):
    site = SiteFactory(domain="northpeak.example")
    client.force_login(SeatFactory(site=site, role=role).user)

    page = client.get(reverse(name, args=[site.domain])).content.decode()

    assert linked == OWNERS_PAGES.intersection(re.findall('href="([^"]+)"', page))


@pytest.mark.parametrize("name", ["live", "site_install"])
def test_page_that_waits_tells_viewers_nothing_of_the_debugger(client, name):
    site = SiteFactory(domain="northpeak.example")
    client.force_login(SeatFactory(site=site, role=Role.VIEWER).user)

    page = client.get(reverse(name, args=[site.domain])).content.decode()

    assert "see why" not in page
