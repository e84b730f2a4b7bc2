from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import SiteFactory
from tracking.models import FileSalt, FileSalts

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_salt_is_random_for_each_site_and_day():
    one, other = FileSalts(SiteFactory()), FileSalts(SiteFactory())

    keys = {salts.key(date(2026, 5, day)) for salts in (one, other) for day in (1, 2)}

    assert 4 == len(keys)
    assert {32} == {len(key) for key in keys}


@pytest.mark.parametrize(("hours", "left"), [(46, 1), (47.5, 0)])
def test_salt_is_forgotten_within_48_hours(hours, left):
    FileSalts(SiteFactory()).key(NOON.date())
    FileSalt.objects.update(made_at=NOON)

    FileSalt.forget(NOON + timedelta(hours=hours))

    assert left == FileSalt.objects.count()
