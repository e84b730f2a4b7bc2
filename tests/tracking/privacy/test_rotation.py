"""The visits and visitors of hits over many days are those of a plain recount, whatever the key."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.json import encode

from tests.examples import up_to
from tests.factories import SiteFactory
from tests.tracking.ingest.test_accept import HIT, SENDER, Germany
from tracking.enrich.draining import drain
from tracking.ingest.accept import Accepted, decide
from tracking.ingest.limits import Limits
from tracking.ingest.rules import keep_salts, load
from tracking.ingest.visitor_keys import follow_choices, keep_visitor_keys
from tracking.models import Event, InboxHit, Site
from tracking.models.events import GAP

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 5, 4)
BEGIN = datetime.combine(MONDAY, time(), UTC)
# Minutes from a midnight, and after which of Monday's days: the first and the eighth, when weekly
# keys begin, and one between.
AROUND = [-40, -25, -10, 0, 10, 25, 40, 700]
MIDNIGHTS = [1, 4, 8]

Sent = tuple[datetime, str]  # when, and from which address


def moments() -> st.SearchStrategy[list[Sent]]:
    """Hits of two people on the days around the changes of a weekly key."""
    address = st.sampled_from(["203.0.113.7", "203.0.113.8"])
    moment = st.builds(
        lambda day, minutes: BEGIN + timedelta(days=day, minutes=minutes),
        st.sampled_from(MIDNIGHTS),
        st.sampled_from(AROUND),
    )
    return st.lists(st.tuples(moment, address), min_size=1, max_size=14).map(sorted)


def key_of(days: int, moment: datetime) -> int:
    """Which key a hit of that moment has, in a site that chose so many days on Monday."""
    day = (moment.date() - MONDAY).days
    return -day if days == 1 else -(-day // days)


def recounted(days: int, sent: list[Sent]) -> tuple[int, int]:
    """How many visits and visitors there are: a visit has the key with which it began."""
    visits: dict[str, list[datetime]] = defaultdict(list)
    latest: dict[str, datetime] = {}
    for moment, address in sent:
        if address not in latest or moment - latest[address] >= GAP:
            visits[address].append(moment)
        latest[address] = moment
    visitors = {(who, key_of(days, begin)) for who, begins in visits.items() for begin in begins}
    return sum(map(len, visits.values())), len(visitors)


def counted(site: Site, sent: list[Sent]) -> tuple[int, int]:
    """How many are stored once these hits were accepted, day by day, and enriched."""
    today = MONDAY - timedelta(days=1)
    for moment, address in sent:
        while today < moment.date():
            today += timedelta(days=1)
            keep_salts(today)
            keep_visitor_keys(today)
        rules = load(Limits(0, 0))
        hit, sender = replace(HIT, site=site.domain), replace(SENDER, address=address)
        made = decide(hit, sender, rules, Germany(), moment)
        assert isinstance(made, Accepted)
        InboxHit.objects.create(site_id=site.pk, payload=encode(made.waiting).decode())
    drain()
    events = Event.objects.filter(site_id=site.pk)
    return tuple(events.values(column).distinct().count() for column in ("visit", "visitor"))


@pytest.mark.parametrize("days", [1, 7])
@settings(max_examples=up_to(15))
@given(sent=moments())
def test_visits_and_visitors_are_those_of_a_recount_over_the_change_of_a_key(days, sent):
    site = SiteFactory()
    Site.objects.filter(pk=site.pk).update(visitor_days=days)
    site.refresh_from_db()
    follow_choices(site, MONDAY)

    assert recounted(days, sent) == counted(site, sent)
