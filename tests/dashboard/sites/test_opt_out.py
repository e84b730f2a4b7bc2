"""The page for visitors who do not want to be counted."""

import pytest

from tests.factories import SiteFactory

pytestmark = pytest.mark.django_db


def test_page_leads_to_the_site_where_the_tracker_keeps_the_wish(client):
    page = client.get("/opt-out/site.example").content.decode()

    for wish in ("true", "false"):
        assert f'href="https://site.example/?footfall_ignore={wish}"' in page


def test_page_tells_nobody_which_sites_there_are(client):
    SiteFactory(domain="zebra.example")

    zebra, llama = (client.get(f"/opt-out/{name}.example") for name in ("zebra", "llama"))

    assert zebra.content.decode().replace("zebra", "llama") == llama.content.decode()


def test_page_leads_to_what_the_site_keeps_once_that_is_published(client):
    SiteFactory(domain="zebra.example", privacy_published=True)

    page = client.get("/opt-out/zebra.example").content.decode()

    assert 'href="/privacy/zebra.example"' in page


@pytest.mark.parametrize("domain", ["javascript:alert(1)", "a b", "site.example@evil.example"])
def test_what_is_no_domain_has_no_page(client, domain):
    assert 404 == client.get(f"/opt-out/{domain}").status_code
