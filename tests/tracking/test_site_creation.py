"""The team that a new site goes to."""

import pytest

from tests.factories import MemberFactory, UserFactory
from tracking.models import Role
from tracking.site_creation import create_site

pytestmark = pytest.mark.django_db


def test_owner_with_a_long_address_names_a_team_within_its_column():
    owner = UserFactory(email=f"{'a' * 90}@example.com")

    team = create_site("one.example", owner=owner).team

    assert "a" * 80 == team.name


def test_owned_team_goes_before_an_older_one_that_is_managed_for_others():
    managed = MemberFactory(role=Role.ADMIN)
    owned = MemberFactory(user=managed.user)

    assert owned.team == create_site("one.example", owner=managed.user).team


def test_site_of_somebody_who_manages_anothers_team_goes_to_a_new_one():
    managed = MemberFactory(role=Role.ADMIN)

    team = create_site("one.example", owner=managed.user).team

    assert [(managed.user.pk, Role.OWNER)] == list(team.members.values_list("user", "role"))
