"""Hostile texts in every part of an address, every field of a form, and every body of the API."""

import json
from html.parser import HTMLParser
from itertools import cycle
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import Client

from tests.factories import MembershipFactory, SiteFactory, UserFactory
from tests.hostile.strings import NAUGHTY
from tests.routes import DOMAIN, PART, Route, routes
from tracking.models import ApiKey

pytestmark = pytest.mark.django_db

# All that an address of a page may be asked with.
PARAMETERS = [
    *("period", "from", "to", "date", "f", "segment", "metric", "interval", "chart", "compare"),
    *("show", "page", "q", "sort", "order", "theme", "embed", "path", "dimension", "text", "edit"),
    *("key", "offset", "token", "user", "next", "format", "first", "last", "at", "tab", "back"),
]
# What would end the client's session, or the site that all others need.
LAST = ("sign-out", "delete", "logout")
# How many texts each address meets in a place; all of them meet some address.
EACH = 3


@pytest.fixture
def owner() -> Client:
    user = UserFactory(is_superuser=True, is_staff=True)
    MembershipFactory(site=SiteFactory(domain=DOMAIN), user=user)
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


def harmless(route: Route) -> bool:
    return not any(word in route.name for word in LAST)


def test_addresses_and_what_follows_them_break_no_page(owner):
    texts = cycle(NAUGHTY)
    broken = []
    for route in filter(harmless, routes()):
        for _ in range(EACH):
            text = next(texts)
            address = "/" + PART.sub(lambda _: quote(text[:500], safe=""), route.name)  # noqa: B023
            alone = {parameter: next(texts) for parameter in (next(parameters), next(parameters))}
            for path, asked in ((address, {}), (route.address, alone)):
                answer = owner.get(path, asked)
                if answer.status_code >= 500 or injected(answer):
                    broken.append((path, asked, answer.status_code))

    assert [] == broken


parameters = cycle(PARAMETERS)


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_report_is_asked_anything(owner, parameter):
    statuses = {
        owner.get(f"/sites/{DOMAIN}/widgets/pages", {parameter: text}).status_code
        for text in NAUGHTY[hash(parameter) % 7 :: 7]
    }

    assert {200, 302, 400, 404} >= statuses
