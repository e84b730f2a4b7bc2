"""What was there before teams, after them, and back again."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from dashboard.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("tracking", "0017_privacy_choices")]
AFTER = [("tracking", "0020_no_memberships")]


def migrated(target):
    executor = MigrationExecutor(connection)
    executor.migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps


@pytest.fixture
def old_tables():
    """The tables as they were; whatever comes of it, those of now are there again."""
    yield migrated(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def make_site(apps, domain: str, **roles: str) -> None:
    site = apps.get_model("tracking", "Site").objects.create(domain=domain)
    for name, role in roles.items():
        user, _ = User.objects.get_or_create(email=f"{name}@example.com")
        apps.get_model("tracking", "Membership").objects.create(
            site=site, user_id=user.pk, role=role, pinned=name == "bob", position=None
        )


def roles(rows) -> list[tuple[str, str]]:
    return sorted((row.user.email.partition("@")[0], row.role) for row in rows.all())


def furnish(apps) -> None:
    make_site(apps, "shared.example", ada="owner", bob="owner")
    make_site(apps, "one.example", ada="owner", eve="viewer", bob="viewer")
    make_site(apps, "two.example", ada="owner")
    make_site(apps, "nobodys.example")


def test_sites_of_the_same_owners_become_a_team_and_viewers_guests(old_tables):
    furnish(old_tables)

    Site = migrated(AFTER).get_model("tracking", "Site")

    found = {
        site.domain: (site.team.name, roles(site.team.members), roles(site.guests))
        for site in Site.objects.all()
    }
    assert {
        "shared.example": ("shared.example", [("ada", "owner"), ("bob", "owner")], []),
        "one.example": ("ada", [("ada", "owner")], [("bob", "viewer"), ("eve", "viewer")]),
        "two.example": ("ada", [("ada", "owner")], []),
        "nobodys.example": ("First team", [], []),
    } == found


def test_owner_with_a_long_address_names_a_team_within_its_column(old_tables):
    make_site(old_tables, "one.example", **{"a" * 90: "owner"})

    Team = migrated(AFTER).get_model("tracking", "Team")

    assert ["a" * 80] == [team.name for team in Team.objects.all()]


def test_order_of_a_list_is_kept(old_tables):
    furnish(old_tables)

    places = migrated(AFTER).get_model("tracking", "SitePlace").objects.order_by("site")

    assert [("one.example", "bob@example.com", True), ("shared.example", "bob@example.com", True)] == [
        (place.site.domain, place.user.email, place.pinned) for place in places
    ]


def test_way_back_gives_each_person_what_they_had(old_tables):
    furnish(old_tables)
    migrated(AFTER)

    Site = migrated(BEFORE).get_model("tracking", "Site")

    assert {
        "shared.example": [("ada", "owner"), ("bob", "owner")],
        "one.example": [("ada", "owner"), ("bob", "viewer"), ("eve", "viewer")],
        "two.example": [("ada", "owner")],
        "nobodys.example": [],
    } == {site.domain: roles(site.memberships) for site in Site.objects.all()}
