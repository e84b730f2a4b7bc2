"""How long the keys of a site's visitors live, and what each day's visitors are hashed under."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.factories import SiteFactory
from tests.tracking.ingest.test_accept import HIT, SENDER, Germany
from tracking.ingest.accept import Accepted, decide
from tracking.ingest.limits import Limits
from tracking.ingest.rules import Rules, keep_salts, load
from tracking.ingest.visitor_keys import follow_choices, keep_visitor_keys
from tracking.models import Generation, OwnIdKey, Site, VisitorKey

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 5, 4)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(datetime.combine(MONDAY, time(12), UTC), tick=False)
    return time_machine


def site_known_for(days: int, **choices: object) -> Site:
    return SiteFactory(domain="example.com", visitor_days=days, **choices)


def choose(site: Site, days: int, on: date) -> None:
    """As a form does on that day."""
    Site.objects.filter(pk=site.pk).update(visitor_days=days)
    site.refresh_from_db()
    follow_choices(site, on)


def begin(day: date) -> Rules:
    """What each process does when a UTC day begins."""
    keep_salts(day)
    keep_visitor_keys(day)
    return load(Limits(0, 0))


def spans() -> list[tuple[int, int]]:
    """The first and last days of the keys, counted from Monday."""
    rows = VisitorKey.objects.order_by("first").values_list("first", "last")
    return [((first - MONDAY).days, (last - MONDAY).days) for first, last in rows]


def ids(rules: Rules, day: date, **changes: object) -> tuple[int, int | None]:
    """A visitor's id on that day, and the one of the day before where another."""
    noon = datetime.combine(day, time(12), UTC)
    made = decide(replace(HIT, **changes), SENDER, rules, Germany(), noon)
    assert isinstance(made, Accepted)
    return made.waiting.visitor, made.waiting.visitor_before


def ids_by_day(days: int) -> list[tuple[int, int | None]]:
    found = []
    for number in range(days):
        day = MONDAY + number * DAY
        found.append(ids(begin(day), day))
    return found


@pytest.mark.parametrize("days", [7, 30])
def test_longer_choice_holds_from_the_next_midnight_for_as_many_days(days):
    site_known_for(days)

    assert [(1, days)] == spans()


def test_daily_site_has_no_key():
    site_known_for(1)
    begin(MONDAY)

    assert [] == spans()


def test_visitor_known_for_a_day_is_another_each_day():
    site_known_for(1)

    found = ids_by_day(4)

    assert 4 == len({today for today, _ in found})
    assert [today for today, _ in found[:-1]] == [before for _, before in found[1:]]


def test_visitor_known_for_a_week_has_one_id_for_its_days_and_knows_the_one_before():
    site_known_for(7)

    found = ids_by_day(16)

    monday, *week = (today for today, _ in found[:8])
    next_week = {today for today, _ in found[8:15]}
    assert (1, 1, 4) == (
        len(set(week)),
        len(next_week),
        len({monday, week[0], found[8][0], found[15][0]}),
    )
    knowing = {number: before for number, (_, before) in enumerate(found) if before}
    assert {1: monday, 8: week[0], 15: found[8][0]} == knowing


def test_next_key_is_there_on_the_last_day_of_its_predecessor():
    site_known_for(7)
    begin(MONDAY + 6 * DAY)
    before = spans()

    begin(MONDAY + 7 * DAY)

    assert ([(1, 7)], [(1, 7), (8, 14)]) == (before, spans())


@pytest.mark.parametrize(
    ("after", "kept"), [(1, True), (2, False)], ids=["day after", "48 hours after"]
)
def test_key_is_gone_48_hours_after_its_last_day_began(after, kept):
    site_known_for(7)
    begin(MONDAY + 7 * DAY)

    begin(MONDAY + (7 + after) * DAY)

    assert kept == ((1, 7) in spans())


def test_end_of_a_key_reaches_all_who_hold_it():
    site_known_for(7)
    begin(MONDAY + 7 * DAY)
    before = Generation.current(Generation.RULES)

    keep_visitor_keys(MONDAY + 9 * DAY)

    assert before != Generation.current(Generation.RULES)


