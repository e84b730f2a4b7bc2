from datetime import timedelta

import pytest

from realtime.debugger import watch
from tests.factories import SiteFactory
from tests.realtime.debugger.traces import NOON
from tracking.models import Generation, Watch

pytestmark = pytest.mark.django_db


def untils() -> list:
    return list(Watch.objects.values_list("until", flat=True))


def test_new_watch_lasts_two_minutes_and_is_announced():
    site = SiteFactory()
    before = Generation.current(Generation.RULES)

    watch.renew(site.pk, NOON)

    assert [NOON + timedelta(minutes=2)] == untils()
    assert before < Generation.current(Generation.RULES)


def test_watch_with_less_than_a_minute_left_lasts_two_minutes_again():
    site = SiteFactory()
    watch.renew(site.pk, NOON)

    watch.renew(site.pk, NOON + timedelta(seconds=61))

    assert [NOON + timedelta(seconds=181)] == untils()


def test_watch_with_more_left_is_kept_and_nobody_is_told():
    site = SiteFactory()
    watch.renew(site.pk, NOON)
    before = Generation.current(Generation.RULES)

    watch.renew(site.pk, NOON + timedelta(seconds=59))

    assert ([NOON + timedelta(minutes=2)], before) == (
        untils(),
        Generation.current(Generation.RULES),
    )
