import gzip
from pathlib import Path

import brotli
import pytest

from tracking.ingest.script import build, negotiate, readable

SOURCE = (Path(__file__).parents[3] / "static" / "tracker" / "footfall.js").read_text()
SMALL = """
// Says where.
const endpoint = "/api/event";
"""


def test_the_whole_tracker_fits_in_two_kilobytes():
    script = build(SOURCE, "/api/event")

    assert len(script.brotli) <= 2048


def test_build_strips_comments_and_writes_the_endpoint_in():
    assert b'const endpoint="/collect";' == build(SMALL, "/collect").body


def test_build_escapes_the_endpoint():
    assert b'const endpoint="/a\\"b";' == build(SMALL, '/a"b').body


@pytest.mark.parametrize("endpoint", ["", "collect", "//elsewhere.example/collect"])
def test_build_refuses_an_endpoint_that_is_no_path(endpoint):
    with pytest.raises(ValueError, match="begins with one slash"):
        build(SMALL, endpoint)


@pytest.mark.parametrize("source", ["", SMALL * 2], ids=["none", "two"])
def test_build_refuses_a_source_without_one_endpoint(source):
    with pytest.raises(ValueError, match="exactly once"):
        build(source, "/collect")


def test_encodings_hold_the_same_script():
    script = build(SOURCE, "/api/event")

    assert [script.body] * 2 == [brotli.decompress(script.brotli), gzip.decompress(script.gzip)]


def test_building_twice_gives_the_same_bytes():
    assert build(SOURCE, "/api/event") == build(SOURCE, "/api/event")


def test_etag_changes_with_the_endpoint():
    assert build(SMALL, "/a").etag != build(SMALL, "/b").etag


def test_readable_keeps_the_source_as_it_stands():
    assert SMALL.encode() == readable(SMALL).body


def test_negotiate_answers_with_type_caching_and_cross_origin_headers():
    script = readable(SMALL)

    assert (
        200,
        [
            (b"etag", script.etag.encode()),
            (b"cache-control", b"public, max-age=86400, stale-while-revalidate=604800"),
            (b"vary", b"Accept-Encoding"),
            (b"access-control-allow-origin", b"*"),
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"content-type", b"text/javascript; charset=utf-8"),
        ],
        SMALL.encode(),
    ) == negotiate(script, "", "")


@pytest.mark.parametrize(
    ("accept_encoding", "expected"),
    [
        ("", None),
        ("identity", None),
        ("gzip, deflate, br, zstd", b"br"),
        ("BR", b"br"),
        ("gzip", b"gzip"),
        ("br;q=0, gzip;q=0.5", b"gzip"),
        ("br; q=0.000, gzip; q=0", None),
        ("br;q=0.1", b"br"),
        ("*", b"br"),
        ("br;q=0, *;q=0.2", b"gzip"),
        ("brotli", None),
        (";;q=,", None),
    ],
)
def test_negotiate_picks_the_smallest_encoding_the_client_takes(accept_encoding, expected):
    script = build(SMALL, "/collect")
    bodies = {None: script.body, b"gzip": script.gzip, b"br": script.brotli}

    _, headers, body = negotiate(script, accept_encoding, "")

    assert (expected, bodies[expected]) == (dict(headers).get(b"content-encoding"), body)


@pytest.mark.parametrize(
    "if_none_match",
    ["{etag}", '"other", {etag}', "*", "{strong}"],
    ids=["same", "among others", "any", "compared weakly"],
)
def test_negotiate_answers_304_without_a_body_when_the_client_has_it(if_none_match):
    script = build(SMALL, "/collect")
    known = if_none_match.format(etag=script.etag, strong=script.etag.removeprefix("W/"))

    status, headers, body = negotiate(script, "br", known)

    assert (304, b"", script.etag.encode()) == (status, body, dict(headers)[b"etag"])


def test_negotiate_sends_the_script_when_the_client_has_another():
    script = build(SMALL, "/collect")

    status, _, body = negotiate(script, "", 'W/"older"')

    assert (200, script.body) == (status, body)