def test_two_processes_make_one_key():
    site_known_for(7)

    first, second = begin(MONDAY), begin(MONDAY)

    tuesday = MONDAY + DAY
    keep_salts(tuesday)
    assert ids(first, tuesday)[0] == ids(second, tuesday)[0]


def test_shorter_choice_ends_the_key_at_the_next_midnight():
    site = site_known_for(30)

    choose(site, 7, MONDAY + 3 * DAY)

    assert [(1, 3), (4, 10)] == spans()


def test_return_to_daily_ends_the_key_at_the_next_midnight_and_keeps_open_visits():
    site = site_known_for(30)
    thursday, friday = MONDAY + 3 * DAY, MONDAY + 4 * DAY
    known = ids(begin(thursday), thursday)[0]

    choose(site, 1, thursday)

    today, before = ids(begin(friday), friday)
    assert ([(1, 3)], known, True) == (spans(), before, today != known)


def test_choice_taken_back_before_it_holds_leaves_nothing():
    site = site_known_for(7)

    choose(site, 1, MONDAY)

    assert [] == spans()


def test_saving_something_else_keeps_the_key():
    site = site_known_for(7)
    key = bytes(VisitorKey.objects.get().key)

    site.blocked_pages = "/admin/*"
    site.save()

    assert key == bytes(VisitorKey.objects.get().key)


def test_server_that_slept_over_the_next_key_knows_visitors_for_a_day_meanwhile():
    site_known_for(7)
    late = MONDAY + 20 * DAY

    rules = begin(late)

    assert ([(21, 27)], None) == (spans(), ids(rules, late)[1])


def test_keys_are_random_and_no_text_of_the_rules_has_them():
    sites = [SiteFactory(visitor_days=7, own_ids=True) for _ in range(2)]
    keys = {bytes(each.visitor_keys.get().key) for each in sites}
    keys |= {bytes(each.own_id_key.key) for each in sites}

    text = repr(begin(MONDAY))

    assert (4, {32}) == (len(keys), {len(key) for key in keys})
    assert [] == [key for key in keys if repr(key) in text or key.hex() in text]


def test_own_id_is_known_for_good_where_the_site_allows_it():
    site_known_for(1, own_ids=True)

    found = {ids(begin(day), day, visitor="ada") for day in (MONDAY, MONDAY + 40 * DAY)}

    assert [None] == [before for _, before in found]


def test_own_id_is_known_for_a_day_unless_the_site_allows_it():
    site_known_for(1)
    tuesday = MONDAY + DAY

    monday, _ = ids(begin(MONDAY), MONDAY, visitor="ada")
    today, before = ids(begin(tuesday), tuesday, visitor="ada")

    assert (True, monday) == (today != monday, before)


def test_visitor_without_an_own_id_is_known_by_address_where_own_ids_are_allowed():
    site_known_for(1, own_ids=True)
    tuesday = MONDAY + DAY

    monday, tuesdays = ids(begin(MONDAY), MONDAY), ids(begin(tuesday), tuesday)

    assert (True, monday[0]) == (monday[0] != tuesdays[0], tuesdays[1])


def test_own_ids_of_two_sites_are_not_the_same_visitor():
    site_known_for(1, own_ids=True)
    SiteFactory(domain="other.example", own_ids=True)
    rules = begin(MONDAY)

    assert ids(rules, MONDAY, visitor="ada") != ids(
        rules, MONDAY, visitor="ada", site="other.example"
    )


def test_key_of_own_ids_stays_when_they_are_no_longer_allowed():
    site = site_known_for(1, own_ids=True)
    key = bytes(OwnIdKey.objects.get().key)

    for allowed in (False, True):
        site.own_ids = allowed
        site.save()

    assert key == bytes(OwnIdKey.objects.get().key)


def test_deleted_site_takes_its_keys_with_it():
    site_known_for(7, own_ids=True).delete()

    assert (0, 0) == (VisitorKey.objects.count(), OwnIdKey.objects.count())
