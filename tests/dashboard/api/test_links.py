"""Links to a site's report: /api/v1/sites/shared-links."""

import pytest
from django.conf import settings

from tests.dashboard.api.asking import asking
from tests.factories import SeatFactory, SiteFactory
from tracking.models import Role, SharedLink

pytestmark = pytest.mark.django_db

LINKS = "/api/v1/sites/shared-links"
FRIEND = {"site_id": "northpeak.example", "name": "For a friend"}


@pytest.fixture
def owned():
    """The membership of a person who owns a site."""
    return SeatFactory(site=SiteFactory(domain="northpeak.example"))


def test_link_is_made_once_and_opens_the_report(owned, client):
    ask = asking(owned.user)

    answers = [ask("PUT", LINKS, FRIEND) for _ in range(2)]

    path = f"/share/{SharedLink.objects.get().token}/"
    url = f"{settings.PUBLIC_URL}{path}"
    assert [(200, {"name": "For a friend", "url": url})] * 2 == answers
    assert 200 == client.get(path).status_code


def test_list_has_the_links_of_the_site_alone(owned):
    SharedLink.objects.create(site=SiteFactory(), name="Elsewhere")
    ask = asking(owned.user)
    _, made = ask("PUT", LINKS, FRIEND)

    _, listed = ask("GET", f"{LINKS}?site_id=northpeak.example")

    assert [made] == listed["shared_links"]


@pytest.mark.parametrize("name", ["", "x" * 121], ids=["none", "long"])
def test_link_without_a_fitting_name_is_refused(owned, name):
    status, _ = asking(owned.user)("PUT", LINKS, FRIEND | {"name": name})

    assert (400, 0) == (status, SharedLink.objects.count())


def test_who_only_sees_a_site_makes_and_reads_no_links(owned):
    ask = asking(SeatFactory(site=owned.site, role=Role.VIEWER).user)

    answers = [ask("PUT", LINKS, FRIEND), ask("GET", f"{LINKS}?site_id=northpeak.example")]

    assert [404, 404] == [status for status, _ in answers]
