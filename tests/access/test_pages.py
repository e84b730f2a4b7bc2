"""The access walk: every route of the pages, asked by everybody there is."""

from typing import Any

import pytest
from django.db import transaction

from tests.access.table import (
    CLOSED,
    OF_A_SITE,
    PAGES,
    PREFIXES,
    Rule,
    S,
    T,
    Whose,
)
from tests.access.world import (
    EVERYBODY,
    NOT_SIGNED_IN,
    OTHER,
    ROLES,
    SUPERUSER,
    World,
    stored,
)
from tests.routes import DOMAIN, PART, routes
from tracking.access import Right, rights_of

pytestmark = pytest.mark.django_db

PLAIN = {"domain": DOMAIN, "visited": DOMAIN, "name": "sources", "uidb36": "1", "sample": "1"}
each_page = pytest.mark.parametrize(("route", "rule"), PAGES.items(), ids=list(PAGES))


def spelt() -> list[str]:
    return [route.name for route in routes()]


def test_every_route_has_a_rule_and_every_rule_a_route():
    known = {*PAGES, *CLOSED}
    there = {name for name in spelt() if not name.startswith(PREFIXES)}

    assert (set(), set()) == (there - known, known - there), (
        "Say in tests/access/table.py who may use each new route, and take out those that are gone."
    )


@pytest.mark.costly
@each_page
def test_each_person_gets_what_the_rule_says_and_changes_nothing_else(route, rule):
    world = World()
    clients = {who: world.client(who) for who in EVERYBODY}
    address = address_of(route, rule, world.mine)

    before = stored()
    found = {who: tried(clients[who], rule, address, world, before) for who in EVERYBODY}

    assert {who: expected(route, rule, who) for who in EVERYBODY} == found


@pytest.mark.parametrize(
    ("route", "rule"),
    [(route, rule) for route, rule in PAGES.items() if rule.things],
    ids=[route for route, rule in PAGES.items() if rule.things],
)
def test_numbers_of_somebody_elses_things_are_not_found_in_ones_own_addresses(route, rule):
    world = World()
    address = address_of(route, rule, {**world.theirs, "team": world.site.team.pk})

    assert ("404", False) == tried(world.client("owner"), rule, address, world)


@pytest.mark.parametrize("route", [f"{S}{each}" for each in OF_A_SITE])
def test_domain_that_nobody_has_is_as_one_of_somebody_else(route):
    world, rule = World(), PAGES[route]
    client, address = world.client("owner"), address_of(route, rule, world.mine)

    found = [
        tried(client, rule, address.replace(DOMAIN, domain), world)
        for domain in (OTHER, "nobodys.example")
    ]

    assert [("404", False)] * 2 == found


@pytest.mark.parametrize("who", EVERYBODY)
def test_what_nobody_has_the_secret_of_stays_closed(who):
    world = World()
    client = world.client(who)

    found = {
        route: client.get(f"/{PART.sub('987654', route)}").status_code
        for route in CLOSED
        if not (route.startswith("account/") and who in NOT_SIGNED_IN)
    }

    # Whoever is signed in is led away from pages for those who come; some are for POST alone.
    assert all(found[route] in (CLOSED[route], 302, 405) for route in found), found


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who != SUPERUSER])
def test_admin_is_closed_to_all_but_staff(who):
    client = World().client(who)
    entrances = ("/admin/login/", "/admin/jsi18n/")
    addresses = [
        route.address
        for route in routes()
        if route.name.startswith("admin/") and route.address not in entrances
    ]

    found = {client.get(address).status_code for address in addresses}

    assert found <= {302, 403, 404, 405}, found


def address_of(route: str, rule: Rule, ids: dict[str, Any]) -> str:
    """An address of the route; its numbers are the ids of things."""
    token = ids["wall token" if route.startswith("wall/") else "token"]
    parts = PLAIN | {"token": token, "team": ids["team"]}
    parts |= {part: ids[kind] for part, kind in rule.things.items()}
    query = "?offset=0" if route.endswith("/part") else ""
    return f"/{PART.sub(lambda part: str(parts[part['name']]), route)}{query}"


def tried(
    client: Any, rule: Rule, address: str, world: World, before: Any = None
) -> tuple[str, bool]:
    """What comes of a request, and whether it changed a row. Nothing of it lasts."""
    before = before or stored()
    data = {name: filled(value, world) for name, value in (rule.post or {}).items()}
    with transaction.atomic():
        is_post = rule.method == "POST"
        response = client.post(address, data) if is_post else client.get(address)
        changed = is_post and stored() != before
        transaction.set_rollback(True)
    return outcome(response), changed


def filled(value: str | list[str], world: World) -> str | list[str]:
    if isinstance(value, list):
        return [text.format(**world.mine, second=world.second.pk) for text in value]
    return value.format(**world.mine, second=world.second.pk)


def outcome(response: Any) -> str:
    if response.status_code >= 400:
        return str(response.status_code)
    to = response.get("Location", "")
    if to.startswith("/sign-in?"):
        return "sign in"
    return "through"


def expected(route: str, rule: Rule, who: str) -> tuple[str, bool]:
    if is_let_through(route, rule, who):
        return "through", rule.method == "POST" and rule.changes
    if who in NOT_SIGNED_IN:
        return "sign in", False
    return ("400" if route == "sites/order" else "404"), False


def is_let_through(route: str, rule: Rule, who: str) -> bool:
    if isinstance(rule.may, Right):
        is_outside = route.startswith(T) and who.startswith("guest")
        return rule.may in rights_of(ROLES.get(who)) and not is_outside
    return {
        Whose.ALL: True,
        Whose.SIGNED_IN: who not in NOT_SIGNED_IN,
        Whose.OWNER: who == "owner",
        Whose.STAFF: who == SUPERUSER,
        Whose.GUESTS: who.startswith("guest"),
    }[rule.may]
