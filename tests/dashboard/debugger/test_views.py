import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import SeatFactory, SiteFactory
from tracking.models import RefusalCount, Watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(client):
    """A site whose owner is signed in."""
    membership = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    client.force_login(membership.user)
    return membership.site


def open_page(client, site):
    return client.get(reverse("debugger", args=[site.domain]))


def test_opening_the_page_has_the_sites_hits_traced(client, site):
    open_page(client, site)

    assert [site.pk] == list(
        Watch.objects.filter(until__gt=timezone.now()).values_list("site_id", flat=True)
    )


def test_page_names_socket_endpoint_and_the_page_of_test_hits(client, site):
    page = open_page(client, site).content.decode()

    for attribute in (
        'data-socket="/ws/sites/northpeak.example/debugger"',
        'data-endpoint="/api/event"',
        'data-domain="northpeak.example"',
        'data-page="https://northpeak.example/footfall-test-hit"',
    ):
        assert attribute in page


def test_page_tells_what_was_dropped_and_what_to_do(client, site):
    today = timezone.now().date()
    RefusalCount.objects.create(site_id=site.pk, day=today, reason="opted_out", count=1234)

    page = open_page(client, site).content.decode()

    assert "visitor opted out" in page
    assert "1,234" in page
    assert "Global Privacy Control" in page


def test_page_of_a_site_that_dropped_nothing_says_so(client, site):
    assert "None when you opened this page." in open_page(client, site).content.decode()
