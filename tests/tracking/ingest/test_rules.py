from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import SeatFactory, SiteFactory, UserFactory
from tracking.ingest.limits import Limits
from tracking.ingest.rules import Rules, SiteRules, keep_salts, load, refreshed
from tracking.models import ApiKey, Generation, Role, Salt, SiteAlias, Watch
from tracking.models.keys import Scope

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def test_a_site_is_known_by_its_domain_and_its_aliases():
    site = SiteFactory(domain="example.com")
    SiteAlias.objects.create(site=site, name="7")

    assert {"example.com": SiteRules(site.pk), "7": SiteRules(site.pk)} == load(Limits(0, 0)).sites


def test_a_domain_goes_before_an_alias_of_another_site():
    SiteAlias.objects.create(site=SiteFactory(), name="example.com")
    site = SiteFactory(domain="example.com")

    assert site.pk == load(Limits(0, 0)).sites["example.com"].id


def test_a_line_that_cannot_be_read_takes_no_other_rule_away():
    SiteFactory(domain="example.com", blocked_addresses="nonsense\n10.0.0.0/8")

    rules = load(Limits(0, 0)).sites["example.com"]

    assert (True, False) == (
        "10.0.0.1" in rules.blocked_addresses,
        "11.0.0.1" in rules.blocked_addresses,
    )


def test_what_senders_have_sent_outlasts_a_change_of_the_rules():
    first = refreshed(Rules())
    Generation.bump(Generation.RULES)

    second = refreshed(first)

    assert (True, True) == (second is not first, second.limits is first.limits)


def test_a_watch_ends_in_time_without_any_announcement():
    site = SiteFactory(domain="example.com")
    Watch.objects.create(site=site, until=NOON + timedelta(minutes=2))

    during = refreshed(Rules(), NOON)
    still = refreshed(during, NOON + timedelta(seconds=119))
    after = refreshed(still, NOON + timedelta(seconds=120))

    assert (True, True, False) == (
        during.sites["example.com"].watched,
        still is during,
        after.sites["example.com"].watched,
    )


def test_rules_without_a_running_watch_are_kept():
    site = SiteFactory(domain="example.com")
    Watch.objects.create(site=site, until=NOON)

    rules = refreshed(Rules(), NOON)

    assert rules is refreshed(rules, NOON + timedelta(hours=1))


def test_a_key_that_may_send_hits_sends_them_for_the_sites_that_its_owner_owns():
    owned = SeatFactory()
    SeatFactory(user=owned.user, role=Role.VIEWER)
    sender = ApiKey.issue(owned.user, scopes=[Scope.HITS_SEND])[0]
    ApiKey.issue(owned.user, scopes=[Scope.STATS_READ, Scope.SITES_READ, Scope.SITES_WRITE])

    assert {sender.key_hash: frozenset({owned.site.pk})} == load(Limits(0, 0)).keys


def test_a_key_for_one_site_sends_no_hits_for_another():
    owned = SeatFactory()
    SeatFactory(user=owned.user)
    key = ApiKey.issue(owned.user, site=owned.site)[0]

    assert {key.key_hash: frozenset({owned.site.pk})} == load(Limits(0, 0)).keys


def test_a_key_expires_in_time_without_any_announcement():
    key = ApiKey.issue(SeatFactory().user, expires_at=NOON + timedelta(minutes=2))[0]

    during = refreshed(Rules(), NOON)
    still = refreshed(during, NOON + timedelta(seconds=119))
    after = refreshed(still, NOON + timedelta(seconds=120))

    assert (True, True, {}) == (key.key_hash in during.keys, still is during, after.keys)


def test_a_key_of_a_closed_account_sends_no_hits():
    ApiKey.issue(SeatFactory(user=UserFactory(is_active=False)).user)

    assert {} == load(Limits(0, 0)).keys


def test_a_day_has_the_salt_that_the_first_process_made():
    Salt.objects.create(day=NOON.date(), key=b"k" * 32)

    keep_salts(NOON.date())

    assert b"k" * 32 == bytes(Salt.objects.get().key)


def test_each_day_has_a_random_salt_of_its_own():
    for number in range(2):
        keep_salts(NOON.date() + timedelta(days=number))

    keys = {bytes(key) for key in Salt.objects.values_list("key", flat=True)}
    assert (2, {32}) == (len(keys), {len(key) for key in keys})


@pytest.mark.parametrize(("days", "ended"), [(1, False), (2, True)], ids=["yesterday's", "older"])
def test_the_end_of_a_salt_reaches_all_who_hold_it(days, ended):
    Salt.objects.create(day=NOON.date() - timedelta(days=days), key=b"k" * 32)
    before = Generation.current(Generation.RULES)

    keep_salts(NOON.date())

    assert ended == (before != Generation.current(Generation.RULES))
