import pytest

from dashboard import context
from tests.factories import SeatFactory, SiteFactory
from tracking.ingest.place import Attribution


@pytest.fixture
def _fresh():
    context.places.cache_clear()
    yield
    context.places.cache_clear()


@pytest.mark.usefixtures("_fresh")
def test_attribution_names_the_maker_of_the_bundled_file(rf, settings, tmp_path):
    settings.GEOIP_FILE = tmp_path / "none.mmdb"

    assert {
        "attribution": Attribution("IP geolocation by DB-IP", "https://db-ip.com")
    } == context.attribution(rf.get("/"))


@pytest.mark.usefixtures("_fresh")
def test_page_stands_without_attribution_where_the_file_is_broken(rf, settings, tmp_path):
    settings.GEOIP_FILE = tmp_path / "broken.mmdb"
    settings.GEOIP_FILE.write_bytes(b"no file of places")

    assert {} == context.attribution(rf.get("/"))


@pytest.mark.django_db
def test_switcher_offers_the_sites_that_a_person_may_see(rf):
    membership = SeatFactory()
    SiteFactory()
    request = rf.get("/")
    request.user = membership.user

    assert [membership.site] == list(context.my_sites(request)["my_sites"])
