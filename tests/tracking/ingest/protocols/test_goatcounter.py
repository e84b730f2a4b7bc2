from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.ingest.protocols.taking import send
from tracking.enrich.steps import enrich
from tracking.ingest.accept import Accepted, Refused
from tracking.ingest.hit import Hit
from tracking.ingest.http import Request
from tracking.ingest.protocols import goatcounter
from tracking.ingest.protocols.answers import PIXEL
from tracking.ingest.refusals import Reason

FROM_PAGE = {"host": "localhost:8000", "referer": "https://www.example.com/"}


def request(path: str = "/count", headers: dict[str, str] = FROM_PAGE, **fields: object) -> Request:
    return Request("GET", path, urlencode(fields).encode(), headers, "127.0.0.1")


def parsed(**fields: object) -> Hit:
    [hit] = goatcounter.parse(request(**fields))
    return hit


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/count", True), ("/count/example.com", True), ("/counter/a.html", False), ("/", False)],
)
def test_matches_the_path_of_the_script(path, expected):
    assert expected == goatcounter.matches(path)


def test_parse_reads_a_pageview_of_the_pages_host():
    hit = parsed(p="/a", t="A page", r="https://news.example/x", s="390", q="?utm_source=mail")

    assert (
        Hit(
            site="example.com",
            name="pageview",
            url="https://www.example.com/a?utm_source=mail",
            referrer="https://news.example/x",
            title="A page",
            screen_width=390,
        )
        == hit
    )


def test_parse_reads_an_event_under_its_own_name_on_the_page_that_sent_it():
    hit = parsed(p="/signup", e="true", t="Sign up")

    assert ("signup", "https://www.example.com/", "Sign up") == (hit.name, hit.url, hit.title)


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        pytest.param("/count/5", FROM_PAGE, ("5", ""), id="named in the path"),
        pytest.param(
            "/count",
            FROM_PAGE | {"host": "stats.example.com"},
            ("stats.example.com", "example.com"),
            id="another host of ours, else the page's",
        ),
        pytest.param("/count", {"host": "stats.example.com"}, ("stats.example.com", ""), id="host"),
        pytest.param("/count", FROM_PAGE, ("example.com", ""), id="page at our own host"),
        pytest.param(
            "/count",
            {"host": "localhost:8000", "origin": "https://example.com"},
            ("example.com", ""),
            id="origin where the referrer is kept back",
        ),
    ],
)
def test_parse_takes_the_site_from_path_host_and_page(path, headers, expected):
    [hit] = goatcounter.parse(request(path, headers, p="/"))

    assert expected == (hit.site, hit.other_site)


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/a?x=1", "?x=1", "/a?x=1"),
        ("/a?x=1", "?x=1&utm_source=mail", "/a?x=1&utm_source=mail"),
        ("/canonical", "?ref=mail", "/canonical?ref=mail"),
        ("no-slash", "", "/no-slash"),
        ("//twice", "", "//twice"),
    ],
)
def test_parse_joins_path_and_query(path, query, expected):
    assert f"https://www.example.com{expected}" == parsed(p=path, q=query).url


@pytest.mark.parametrize(
    ("size", "expected"),
    [("1920", 1920), ("1920,1080,1.5", 1920), ("", None), ("nan", None), ("1e99", None)],
)
def test_parse_reads_the_screens_width(size, expected):
    assert expected == parsed(p="/", s=size).screen_width


@pytest.mark.parametrize(("value", "expected"), [("0", False), ("150", True), ("153", True)])
def test_parse_believes_a_client_that_says_it_is_a_program(value, expected):
    assert expected == parsed(p="/", b=value).bot


