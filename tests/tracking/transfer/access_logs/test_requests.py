from dataclasses import replace

import pytest

from tests.tracking.transfer.access_logs.lines import FIREFOX, IPV4, TIME
from tracking.transfer.access_logs.entry import entry_of
from tracking.transfer.access_logs.requests import PAGEVIEW, Counted, Uncounted, counted

ENTRY = entry_of(
    {"address": IPV4, "time": TIME, "request": "GET / HTTP/1.1", "status": "200",
     "user_agent": FIREFOX}
)  # fmt: skip


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/", PAGEVIEW),
        ("/about", PAGEVIEW),
        ("/about.html?utm_source=a", PAGEVIEW),
        ("/index.php", PAGEVIEW),
        ("/docs/v1.2", PAGEVIEW),
        ("/feedback", PAGEVIEW),
        ("/caf%C3%A9", PAGEVIEW),
        ("/a/%zz", PAGEVIEW),
        ("//double//slash", PAGEVIEW),
        ("/paper.pdf?v=2", Counted("File Download", {"url": "/paper.pdf"})),
        ("/style.css?v=3", Uncounted.FILE),
        ("/IMAGE.PNG", Uncounted.FILE),
        ("/feed", Uncounted.FILE),
        ("/blog/feed/atom/", Uncounted.FILE),
        ("/index.xml", Uncounted.FILE),
        ("/?feed=rss2", Uncounted.FILE),
        ("/sitemap.xml", Uncounted.FILE),
        ("/robots.txt", Uncounted.PROBE),
        ("/.well-known/security.txt", Uncounted.PROBE),
        ("/.env", Uncounted.PROBE),
        ("/a/.git/config", Uncounted.PROBE),
        ("/%2egit/config", Uncounted.PROBE),
        ("/blog/wp-login.php", Uncounted.PROBE),
        ("/wp-admin/index.php", Uncounted.PROBE),
        ("/healthz", Uncounted.PROBE),
        ("*", Uncounted.PROBE),
        ("http://other.example/", Uncounted.PROBE),
    ],
)
def test_request_counts_by_what_it_is_for(target, expected):
    assert expected == counted(replace(ENTRY, target=target))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, PAGEVIEW),
        (304, PAGEVIEW),
        (404, Counted("404", {"path": "/"})),
        (204, Uncounted.STATUS),
        (206, Uncounted.STATUS),
        (301, Uncounted.STATUS),
        (302, Uncounted.STATUS),
        (403, Uncounted.STATUS),
        (500, Uncounted.STATUS),
    ],
)
def test_page_counts_by_its_status(status, expected):
    assert expected == counted(replace(ENTRY, status=status))


@pytest.mark.parametrize("status", [304, 404])
def test_download_counts_where_it_was_loaded(status):
    assert Uncounted.STATUS == counted(replace(ENTRY, target="/a.pdf", status=status))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"method": "HEAD"}, Uncounted.METHOD),
        ({"method": "POST"}, Uncounted.METHOD),
        ({"method": ""}, Uncounted.NO_HTTP),
        ({"purpose": "prefetch;prerender"}, Uncounted.AHEAD),
        ({"purpose": "preview"}, Uncounted.AHEAD),
        ({"destination": "image"}, Uncounted.AHEAD),
        ({"destination": "empty"}, Uncounted.AHEAD),
        ({"requested_with": "XMLHttpRequest"}, Uncounted.AHEAD),
        ({"destination": "document"}, PAGEVIEW),
    ],
)
def test_page_counts_by_how_it_was_asked_for(change, expected):
    assert expected == counted(replace(ENTRY, **change))
