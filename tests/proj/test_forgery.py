"""What other sites can make a browser ask for, and by which name the server may be asked."""

import pytest
from django.test import Client

from tests.factories import SeatFactory, SiteFactory, UserFactory
from tests.routes import DOMAIN, routes

pytestmark = pytest.mark.django_db

# Asked by programs with a key in a header, which no browser sends by itself.
OF_KEYS = {route.name for route in routes() if route.name.startswith("api/")}
# Asked by mail programs, with a signed token in the address and nothing of a session.
SIGNED = {"reports/unsubscribe"}


@pytest.fixture
def owner() -> Client:
    """A client of the server's admin that shows no token; it owns the site of the addresses."""
    user = UserFactory(is_superuser=True, is_staff=True)
    SeatFactory(site=SiteFactory(domain=DOMAIN), user=user)
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(user)
    return client


def test_nothing_is_changed_without_a_token(owner):
    statuses = {route.name: owner.post(route.address).status_code for route in routes()}

    refused = {name for name, status in statuses.items() if status == 403}
    assert refused == statuses.keys() - OF_KEYS - SIGNED
    assert {401, 404, 405} >= {statuses[name] for name in OF_KEYS}
    assert {404} == {statuses[name] for name in SIGNED}


def test_methods_that_no_form_has_change_nothing_without_a_token(owner):
    statuses = {owner.put(route.address).status_code for route in routes()}

    assert {401, 403, 404, 405} >= statuses


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "CONNECT", "PROPFIND", "TRACK", "GET X"])
def test_unknown_methods_are_refused(owner, method):
    assert 405 == owner.generic(method, "/sign-in").status_code


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded"]
)
def test_headers_that_name_another_host_are_not_believed(client, header):
    answer = client.get("/sites/", headers={header: "host=evil.example"})

    assert (302, "/sign-in?next=/sites/") == (answer.status_code, answer["Location"])


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "", "::1]"]
)
def test_server_is_not_asked_by_another_name(client, host):
    assert 400 == client.get("/sign-in", headers={"Host": host}).status_code


@pytest.mark.parametrize(
    "path",
    [
        *("/static/../proj/settings.py", "/static/%2e%2e/proj/settings.py", "/static//etc/passwd"),
        *("/static/..%2f..%2fmanage.py", "/static/....//....//manage.py", "/js/../manage.py"),
        *("/static/%00", "/static/img/mark.svg%00.css", "/static/\\..\\manage.py", "/js/%2e%2e/"),
    ],
)
def test_addresses_of_files_lead_nowhere_else(client, path):
    assert 404 == client.get(path).status_code
