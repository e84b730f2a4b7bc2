"""The ids of hits that bring none."""

from tracking.ingest.hit import Hit
from tracking.ingest.hit_id import name_hits


def test_hits_without_an_id_are_named_by_their_place_in_the_request():
    hits = [Hit(site="x", name="x", url="x", hit_id=own) for own in ("", "own", "", "")]

    name_hits(hits, "request")

    assert ["request", "own", "request.3", "request.4"] == [hit.hit_id for hit in hits]