@pytest.mark.parametrize(
    ("fields", "headers", "told"),
    [
        pytest.param({}, FROM_PAGE, b"path: must be set", id="no path"),
        pytest.param({"p": " "}, FROM_PAGE, b"path: must be set", id="blank path"),
        pytest.param(
            {"p": "/" + "x" * 2048}, FROM_PAGE, b"path: must be at most 2048 characters", id="path"
        ),
        pytest.param(
            {"p": "/", "t": "x" * 1025},
            FROM_PAGE,
            b"title: must be at most 1024 characters",
            id="title",
        ),
        pytest.param({"p": "/", "b": "3"}, FROM_PAGE, b"bot: wrong value: 3", id="bot"),
        pytest.param({"p": "/", "b": "x"}, FROM_PAGE, b"bot: must be a number", id="bot's text"),
        pytest.param(
            {"p": "pageview", "e": "1"},
            FROM_PAGE,
            b"path: an event cannot be called pageview",
            id="our own event",
        ),
        pytest.param(
            {"p": "/"},
            {"host": "localhost:8000"},
            b"site: not known: the page sends no referrer, and the path names no site",
            id="no site",
        ),
    ],
)
def test_what_is_not_valid_is_answered_400_with_an_image_and_the_reason(fields, headers, told):
    outcomes, answer = send(goatcounter, request("/count", headers, **fields))

    assert ([], 400, PIXEL, b"not valid: " + told) == (
        outcomes,
        answer.status,
        answer.body,
        dict(answer.headers)[b"x-goatcounter"],
    )


def test_a_counted_hit_is_answered_with_an_image_that_any_page_may_read():
    [outcome], answer = send(goatcounter, request(p="/a"))

    headers = dict(answer.headers)
    assert isinstance(outcome, Accepted)
    assert (200, PIXEL, b"image/gif", b"*", b"no-store") == (
        answer.status,
        answer.body,
        headers[b"content-type"],
        headers[b"access-control-allow-origin"],
        headers[b"cache-control"],
    )


def test_a_refused_hit_is_answered_202_with_the_reason():
    outcomes, answer = send(goatcounter, request(p="/a", b="153"))

    assert ([Refused(Reason.BOT, 1)], 202, b"ignored: bot") == (
        outcomes,
        answer.status,
        dict(answer.headers)[b"x-goatcounter"],
    )


def test_a_host_that_is_no_alias_leaves_the_pages_site():
    asked = FROM_PAGE | {"host": "unknown.example.org"}

    [outcome], _ = send(goatcounter, request("/count", asked, p="/a"))

    assert 1 == outcome.site_id


@given(
    st.binary(max_size=300),
    st.text(max_size=50).map("/count/{}".format),
    st.dictionaries(st.sampled_from(["host", "referer", "origin"]), st.text(max_size=50)),
)
def test_no_query_gives_an_unhandled_error(query, path, headers):
    whole = Request("GET", path, query, headers, "127.0.0.1")

    hits = goatcounter.parse(whole)

    assert (bool(hits), 0 in whole.faults) in {(True, False), (False, True)}


@given(
    path=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=300),
    query=st.text(max_size=100),
    event=st.booleans(),
)
def test_what_is_counted_can_be_enriched(path, query, event):
    outcomes, _ = send(goatcounter, request(p=path, q=query, e="1" if event else ""))

    assert ["example.com"] * len(outcomes) == [
        enrich(1, each.waiting).hostname for each in outcomes
    ]


PATHS = st.lists(st.text("abc-/%é", min_size=1, max_size=9), min_size=1).map("/".join)


@given(
    path=PATHS.filter(str.strip).map(lambda path: "/" + path.strip("/ ")),
    title=st.text("abc é", max_size=50).map(str.strip),
    referrer=st.text("abc:/.", max_size=50),
    width=st.integers(0, 2**31 - 1),
)
def test_what_is_accepted_arrives_unchanged(path, title, referrer, width):
    hit = parsed(p=path, t=title, r=referrer, s=width)

    assert (f"https://www.example.com{path}", title, referrer, width) == (
        hit.url,
        hit.title,
        hit.referrer,
        hit.screen_width,
    )
