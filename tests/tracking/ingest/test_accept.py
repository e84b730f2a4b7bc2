"""What the rules of a site make of a hit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.server import CHROME
from tracking.ingest.accept import Accepted, Outcome, Refused, decide
from tracking.ingest.hit import Flag, Hit, Own, Sender
from tracking.ingest.inbox import as_json
from tracking.ingest.limits import Limits
from tracking.ingest.place import Place
from tracking.ingest.refusals import Reason, StorageDown
from tracking.ingest.rules import Rules, rules_of
from tracking.ingest.visitor import visitor_id
from tracking.models import ApiKey, Site

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
KEY = "ff_key"
NO_LIMITS = Limits(0, 0)
TODAY, YESTERDAY = b"t" * 32, b"y" * 32

HIT = Hit(site="example.com", name="pageview", url="https://www.example.com/shop?page=2&q=tea")
SENDER = Sender(address="203.0.113.7", user_agent=CHROME, language="de", opts_out=False)


class Germany:
    """Every address is there."""

    def lookup(self, address: str) -> Place:
        return Place("DE", "Saxony", "Leipzig")


def judged(hit: Hit = HIT, sender: Sender = SENDER, times: int = 1, **rules: object) -> Outcome:
    """The last of so many decisions on a hit, by a site with these rules."""
    known = rules_with(**rules)
    return [decide(hit, sender, known, Germany(), NOW) for _ in range(times)][-1]


def rules_with(watched: bool = False, limits: Limits = NO_LIMITS, **rules: object) -> Rules:
    """Those of one site, whose owner has the key KEY."""
    site = Site(**{"pk": 1, "domain": "example.com"} | rules)
    return Rules(
        sites={"example.com": rules_of(site, watched)},
        keys={ApiKey.hash(KEY): frozenset({1})},
        salts={NOW.date(): TODAY, NOW.date() - timedelta(days=1): YESTERDAY},
        limits=limits,
        watch_ends=NOW + timedelta(minutes=1) if watched else None,
    )


def outcome(*args: object, **rules: object) -> Reason | None:
    """The reason of a refusal, None for an accepted hit."""
    made = judged(*args, **rules)
    return made.reason if isinstance(made, Refused) else None


def waiting(*args: object, **rules: object):
    made = judged(*args, **rules)
    assert isinstance(made, Accepted), made
    return made.waiting


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        pytest.param({}, None, id="no rules"),
        pytest.param({"paused": True}, Reason.SITE_PAUSED, id="paused"),
        pytest.param({"allowed_hostnames": "example.com"}, None, id="hostname allowed"),
        pytest.param({"allowed_hostnames": "www.example.com"}, None, id="with www"),
        pytest.param({"allowed_hostnames": "*.example.com"}, None, id="wildcard allows"),
        pytest.param({"allowed_hostnames": "example.org"}, Reason.HOSTNAME, id="another host"),
        pytest.param({"allowed_hostnames": "*.example.org"}, Reason.HOSTNAME, id="wildcard"),
        pytest.param({"allowed_hostnames": "not a host"}, None, id="nothing readable"),
        pytest.param({"blocked_pages": "/shop"}, Reason.PAGE, id="page"),
        pytest.param({"blocked_pages": "/admin/*\n/sh*"}, Reason.PAGE, id="pages"),
        pytest.param({"blocked_pages": "/shop/*"}, None, id="another page"),
        pytest.param({"blocked_addresses": "203.0.113.0/24"}, Reason.ADDRESS, id="network"),
        pytest.param({"blocked_addresses": "203.0.113.8\n::/0"}, None, id="another address"),
        pytest.param({"blocked_countries": "at\nde"}, Reason.COUNTRY, id="country"),
        pytest.param({"blocked_countries": "AT"}, None, id="another country"),
    ],
)
def test_a_rule_refuses_with_its_reason_and_lets_others_pass(rules, reason):
    assert reason == outcome(**rules)


def test_a_page_is_compared_as_reports_show_it():
    hit = replace(HIT, url="https://example.com/b%C3%BCcher#top", hash_mode=True)

    assert Reason.PAGE == outcome(hit, blocked_pages="/bücher#top")


@pytest.mark.parametrize(
    ("precision", "place"),
    [
        ("city", ("DE", "Saxony", "Leipzig")),
        ("region", ("DE", "Saxony", "")),
        ("country", ("DE", "", "")),
        ("none", ("", "", "")),
    ],
)
@pytest.mark.parametrize("said", [None, Own(country="DE", region="Saxony", city="Leipzig")])
def test_nothing_waits_of_a_place_that_is_finer_than_the_site_keeps(precision, place, said):
    hit = replace(HIT, own=said, key=KEY) if said else HIT

    made = waiting(hit, place_precision=precision)

    assert place == (made.country, made.region, made.city)
    finer = {"Saxony", "Leipzig"} - set(place)
    assert [] == [name for name in finer if name.encode() in as_json(made)]


def test_country_that_is_not_kept_is_blocked_all_the_same():
    assert Reason.COUNTRY == outcome(place_precision="none", blocked_countries="DE")


@pytest.mark.parametrize(
    ("rules", "query"),
    [
        pytest.param({}, "", id="left out"),
        pytest.param({"query_parameters": "q"}, "q=tea", id="left out but one"),
        pytest.param({"query_rule": "keep"}, "page=2&q=tea", id="kept"),
        pytest.param({"query_rule": "keep", "query_parameters": "q"}, "page=2", id="kept but one"),
    ],
)
def test_a_hit_keeps_of_its_query_string_what_the_site_says(rules, query):
    assert query == waiting(**rules).query


BOT = replace(SENDER, user_agent=GOOGLEBOT)


def test_a_bot_is_dropped_or_counted_apart():
    assert (Reason.BOT, Flag.BOT, "") == (
        outcome(HIT, BOT),
        waiting(HIT, BOT, bots="apart").flags,
        waiting(HIT, SENDER, bots="apart").flags,
    )


def test_a_bot_is_never_the_visitor_that_a_person_of_its_address_and_agent_is():
    said = replace(HIT, bot=True)

    assert waiting(said, bots="apart").visitor != waiting(bots="apart").visitor


def test_a_backend_speaks_for_the_country_of_its_visitor():
    hit = replace(HIT, own=Own(country="AT"), key=KEY)

    assert Reason.COUNTRY == outcome(hit, blocked_countries="AT")


def test_an_address_of_a_backend_s_own_words_is_blocked_like_another():
    hit = replace(HIT, own=Own(address="198.51.100.1"), key=KEY)

    assert Reason.ADDRESS == outcome(hit, blocked_addresses="198.51.100.1")


def test_a_hit_with_a_spammers_referrer_is_refused():
    assert Reason.SPAM == outcome(replace(HIT, referrer="https://semalt.com/"))


def test_the_page_of_a_spammer_may_be_reached_from_another_of_its_own():
    hit = replace(HIT, url="https://semalt.com/prices", referrer="https://semalt.com/")

    assert outcome(hit) is None


def test_a_visitor_is_known_under_the_salts_of_today_and_yesterday():
    hit = waiting()

    who = (1, "203.0.113.7", CHROME)
    assert (visitor_id(TODAY, *who), visitor_id(YESTERDAY, *who)) == (
        hit.visitor,
        hit.visitor_before,
    )


@pytest.mark.parametrize(
    ("sender", "rules"),
    [
        pytest.param(replace(SENDER, address="203.0.113.8"), {}, id="another address"),
        pytest.param(replace(SENDER, user_agent=f"{CHROME} Edg/142"), {}, id="another agent"),
        pytest.param(SENDER, {"pk": 2}, id="another site"),
    ],
)
def test_visitors_differ_by_address_agent_and_site(sender, rules):
    assert waiting().visitor != waiting(HIT, sender, **rules).visitor


def test_a_hit_that_tells_nothing_of_its_visitor_has_none_of_today_or_yesterday():
    hit = waiting(replace(HIT, no_visitor=True))

    assert (0, None, Flag.NO_VISITOR) == (hit.visitor, hit.visitor_before, hit.flags)


def test_without_the_salt_of_the_day_a_hit_is_to_be_sent_again():
    with pytest.raises(StorageDown):
        decide(HIT, SENDER, rules_with(), Germany(), NOW + timedelta(days=1))


OWN = Own(address="198.51.100.1", user_agent="Backend/1", time=NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    ("hit_key", "request_key", "believed"),
    [
        pytest.param(KEY, "", True, id="key of the hit"),
        pytest.param("", KEY, True, id="key of the request"),
        pytest.param("ff_other", KEY, False, id="the hit's before the request's"),
        pytest.param("", "ff_other", False, id="key of nobody"),
        pytest.param("", "", False, id="no key"),
    ],
)
def test_what_a_hit_says_of_its_sender_is_believed_with_a_key_of_the_site(
    hit_key, request_key, believed
):
    hit = replace(HIT, own=OWN, key=hit_key, bot=True)

    made = waiting(hit, replace(SENDER, key=request_key), bots="apart")

    said = (OWN.address, OWN.user_agent, OWN.time)
    address, agent, time = said if believed else (SENDER.address, CHROME, NOW)
    assert (visitor_id(TODAY, 1, address, f"{agent}\0bot"), agent, time.timestamp() * 1000) == (
        made.visitor,
        made.user_agent,
        made.time_ms,
    )


def test_a_time_that_is_still_to_come_is_now():
    hit = replace(HIT, own=Own(time=NOW + timedelta(hours=1)), key=KEY)

    assert NOW.timestamp() * 1000 == waiting(hit).time_ms


@pytest.mark.parametrize(("key", "reason"), [(KEY, Reason.ADDRESS), ("", None)])
def test_a_backend_with_a_key_names_its_visitor_first_of_the_forwarded_addresses(key, reason):
    sender = replace(SENDER, forwarded="198.51.100.1, 203.0.113.7", key=key)

    assert reason == outcome(HIT, sender, blocked_addresses="198.51.100.1")


@pytest.mark.parametrize(("said", "expected"), [("fr", "fr"), ("", "de")])
def test_a_language_that_the_client_names_goes_before_the_browsers(said, expected):
    assert expected == waiting(replace(HIT, language=said)).language


@pytest.mark.parametrize("watched", [True, False])
def test_an_accepted_hit_is_traced_where_somebody_watches(watched):
    assert watched == waiting(watched=watched).traced


def stands_still() -> float:
    return 1000.0


@pytest.mark.parametrize(
    ("times", "reason"), [(20, None), (21, Reason.ADDRESS_LIMIT)], ids=["full", "too much"]
)
def test_an_address_that_sends_too_much_is_refused(times, reason):
    assert reason == outcome(times=times, limits=Limits(2, 0, stands_still))


def test_a_sender_with_a_key_is_limited_by_its_site_alone():
    hit = replace(HIT, key=KEY)

    assert (None, Reason.SITE_LIMIT) == (
        outcome(hit, times=40, limits=Limits(2, 4, stands_still)),
        outcome(hit, times=41, limits=Limits(2, 4, stands_still)),
    )


def test_a_refused_hit_takes_nothing_from_what_its_site_may_get():
    limits = Limits(0, 1, stands_still)
    outcome(times=100, blocked_countries="DE", limits=limits)

    assert None is outcome(limits=limits)


def test_an_address_its_site_blocks_takes_nothing_from_what_it_may_send_elsewhere():
    limits = Limits(1, 0, stands_still)
    outcome(times=100, blocked_addresses="203.0.113.7", limits=limits)

    assert None is outcome(limits=limits)


def test_a_watched_site_shows_what_a_rule_refused_and_not_what_a_limit_did():
    refused = judged(watched=True, blocked_pages="/shop")
    limited = judged(watched=True, times=11, limits=Limits(1, 0, stands_still))

    assert ("page", None) == (refused.traced.waiting.refused, limited.traced)


WRONG_NAME = replace(HIT, site="shop.example")


def test_a_hit_for_no_site_is_shown_to_who_watches_the_site_of_its_page():
    made = judged(WRONG_NAME, watched=True)

    assert (0, 1, "unknown_site", "shop.example", HIT.url) == (
        made.site_id,
        made.traced.site_id,
        made.traced.waiting.refused,
        made.traced.waiting.unknown_site,
        made.traced.waiting.url,
    )


@pytest.mark.parametrize(
    ("hit", "watched"),
    [
        pytest.param(WRONG_NAME, False, id="nobody watches"),
        pytest.param(replace(WRONG_NAME, url="https://shop.example/"), True, id="another page"),
    ],
)
def test_a_hit_for_no_site_is_shown_to_nobody_else(hit, watched):
    assert Refused(Reason.UNKNOWN_SITE) == judged(hit, watched=watched)


def test_a_hit_for_no_site_is_not_shown_where_another_site_is_watched():
    known = replace(rules_with(), watch_ends=NOW + timedelta(minutes=1))

    assert Refused(Reason.UNKNOWN_SITE) == decide(WRONG_NAME, SENDER, known, Germany(), NOW)
