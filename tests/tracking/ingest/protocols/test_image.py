from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.ingest.protocols.taking import send
from tracking.enrich.steps import enrich
from tracking.ingest.accept import Accepted
from tracking.ingest.http import Request
from tracking.ingest.protocols import image

ANY = st.text(st.characters(), max_size=60)
REFERRERS = ANY | ANY.map("https://example.com/{}".format) | ANY.map("http://[{}".format)


def request(site: str, referrer: str = "") -> Request:
    return Request("GET", f"/image/{site}.gif", b"", {"referer": referrer}, "127.0.0.1")


@given(ANY, REFERRERS)
def test_no_path_and_no_referrer_give_an_unhandled_error(site, referrer):
    [hit] = image.parse(request(site, referrer))

    assert hit.name == "pageview"


@given(REFERRERS)
def test_what_is_counted_can_be_enriched(referrer):
    [outcome], _ = send(image, request("example.com", referrer))

    if isinstance(outcome, Accepted):
        assert outcome.waiting.name == enrich(1, outcome.waiting).name


@given(st.text("abc-/%é", max_size=50).map("https://www.example.com/{}".format))
def test_the_page_that_shows_the_image_arrives_unchanged(page):
    [hit] = image.parse(request("www.Example.com", page))

    assert ("example.com", page) == (hit.site, hit.url)
