"""The access walk over the API: every method of every route, with everybody's keys."""

import re
from typing import Any

import orjson
import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.test import AsyncClient

from tests.access.keys import (
    BOUND,
    FOR_ANOTHER,
    FOR_THEIRS,
    FOR_THIS,
    INVALID,
    KEYS,
    ROLES_OF_KEYS,
    SECOND,
    UNSCOPED,
    keys_of,
)
from tests.access.table import API, Call, Whose
from tests.access.world import OTHER, OUTSIDERS, ROLES, STRANGER, World
from tests.routes import DOMAIN, PART, routes
from tracking.access import Right, rights_of
from tracking.models import Site
from tracking.models.keys import Scope

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# A thing of a site by its number.
OF_A_THING = re.compile("(goal|note|funnel)_id>$")
WRITES = ("INSERT", "UPDATE", "DELETE")
LAST_USE = 'UPDATE "tracking_apikey" SET "last_used_at"'
CALLS = [(route, method, call) for route, calls in API.items() for method, call in calls.items()]
each_call = pytest.mark.parametrize(
    ("route", "method", "call"), CALLS, ids=[f"{method} {route}" for route, method, _ in CALLS]
)


def test_every_method_of_every_route_has_a_row_and_every_row_a_method():
    ids = World().mine
    there = {
        (route.name, method)
        for route in routes()
        if route.name.startswith("api/")
        for method in METHODS
        if send(method, address_of(route.name, ids), {}, "")[0] not in (404, 405)
    }
    spelt = {route.name for route in routes() if route.name.startswith("api/")}
    known = {(route, method) for route, method, _ in CALLS}

    assert (set(), set(), set()) == (there - known, known - there, spelt ^ set(API)), (
        "Say in tests/access/table.py whose keys may use each new route and method of the API,"
        " and take out those that are gone."
    )


@each_call
def test_each_key_gets_what_the_row_says_and_changes_nothing_else(route, method, call):
    world = World()
    keys = keys_of(world, call.scope)
    address = address_of(route, world.mine)

    found = {name: tried(method, address, call, keys[name]) for name in KEYS}

    assert {name: expected(method, call, name) for name in KEYS} == found


@pytest.mark.parametrize("route", [route for route in API if OF_A_THING.search(route)])
def test_what_another_site_has_is_not_found_at_ones_own(route):
    world = World()
    key = keys_of(world, None)["owner"]

    found = tried("DELETE", address_of(route, world.theirs), API[route]["DELETE"], key)

    assert (404, False) == found


def test_each_key_lists_the_sites_that_it_opens_and_no_other():
    keys = keys_of(World(), Scope.SITES_WRITE)

    found = {
        name: {site["domain"] for site in send("GET", "/api/v1/sites", {}, keys[name])[1]["sites"]}
        for name in KEYS
        if name not in INVALID
    }

    assert {
        **{who: {DOMAIN} for who in ROLES},
        **{who: set() for who in OUTSIDERS},
        STRANGER: {OTHER},
        "owner": {DOMAIN, SECOND},
        UNSCOPED: {DOMAIN, SECOND},
        FOR_THIS: {DOMAIN},
        FOR_ANOTHER: {SECOND},
        FOR_THEIRS: set(),
    } == found


def test_site_that_a_key_adds_goes_to_no_team_but_one_that_its_person_owns():
    world = World()
    keys = keys_of(world, None)

    added = {who: team_of_added(keys[who]) for who in [*ROLES, *OUTSIDERS]}

    theirs = {world.site.team.pk, world.second.pk, world.other.team.pk}
    assert {
        **dict.fromkeys([*ROLES, *OUTSIDERS]),
        "owner": added["owner"],
        STRANGER: world.other.team.pk,
    } == {who: team if team in theirs else None for who, team in added.items()}
    assert added["owner"] in {world.site.team.pk, world.second.pk}


def team_of_added(key: str) -> int:
    """The team of a site that a key adds, which does not last."""
    with transaction.atomic():
        assert 200 == send("POST", "/api/v1/sites", {"domain": "new.example"}, key)[0]
        team_id = Site.objects.get(domain="new.example").team_id
        transaction.set_rollback(True)
    return team_id


def address_of(route: str, ids: dict[str, Any]) -> str:
    parts = {
        "site_id": DOMAIN,
        "goal_id": ids["goal"],
        "note_id": ids["note"],
        "funnel_id": ids["funnel"],
    }
    return f"/{PART.sub(lambda part: str(parts[part['name']]), route)}"


def tried(method: str, address: str, call: Call, key: str) -> tuple[int, bool]:
    """The status of a request, and whether it wrote to the database. Nothing of it lasts."""
    written: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith(WRITES) and not sql.startswith(LAST_USE):
            written.append(sql)
        return execute(sql, *rest)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            status, _ = send(method, address, call.sent, key)
        transaction.set_rollback(True)
    return status, bool(written)


@async_to_sync
async def send(method: str, address: str, sent: dict[str, Any], key: str) -> tuple[int, Any]:
    """The status of the answer, and what its JSON holds. A stream does not begin."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    client = AsyncClient(enforce_csrf_checks=True)
    if method == "GET":
        response = await client.get(address, sent, headers=headers)
    else:
        body = (orjson.dumps(sent), "application/json")
        response = await client.generic(method, address, *body, headers=headers)
    is_json = response.headers["Content-Type"] == "application/json"
    return response.status_code, orjson.loads(response.content) if is_json else None


def expected(method: str, call: Call, name: str) -> tuple[int, bool]:
    status = expected_status(call, name)
    return status, status == 200 and method != "GET" and call.changes


def expected_status(call: Call, name: str) -> int:
    if call.may is Whose.ALL:
        return 200
    if name in INVALID:
        return 401
    if name == UNSCOPED:
        return 403
    return 200 if is_let_through(call, name) else call.refused


def is_let_through(call: Call, name: str) -> bool:
    if isinstance(call.may, Right):
        return call.may in rights_of(ROLES_OF_KEYS.get(name))
    return {Whose.KEYS: True, Whose.FREE_KEYS: name not in BOUND}[call.may]
