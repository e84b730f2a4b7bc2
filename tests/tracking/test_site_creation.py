"""The team that a new site goes to."""

import pytest

from tests.factories import UserFactory
from tracking.site_creation import create_site

pytestmark = pytest.mark.django_db


def test_owner_with_a_long_address_names_a_team_within_its_column():
    owner = UserFactory(email=f"{'a' * 90}@example.com")

    team = create_site("one.example", owner=owner).team

    assert "a" * 80 == team.name
