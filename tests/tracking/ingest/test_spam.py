import pytest

from tracking.enrich.sites import source_of_host
from tracking.ingest.spam import is_spam, spammers


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        pytest.param("https://semalt.com/crawler", True, id="listed"),
        pytest.param("http://a.b.semalt.com", True, id="below"),
        pytest.param("https://SEMALT.com:8443?q", True, id="port-and-case"),
        pytest.param("https://user@semalt.com/", True, id="user"),
        pytest.param("https://qiwi.xyz/", True, id="listed-in-capitals"),
        pytest.param("https://notsemalt.com/", False, id="another-name"),
        pytest.param("https://semalt.com.example/", False, id="above"),
        pytest.param("https://example.com/?from=https://semalt.com/", False, id="in-the-query"),
        pytest.param("android-app://com.google.android.gm", False, id="app"),
        pytest.param("http://[", False, id="no-address"),
        pytest.param("", False, id="none"),
    ],
)
def test_referrer_of_a_listed_host_is_spam(referrer, expected):
    assert expected is is_spam(referrer, "example.com")


def test_spammers_own_site_may_refer_to_itself():
    assert not is_spam("https://semalt.com/prices", "www.semalt.com")


def test_of_the_sources_that_reports_know_only_a_hijacker_of_browsers_is_listed():
    assert ["thesmartsearch.net"] == sorted(filter(source_of_host, spammers()))
