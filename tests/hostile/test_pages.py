"""Hostile texts in every part of an address, every field of a form, and every body of the API."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import SeatFactory, SiteFactory, UserFactory
from tests.hostile.inert import foreign_in
from tests.hostile.strings import NAUGHTY
from tests.mail import delivered
from tests.routes import DOMAIN, PART, Route, routes
from tracking.models import ApiKey

pytestmark = [pytest.mark.django_db, pytest.mark.costly]

# All that an address of a page may be asked with.
PARAMETERS = [
    *("period", "from", "to", "date", "f", "segment", "metric", "interval", "chart", "compare"),
    *("show", "page", "q", "sort", "order", "theme", "embed", "path", "dimension", "text", "edit"),
    *("key", "offset", "token", "user", "next", "format", "first", "last", "at", "tab", "back"),
]


@pytest.fixture
def owner() -> Client:
    user = UserFactory(is_superuser=True, is_staff=True)
    SeatFactory(site=SiteFactory(domain=DOMAIN), user=user)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def pages() -> list[Route]:
    return [route for route in routes() if not route.name.startswith("api/")]


class Fields(HTMLParser):
    """The names of the fields of all forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("name")
        if tag in ("input", "select", "textarea", "button") and name:
            self.names.append(name)


def asked(client: Client, method: str, path: str, data: Any) -> list[str]:
    """What is wrong with an answer; nothing that was asked for lasts."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = (
            client.generic(method, path, json.dumps(data), "application/json")
            if method not in ("GET", "POST")
            else getattr(client, method.lower())(path, data)
        )
        shown = foreign_in(answer)
        if answer.status_code == 302 and method == "POST":
            shown += foreign_in(client.get(answer["Location"]))
        transaction.set_rollback(True)
    client.cookies = cookies
    wrong = [str(answer.status_code)] if answer.status_code >= 500 else []
    return [f"{method} {path[:80]} {str(data)[:80]} {each}" for each in wrong + shown]


def test_addresses_and_what_follows_them_break_no_page(owner):
    texts, parameters = cycle(NAUGHTY), cycle(PARAMETERS)
    broken: list[str] = []
    for route in pages():
        text = quote(next(texts)[:300], safe="")
        path = "/" + PART.sub(lambda _, text=text: text, route.name)
        broken += asked(owner, "GET", path, {})
        broken += asked(owner, "GET", route.address, {next(parameters): next(texts)})

    assert [] == broken


def test_fields_of_forms_take_or_refuse_anything(owner):
    texts = cycle(NAUGHTY)
    broken: list[str] = []
    forms = 0
    for route in pages():
        page = owner.get(route.address)
        html = page.content.decode() if not page.streaming else ""
        names = set(Fields(html).names) - {"csrfmiddlewaretoken"}
        forms += bool(names)
        values = dict(zip(sorted(names), texts, strict=False))
        broken += asked(owner, "POST", route.address, values)
        broken += [
            wrong
            for name in islice(sorted(names), 3)
            for wrong in asked(owner, "POST", route.address, {name: next(texts)})
        ]

    assert forms > 20
    assert [] == broken


@pytest.mark.parametrize("start", range(4))
def test_report_is_asked_anything(owner, start):
    texts = NAUGHTY[start::4]

    broken = [
        wrong
        for text, parameter in zip(texts, cycle(PARAMETERS[:20]), strict=False)
        for wrong in asked(owner, "GET", f"/sites/{DOMAIN}/widgets/pages", {parameter: text})
    ]

    assert [] == broken


def bodies(text: str) -> Iterator[tuple[str, str, Any]]:
    """Requests of the API with a text in them."""
    query = {"site_id": DOMAIN, "metrics": ["visitors"], "date_range": "7d"}
    for changes in (
        {"site_id": text},
        {"metrics": [text]},
        {"date_range": text},
        {"date_range": [text, text]},
        {"dimensions": [text]},
        {"dimensions": [f"event:props:{text}"]},
        {"filters": [["is", "event:page", [text]]]},
        {"filters": [["matches", "event:page", [text]]]},
        {"filters": [["contains", f"event:props:{text}", [text], {"case_sensitive": False}]]},
        {"filters": [[text, text, [text]]]},
        {"order_by": [[text, text]]},
        {"include": {text: True}},
        {"pagination": {"limit": text}},
        {text: text},
    ):
        yield "POST", "/api/v2/query", query | changes
    part = quote(text[:300], safe="")
    yield "POST", "/api/v1/sites", {"domain": text, "timezone": text}
    yield "PUT", f"/api/v1/sites/{DOMAIN}", {"domain": text}
    yield "GET", f"/api/v1/sites/{part}", None
    yield "PUT", "/api/v1/sites/goals", {"site_id": DOMAIN, "goal_type": text, "event_name": text}
    yield (
        "PUT",
        "/api/v1/sites/goals",
        {"site_id": DOMAIN, "goal_type": "event", "event_name": text},
    )
    yield "PUT", "/api/v1/sites/goals", {"site_id": DOMAIN, "goal_type": "page", "page_path": text}
    yield "DELETE", f"/api/v1/sites/goals/{part}", {"site_id": DOMAIN}
    yield "PUT", "/api/v1/sites/shared-links", {"site_id": DOMAIN, "name": text}
    yield "GET", f"/api/v1/sites?after={part}&limit={part}", None
    yield "GET", f"/api/v1/stats/realtime/visitors?site_id={part}", None
    yield "GET", f"/api/v1/live/events?site_id={part}&cursor={part}&kinds={part}", None


def test_bodies_of_the_api_are_taken_or_refused(owner):
    user = UserFactory(is_superuser=True)
    SeatFactory(site=SiteFactory(domain="other.example"), user=user)
    key = ApiKey.issue(user)[1]
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {key}"})
    asks = [each for text in NAUGHTY for each in bodies(text)]

    broken = [
        (ask, answer.status_code)
        # Each text in some of the bodies, each body with many of the texts.
        for ask in asks[::7]
        if (
            answer := client.generic(ask[0], ask[1], json.dumps(ask[2]), "application/json")
        ).status_code
        >= 500
    ]

    assert [] == broken


@pytest.mark.parametrize("path", ["/api/v2/query", "/api/v1/sites"])
def test_key_may_be_any_text(client, path):
    statuses = {
        client.post(path, headers={"Authorization": f"Bearer {text}"}).status_code
        for text in NAUGHTY
    }

    assert {401} == statuses


def test_no_mail_takes_a_header_from_a_form(client):
    UserFactory(email="ada@example.com")
    for text in NAUGHTY[::6]:
        client.post("/password/forgotten", {"email": f"ada@example.com{text}"})
        client.post("/password/forgotten", {"email": text})

    messages = delivered()
    heads = [message.message().items() for message in messages]
    assert not [value for head in heads for _, value in head if "\n" in str(value)]
    assert {("ada@example.com",)} >= {tuple(message.to) for message in messages}
