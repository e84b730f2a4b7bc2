from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.ingest.protocols.taking import send
from tracking.enrich.steps import enrich
from tracking.ingest.accept import Accepted
from tracking.ingest.http import Request
from tracking.ingest.protocols import visited
from tracking.ingest.refusals import Malformed

ANY = st.text(st.characters(), max_size=60)


def request(site: str, query: bytes, referrer: str = "") -> Request:
    return Request("GET", f"/visit/{site}/visited", query, {"referer": referrer}, "127.0.0.1")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/visit/example.com/visited", True),
        ("/visit//visited", False),
        ("/visit/visited", False),
        ("/visit/example.com/visited/", False),
    ],
)
def test_matches_the_path_with_a_site_in_it(path, expected):
    assert expected == visited.matches(path)


@given(ANY, st.binary(max_size=200), ANY)
def test_no_path_query_and_referrer_give_an_unhandled_error(site, query, referrer):
    try:
        [hit] = visited.parse(request(site, query, referrer))
    except Malformed:
        return
    assert hit.name


@given(st.binary(max_size=200), ANY.map("https://example.com/{}".format))
def test_what_is_counted_can_be_enriched(query, referrer):
    try:
        [outcome], _ = send(visited, request("example.com", query, referrer))
    except Malformed:
        return
    if isinstance(outcome, Accepted):
        assert outcome.waiting.name == enrich(1, outcome.waiting).name


@given(st.text("abc é漢&=+%", min_size=1, max_size=60).map(str.strip).filter(bool))
def test_the_name_of_an_event_arrives_unchanged(name):
    [hit] = visited.parse(request("example.com", urlencode({"event": name}).encode()))

    assert ("example.com", name) == (hit.site, hit.name)
