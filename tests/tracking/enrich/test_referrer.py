"""From which site a visit came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.enrich.referrer import Origin, parse_source


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        pytest.param("https://www.google.co.uk/", Origin("Google", "google.co.uk"), id="brand"),
        pytest.param(
            "https://news.ycombinator.com/item?id=1#2",
            Origin("Hacker News", "news.ycombinator.com/item"),
            id="without-query-and-fragment",
        ),
        pytest.param(
            "https://www.blog.example/a/b/", Origin("blog.example", "blog.example/a/b"), id="host"
        ),
        pytest.param(
            "HTTPS://WWW.Blog.Example:8443/A", Origin("blog.example", "blog.example/A"), id="case"
        ),
        pytest.param(
            "https://me:secret@blog.example/", Origin("blog.example", "blog.example"), id="userinfo"
        ),
        pytest.param("https://a.example:99999/", Origin("a.example", "a.example"), id="port"),
        pytest.param(
            "android-app://com.google.android.gm/",
            Origin("Gmail", "android-app://com.google.android.gm"),
            id="known-app",
        ),
        pytest.param(
            "android-app://org.example.reader/http/a",
            Origin("android-app://org.example.reader", "android-app://org.example.reader/http/a"),
            id="unknown-app",
        ),
        pytest.param(
            "https://xn--mnchen-3ya.de/",
            Origin("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
            id="punycode",
        ),
    ],
)
def test_referrer_of_another_site_names_the_source(referrer, expected):
    assert expected == parse_source(referrer, "shop.example", "")


@pytest.mark.parametrize(
    "referrer",
    [
        pytest.param("", id="none"),
        pytest.param("https://shop.example/a", id="own"),
        pytest.param("https://www.shop.example/a", id="own-with-www"),
        pytest.param("http://SHOP.example:8000/", id="own-in-capitals-and-with-port"),
        pytest.param("http://localhost:3000/", id="localhost"),
        pytest.param("http://[::1", id="unclosed-bracket"),
        pytest.param("http://[zz]/", id="no-ipv6"),
        pytest.param("https:///path", id="no-host"),
        pytest.param("https://a b.example/", id="blank-in-host"),
        pytest.param("https://a\x00b.example/", id="nul-in-host"),
        pytest.param("https://" + "a." * 200 + "example/", id="host-too-long"),
        pytest.param("javascript:alert(1)", id="javascript"),
        pytest.param("data:text/html,x", id="data"),
        pytest.param("ftp://a.example/", id="ftp"),
        pytest.param("google.com", id="no-scheme"),
        pytest.param("\ud800", id="lone-surrogate"),
    ],
)
def test_referrer_that_is_own_or_no_page_leaves_the_visit_direct(referrer):
    assert Origin() == parse_source(referrer, "www.shop.example", "")


def test_tag_goes_before_the_referrer_which_is_kept():
    assert Origin("Instagram", "t.co/x") == parse_source("https://t.co/x", "shop.example", "ig")


def test_tag_holds_without_a_referrer():
    assert Origin("June letter", "") == parse_source("", "shop.example", "June letter")


@given(st.text(alphabet=st.characters()), st.text(), st.text(alphabet=st.characters()))
def test_parse_source_never_raises(referrer, hostname, tag):
    assert isinstance(parse_source(referrer, hostname, tag), Origin)


@given(st.sampled_from(["http://", "https://", "android-app://"]), st.text())
def test_parse_source_never_raises_on_what_follows_a_scheme(scheme, rest):
    assert isinstance(parse_source(scheme + rest, "shop.example", ""), Origin)
