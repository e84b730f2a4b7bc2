"""Salts are replaced at once, for all who hold them."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import SiteFactory
from tracking.ingest.rules import Rules, refreshed
from tracking.models import FileSalt, FileSalts, Salt, VisitorKey
from tracking.salts import replace_salts

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_salt_of_today_is_another_and_yesterday_s_is_gone_in_processes_that_run():
    yesterday = Salt.objects.create(day=NOON.date() - DAY, key=b"y" * 32)
    Salt.objects.create(day=NOON.date(), key=b"t" * 32)
    before = refreshed(Rules(), NOON)

    replace_salts([], NOON.date())
    after = refreshed(before, NOON)

    assert {NOON.date(), yesterday.day} == set(before.salts)
    assert [NOON.date()] == list(after.salts)
    assert b"t" * 32 != after.salts[NOON.date()]


def test_lasting_keys_of_the_sites_alone_are_replaced():
    one, other = SiteFactory(), SiteFactory()
    for site in (one, other):
        VisitorKey.objects.create(
            site=site, first=NOON.date(), last=NOON.date() + DAY, key=b"k" * 32
        )

    replace_salts([one], NOON.date())

    kept = {key.site: bytes(key.key) == b"k" * 32 for key in VisitorKey.objects.all()}
    assert {one: False, other: True} == kept


def test_salts_of_logs_of_the_sites_alone_are_forgotten():
    one, other = SiteFactory(), SiteFactory()
    for site in (one, other):
        FileSalts(site).key(NOON.date())

    replace_salts([one], NOON.date())

    assert [other] == [salt.site for salt in FileSalt.objects.all()]
