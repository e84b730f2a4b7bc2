from datetime import UTC, date, datetime

import pytest

from dashboard.debugger.refusals import ADVICE, NO_ADVICE, Refusals, last_days
from tests.factories import SiteFactory
from tracking.ingest.refusals import Reason
from tracking.models import RefusalCount

NOON = datetime(2026, 5, 10, 12, 0, tzinfo=UTC)


def refuse(site_id: int, day: int, reason: str, count: int) -> None:
    RefusalCount.objects.create(site_id=site_id, day=date(2026, 5, day), reason=reason, count=count)


@pytest.mark.django_db
def test_reasons_of_the_last_seven_days_come_by_their_sums():
    site, other = SiteFactory(), SiteFactory()
    refuse(site.pk, 10, Reason.OPTED_OUT, 3)
    refuse(site.pk, 10, Reason.BOT, 5)
    refuse(site.pk, 4, Reason.BOT, 2)
    refuse(site.pk, 3, Reason.BOT, 100)
    refuse(site.pk, 9, "of_another_version", 1)
    refuse(other.pk, 10, Reason.PAGE, 9)
    refuse(0, 10, Reason.UNKNOWN_SITE, 9)

    assert [
        Refusals("bot", ADVICE[Reason.BOT], 7),
        Refusals("visitor opted out", ADVICE[Reason.OPTED_OUT], 3),
        Refusals("of another version", NO_ADVICE, 1),
    ] == last_days(site, NOON)


def test_every_reason_has_advice():
    assert set(Reason) == set(ADVICE)
