"""Names and kinds of the sites that send visits."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.enrich.data.rebuild import grouped
from tracking.enrich.sites import (
    is_advertisement,
    kind_of_source,
    source_of_host,
    source_of_tag,
)
from tracking.enrich.sources import SOURCES


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("google.com", "Google"),
        ("google.de", "Google"),
        ("google.com.br", "Google"),
        ("maps.google.fr", "Google"),
        ("gemini.google.com", "Google Gemini"),
        ("mail.google.com", "Gmail"),
        ("shopping.google.com", "Google Shopping"),
        ("com.google.android.googlequicksearchbox", "Google"),
        ("google.evil.example", ""),
        ("notgoogle.com", ""),
        ("google.community", ""),
        ("l.instagram.com", "Instagram"),
        ("old.reddit.com", "Reddit"),
        ("com.reddit.frontpage", "Reddit"),
        ("t.co", "X (Twitter)"),
        ("x.com", "X (Twitter)"),
        ("go.bsky.app", "Bluesky"),
        ("fosstodon.org", "Mastodon"),
        ("l.threads.com", "Threads"),
        ("chatgpt.com", "ChatGPT"),
        ("chat.openai.com", "ChatGPT"),
        ("claude.ai", "Claude"),
        ("pplx.ai", "Perplexity"),
        ("copilot.microsoft.com", "Microsoft Copilot"),
        ("cac-excel.officeapps.live.com", "Microsoft 365"),
        ("notofficeapps.live.com", ""),
        ("zu.wikipedia.org", "Wikipedia"),
        ("notwikipedia.org", ""),
        ("r.search.yahoo.com", "Yahoo!"),
        ("kagi.com", "Kagi"),
        ("m.youtube.com", "YouTube"),
        ("amazon.co.jp", "Amazon"),
        ("suche.web.de", "Web.de"),
        ("webmail.freenet.de", "Freenet"),
        ("blog.example", ""),
        ("", ""),
        ("...", ""),
    ],
)
def test_host_belongs_to_its_site(host, expected):
    assert expected == source_of_host(host)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("google", "Google"),
        ("GOOGLE", "Google"),
        (" Google ", "Google"),
        ("fb", "Facebook"),
        ("FB-Ads", "Facebook"),
        ("facebook_ad", "Facebook"),
        ("fbad", "Facebook"),
        ("facebook_feed_ad", "Facebook"),
        ("ig", "Instagram"),
        ("yt-ads", "YouTube"),
        ("youtube", "YouTube"),
        ("adwords", "Google"),
        ("gads", "Google"),
        ("google ads", "Google"),
        ("twitter-ads", "X (Twitter)"),
        ("tik.tok", "TikTok"),
        ("chatgpt.com", "ChatGPT"),
        ("producthunt", "Product Hunt"),
        ("newsletter-June", "newsletter-June"),
        ("free", "free"),
        ("downloads", "downloads"),
        ("ads", "ads"),
        ("", ""),
    ],
)
def test_tag_means_the_site_people_write_it_for(tag, expected):
    assert expected == source_of_tag(tag)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("fb-ads", True),
        ("Reddit-ads", True),
        ("adwords", True),
        ("googleads", True),
        ("facebook", False),
        ("downloads", False),
        ("ads", False),
        ("", False),
    ],
)
def test_tag_of_an_advertisement_is_known_by_its_ending(tag, expected):
    assert is_advertisement(tag) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Google", "search"),
        ("Freenet", "search"),
        ("GitHub", "social"),
        ("Vimeo", "video"),
        ("Amazon", "shopping"),
        ("Gmail", "email"),
        ("Claude", "ai"),
        ("Wikipedia", ""),
        ("blog.example", ""),
        ("", ""),
    ],
)
def test_source_is_of_one_kind(name, expected):
    assert expected == kind_of_source(name)


def test_no_host_or_tag_stands_for_two_sources():
    words = [word for source in SOURCES for word in {*source.hosts.split(), *source.tags.split()}]

    assert sorted(set(words)) == sorted(words)


def test_rebuild_groups_hosts_by_kind_and_name():
    packaged = {
        "b.example": {"medium": "search", "source": "Bee"},
        "A.example": {"medium": "search", "source": "Bee"},
        "mail.example": {"medium": "email", "source": "Mail"},
        "web.example/mail": {"medium": "email", "source": "Web"},
        "word": {"medium": "social", "source": "Word"},
    }

    assert {
        "email": {"Mail": ["mail.example"]},
        "search": {"Bee": ["a.example", "b.example"]},
    } == grouped(packaged)


def test_long_tail_names_each_host_once():
    table = json.loads((files("tracking.enrich") / "data" / "referrers.json").read_text())
    hosts = [host for names in table.values() for its in names.values() for host in its]

    assert sorted(set(hosts)) == sorted(hosts)


@given(st.text(alphabet=st.characters()))
def test_lookups_never_raise(text):
    assert isinstance(source_of_host(text) + source_of_tag(text) + kind_of_source(text), str)
    assert isinstance(is_advertisement(text), bool)
