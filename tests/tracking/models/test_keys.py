from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import UserFactory
from tracking.models import ApiKey, Generation

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "noted"), [(59, NOON), (60, NOON + timedelta(seconds=60))], ids=["before", "after"]
)
def test_use_is_noted_once_a_minute(seconds, noted):
    key = ApiKey.issue(UserFactory())[0]
    key.note_use(NOON)
    key.refresh_from_db()

    key.note_use(NOON + timedelta(seconds=seconds))

    assert noted == ApiKey.objects.get().last_used_at


def test_noting_a_use_is_no_change_of_the_rules():
    key = ApiKey.issue(UserFactory())[0]
    generation = Generation.current(Generation.RULES)

    key.note_use(NOON)

    assert generation == Generation.current(Generation.RULES)
