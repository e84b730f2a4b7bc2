from dataclasses import replace
from typing import Any

import pytest

from tests.factories import SiteFactory
from tests.tracking.ingest.mmdb import city_file
from tests.tracking.transfer.access_logs.lines import FIREFOX, IPV4, IPV6, TIME
from tracking.models import FileSalt, SiteAlias
from tracking.transfer.access_logs.entry import entry_of
from tracking.transfer.access_logs.reader import Reader, record_key
from tracking.transfer.access_logs.requests import Uncounted

pytestmark = pytest.mark.django_db

ENTRY = entry_of(
    {"address": IPV4, "time": TIME, "request": "GET /a?utm_source=x HTTP/1.1", "status": "200",
     "user_agent": FIREFOX, "referrer": "https://ref.example/", "language": "de-AT,de;q=0.9"}
)  # fmt: skip
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture(autouse=True)
def _everybody_in_paris(settings: Any, tmp_path: Any) -> None:
    settings.GEOIP_FILE = tmp_path / "city.mmdb"
    settings.GEOIP_FILE.write_bytes(city_file())


def reader(**rules: Any) -> Reader:
    return Reader(SiteFactory(domain="example.com", **rules))


def test_request_has_the_fields_that_a_hit_would_have():
    fields = reader().fields(ENTRY)

    visitor = fields.pop("visitor")
    assert {
        "timestamp": "2026-03-10T12:55:36+00:00",
        "name": "pageview",
        "url": "https://example.com/a?utm_source=x",
        "referrer": "https://ref.example/",
        "country": "FR",
        "region": "Ile-de-France",
        "city": "Paris",
        "browser": "Firefox",
        "browser_version": "128.0",
        "os": "GNU/Linux",
        "os_version": "",
        "device": "Desktop",
        "language": "de-AT",
        "props": {},
        "flags": "",
    } == fields
    assert 0 < int(str(visitor), 16) + 2**63


@pytest.mark.parametrize(
    ("rules", "change", "reason"),
    [
        ({}, {"user_agent": BOT}, Uncounted.BOT),
        ({}, {"user_agent": "curl/8.5.0"}, Uncounted.BOT),
        ({}, {"user_agent": "Mozilla/5.0 HeadlessChrome/120.0"}, Uncounted.BOT),
        ({}, {"user_agent": ""}, Uncounted.NO_AGENT),
        ({}, {"referrer": "https://semalt.com/"}, Uncounted.SPAM),
        ({}, {"opts_out": True}, Uncounted.OPTED_OUT),
        ({"blocked_addresses": "203.0.113.0/24"}, {}, Uncounted.ADDRESS),
        ({"blocked_countries": "FR"}, {}, Uncounted.COUNTRY),
        ({"blocked_pages": "/a*"}, {}, Uncounted.PAGE),
        ({"allowed_hostnames": "shop.example.com"}, {"host": "example.com"}, Uncounted.HOST),
        ({}, {"host": "other.example"}, Uncounted.HOST),
        ({}, {"host": "notexample.com"}, Uncounted.HOST),
        ({}, {"method": "POST"}, Uncounted.METHOD),
    ],
)
def test_request_that_the_site_does_not_count_is_left_out(rules, change, reason):
    assert reason == reader(**rules).fields(replace(ENTRY, **change))


@pytest.mark.parametrize(
    ("rules", "host", "url"),
    [
        ({}, "", "https://example.com/a"),
        ({}, "www.example.com", "https://www.example.com/a"),
        ({}, "shop.example.com", "https://shop.example.com/a"),
        ({"allowed_hostnames": "*.elsewhere.example"}, "a.elsewhere.example",
         "https://a.elsewhere.example/a"),
    ],
    ids=["none", "www", "below", "allowed"],
)  # fmt: skip
def test_page_is_on_the_host_that_the_log_names(rules, host, url):
    assert url == reader(**rules).fields(replace(ENTRY, host=host, target="/a"))["url"]


def test_another_name_of_the_site_is_its_own():
    site = SiteFactory(domain="example.com")
    SiteAlias.objects.create(site=site, name="example.org")

    assert (
        "https://example.org/a"
        == Reader(site).fields(replace(ENTRY, host="example.org", target="/a"))["url"]
    )


def test_opting_out_is_not_asked_where_the_site_does_not_honour_it():
    fields = reader(honour_opt_out=False).fields(replace(ENTRY, opts_out=True))

    assert "pageview" == fields["name"]


def test_request_in_a_log_without_agents_counts():
    fields = reader().fields(replace(ENTRY, user_agent="", logs_agents=False))

    assert ("pageview", "") == (fields["name"], fields["browser"])


def test_bot_that_is_counted_apart_is_a_visitor_of_its_own():
    apart = reader(bots="apart")

    person, bot = apart.fields(ENTRY), apart.fields(replace(ENTRY, user_agent=BOT))

    assert ("", "bot") == (person["flags"], bot["flags"])
    assert person["visitor"] != bot["visitor"]


def test_place_is_as_precise_as_the_site_keeps_it():
    fields = reader(place_precision="country").fields(ENTRY)

    assert ("FR", "", "") == (fields["country"], fields["region"], fields["city"])


def test_visitor_is_address_and_agent_on_a_day():
    read = reader()
    later = replace(ENTRY, time=ENTRY.time.replace(hour=23))
    others = [
        replace(ENTRY, address=IPV6),
        replace(ENTRY, user_agent=f"{FIREFOX} "),
        replace(ENTRY, time=ENTRY.time.replace(day=11)),
    ]

    visitor = read.fields(ENTRY)["visitor"]

    assert visitor == read.fields(later)["visitor"]
    assert 4 == len({visitor, *(read.fields(other)["visitor"] for other in others)})


def test_visitor_is_known_for_as_long_as_the_site_knows_visitors():
    read = reader(visitor_days=30)
    # Blocks of days begin on the same days for all files.
    days = [read.fields(replace(ENTRY, time=ENTRY.time.replace(day=day))) for day in range(1, 31)]

    assert 2 == len({fields["visitor"] for fields in days})


def test_visitor_is_the_same_in_another_log_of_the_day():
    site = SiteFactory(domain="example.com")

    assert Reader(site).fields(ENTRY) == Reader(site).fields(ENTRY)
    assert 1 == FileSalt.objects.count()


def test_visitor_is_another_once_the_salt_is_gone():
    site = SiteFactory(domain="example.com")
    before = Reader(site).fields(ENTRY)
    FileSalt.objects.all().delete()

    assert before["visitor"] != Reader(site).fields(ENTRY)["visitor"]


def test_time_that_cannot_be_makes_no_salt():
    reader().fields(replace(ENTRY, time=ENTRY.time.replace(year=1970)))

    assert 0 == FileSalt.objects.count()


def test_key_of_a_record_knows_nothing_of_the_address():
    assert record_key(ENTRY) == record_key(replace(ENTRY, address=IPV6))
    assert record_key(ENTRY) != record_key(replace(ENTRY, target="/b"))
