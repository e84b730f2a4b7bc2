"""The access walk over the websockets: every route, by everybody and with everybody's keys."""

import json
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator

from proj.asgi import application
from realtime.out import consumer
from realtime.routing import key_urlpatterns, websocket_urlpatterns
from tests.access.keys import INVALID, KEYS, ROLES_OF_KEYS, UNSCOPED, keys_of
from tests.access.table import SOCKETS, Whose
from tests.access.world import (
    EVERYBODY,
    KEY,
    NOT_SIGNED_IN,
    OTHER,
    ROLES,
    STRANGER,
    World,
)
from tests.realtime.conftest import running_loop
from tests.routes import DOMAIN, PART, text_of
from tracking.access import Right, rights_of
from tracking.models import SharedLink, WallLink
from tracking.models.keys import Scope

__all__ = ["running_loop"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop"),
]

Headers = list[tuple[bytes, bytes]]
OPEN, SIGNED_OUT, NO_ACCESS = "open", 4401, 4404
EVENTS = "ws/v1/sites/<str:domain>/events"
WALLS = [route for route in SOCKETS if "wall" in route]
OF_LINKS = [route for route in SOCKETS if "token" in route]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Whoever sends no key is not waited for."""
    monkeypatch.setattr(consumer, "AUTH_SECONDS", 0.01)


def test_every_websocket_has_a_rule_and_every_rule_a_websocket():
    there = {text_of(route) for route in [*key_urlpatterns, *websocket_urlpatterns]}

    assert (set(), set()) == (there - set(SOCKETS), set(SOCKETS) - there), (
        "Say in tests/access/table.py who may open each new websocket, and take out those that are"
        " gone."
    )


@pytest.mark.parametrize("route", SOCKETS)
async def test_websocket_opens_for_those_of_its_rule_alone(route):
    address, headers = await asked_of(route)

    found = {who: await outcome(address, headers[who]) for who in EVERYBODY}

    assert {who: expected(route, who) for who in EVERYBODY} == found


@pytest.mark.parametrize("route", OF_LINKS)
async def test_link_that_was_revoked_opens_for_nobody_be_it_the_owner(route):
    address, headers = await asked_of(route)
    await SharedLink.objects.all().adelete()
    await WallLink.objects.all().adelete()

    found = {who: await outcome(address, headers[who]) for who in EVERYBODY}

    assert dict.fromkeys(EVERYBODY, NO_ACCESS) == found


async def test_live_events_open_for_keys_that_read_figures_of_the_site_alone():
    address, keys = await asked_of_events()

    found = {name: await outcome(address, bearer(keys[name])) for name in KEYS}

    refused = dict.fromkeys([*INVALID, UNSCOPED], SIGNED_OUT)
    let_in = dict.fromkeys(ROLES_OF_KEYS, OPEN)
    assert dict.fromkeys(KEYS, NO_ACCESS) | let_in | refused == found


@pytest.mark.parametrize("route", WALLS)
async def test_wall_shows_what_its_person_or_the_links_owner_may_see_and_no_more(route):
    address, headers = await asked_of(route)
    holders = [who for who in EVERYBODY if expected(route, who) == OPEN]

    found = {who: await sites_on(address, headers[who]) for who in holders}

    assert {who: sites_of_wall(route, who) for who in holders} == found


@database_sync_to_async
def asked_of(route: str) -> tuple[str, dict[str, Headers]]:
    """An address of the route in a world, and what everybody there sends."""
    world = World()
    return address_of(route, world), {who: headers_of(world, who) for who in EVERYBODY}


@database_sync_to_async
def asked_of_events() -> tuple[str, dict[str, str]]:
    world = World()
    return address_of(EVENTS, world), keys_of(world, Scope.STATS_READ)


def sites_of_wall(route: str, who: str) -> list[str]:
    if route != "ws/wall" or who in ROLES:
        return [DOMAIN]
    return [OTHER] if who == STRANGER else []


def expected(route: str, who: str) -> str | int:
    may = SOCKETS[route].may
    if isinstance(may, Right):
        is_let_in = may in rights_of(ROLES.get(who))
    else:
        is_let_in = {
            Whose.ALL: True,
            Whose.SIGNED_IN: who not in NOT_SIGNED_IN,
            Whose.KEYS: who == KEY,
            Whose.NOBODY: False,
        }[may]
    if is_let_in:
        return OPEN
    # A session opens nothing that is for keys.
    is_nobody = may is Whose.KEYS or (who in NOT_SIGNED_IN and may is not Whose.NOBODY)
    return SIGNED_OUT if is_nobody else NO_ACCESS


def address_of(route: str, world: World) -> str:
    token = world.mine["wall token" if "wall" in route else "token"]
    parts = {"domain": DOMAIN, "token": token}
    return f"/{PART.sub(lambda part: parts[part['name']], route)}"


def headers_of(world: World, who: str) -> Headers:
    """What the browser of that person sends, or a program with a key."""
    if who == KEY:
        return [*bearer(world.key), (b"origin", b"http://localhost")]
    cookies = world.client(who).cookies
    sent = "; ".join(f"{name}={cookie.value}" for name, cookie in cookies.items())
    return [(b"origin", b"http://localhost"), (b"cookie", sent.encode())]


def bearer(key: str) -> Headers:
    return [(b"authorization", f"Bearer {key}".encode())] if key else []


async def outcome(address: str, headers: Headers) -> str | int:
    """`OPEN`, or the code with which the server closes."""
    last = await opened(address, headers)
    return last if isinstance(last, int) else OPEN


async def sites_on(address: str, headers: Headers) -> list[str]:
    """The domains of a wall."""
    return [site["domain"] for site in (await opened(address, headers))["sites"]]


async def opened(address: str, headers: Headers) -> Any:
    """The first frame that only those get who may listen, or the code of the server's closing."""
    first = "sites" if address.startswith("/ws/wall") else "hello"
    line = WebsocketCommunicator(application, address, headers)
    assert (await line.connect(timeout=10))[0]
    while True:
        output = await line.receive_output(timeout=10)
        if output["type"] == "websocket.close":
            found = output["code"]
            break
        found = json.loads(output["text"])
        if found["type"] == first:
            break
    await line.disconnect(timeout=10)
    return found
