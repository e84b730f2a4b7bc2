"""What of a row's change other processes are told."""

import pytest

from tests.factories import UserFactory
from tracking.models import Generation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "moved"),
    [(["last_login"], False), (["is_active"], True), (None, True)],
    ids=["sign-in", "closed account", "whole row"],
)
def test_rules_move_with_what_is_held_of_a_person(fields, moved):
    user = UserFactory()
    before = Generation.current(Generation.RULES)

    user.save(update_fields=fields)

    assert moved == (Generation.current(Generation.RULES) != before)
