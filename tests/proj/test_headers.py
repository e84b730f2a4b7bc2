"""What every answer tells browsers, whichever part of the server gives it."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from django.db import connections
from django.test import Client, override_settings

from proj import headers
from realtime.presence.app import PresenceApp
from tests.factories import SeatFactory, SiteFactory, TeamFactory, UserFactory
from tests.routes import DOMAIN, routes
from tracking.ingest import http
from tracking.ingest.app import AcceptApp
from tracking.ingest.http import ASGISend

pytestmark = pytest.mark.django_db

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": headers.HEADERS["Permissions-Policy"],
}
PAGES_POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "manifest-src 'self'",
    "object-src 'none'",
}
# A page that shows mails, and a mail, which has its styles in its elements and is framed by it.
A_MAIL = {
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "frame-ancestors 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "sandbox",
}
REPORTS = ("sites/<str:domain>/reports/preview", "teams/<int:team>/reports/preview")
OWN_POLICIES = {
    "styles/mail": PAGES_POLICY | {"frame-src 'self'"},
    "styles/mail/<int:sample>": A_MAIL,
    **{each: PAGES_POLICY | {"frame-src 'self'"} for each in REPORTS},
    # The picture that comes with it.
    **{f"{each}/mail": A_MAIL | {"img-src data:"} for each in REPORTS},
}
MAILS = ["styles/mail/<int:sample>", *(f"{each}/mail" for each in REPORTS)]
OWN_HEADERS = {each: {"X-Frame-Options": "SAMEORIGIN"} for each in MAILS}


@pytest.fixture
def owner(client: Client) -> Client:
    """A client of the server's admin, who owns the site that the addresses name."""
    user = UserFactory(is_superuser=True, is_staff=True)
    # The numbers of the addresses are 1.
    SeatFactory(site=SiteFactory(domain=DOMAIN, team=TeamFactory(pk=1)), user=user)
    client.force_login(user)
    client.raise_request_exception = False
    return client


def test_every_address_of_pages_is_guarded_and_kept_by_no_cache(owner):
    answers = {route.name: owner.get(route.address) for route in routes()}

    assert {} == {
        name: dict(found.headers)
        for name, found in answers.items()
        if EVERYWHERE | OWN_HEADERS.get(name, {})
        != {each: found.headers.get(each) for each in EVERYWHERE}
        or OWN_POLICIES.get(name, PAGES_POLICY) != set(found["Content-Security-Policy"].split("; "))
    }
    assert {} == {
        name: found["Cache-Control"]
        for name, found in answers.items()
        if not {"private", "no-store"} <= set(found["Cache-Control"].split(", "))
    }


@pytest.mark.parametrize(
    "address",
    ["/metrics", "/static/img/mark.svg", "/nowhere", "/static/nowhere.css", "/sign-in"],
)
def test_what_is_no_page_is_guarded_too(client, address):
    found = client.get(address).headers

    wanted = {name: value for name, value in EVERYWHERE.items() if name != "X-Frame-Options"}
    assert wanted == {name: found.get(name) for name in wanted}
    assert "frame-ancestors 'none'" in found["Content-Security-Policy"]


@pytest.mark.urls("tests.dashboard.test_errors")
@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_answer_to_a_fault_is_guarded_too(client, status):
    client.raise_request_exception = False

    answer = client.get(f"/fails-{status}")

    assert (status, EVERYWHERE) == (
        answer.status_code,
        {name: answer.headers.get(name) for name in EVERYWHERE},
    )


@override_settings(SECURE_HSTS_SECONDS=60, SECURE_HSTS_INCLUDE_SUBDOMAINS=True)
def test_browsers_keep_to_https_where_it_is_the_public_address(client, fresh_hsts):
    paths = ("/sign-in", "/metrics", "/static/img/mark.svg", "/nowhere")
    found = {client.get(path)["Strict-Transport-Security"] for path in paths}

    assert {"max-age=60; includeSubDomains"} == found
    assert ((b"strict-transport-security", b"max-age=60; includeSubDomains"),) == http.hsts()


@pytest.fixture
def fresh_hsts() -> Iterator[None]:
    http.hsts.cache_clear()
    yield
    http.hsts.cache_clear()


async def pages(_scope: object, _receive: object, send: ASGISend) -> None:
    raise AssertionError("not for the pages")


@pytest.fixture
async def tracker() -> AsyncIterator[httpx.AsyncClient]:
    accepting = AcceptApp(pages)
    transport = httpx.ASGITransport(PresenceApp(accepting), client=("127.0.0.1", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    if accepting.poller:
        accepting.poller.cancel()
    accepting.storage.submit(connections.close_all).result()
    accepting.storage.shutdown()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", path) for path in ("/api/event", "/api/event/here", "/api/send", "/api/batch")),
        *(("POST", path) for path in ("/api/v0/count", "/matomo.php", "/count")),
        *(("GET", path) for path in ("/count", "/matomo.php", "/image/x.gif", "/visit/x/visited")),
        *(("OPTIONS", path) for path in ("/api/event", "/api/event/here", "/matomo.php")),
        *(("DELETE", path) for path in ("/api/event", "/api/event/here", "/count")),
        *(("GET", path) for path in ("/js/script.js", "/count.js", "/matomo.js", "/script.js")),
    ],
)
async def test_trackers_may_read_what_browsers_are_not_to_guess(tracker, method, path):
    answer = await tracker.request(method, path)

    assert answer.status_code < 500
    assert (
        "*",
        "cross-origin",
        "nosniff",
        "default-src 'none'; frame-ancestors 'none'",
        "no-referrer",
    ) == tuple(
        answer.headers.get(name)
        for name in (
            "access-control-allow-origin",
            "cross-origin-resource-policy",
            "x-content-type-options",
            "content-security-policy",
            "referrer-policy",
        )
    )
