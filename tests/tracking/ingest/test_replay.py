"""A file of hits that nginx wrote: each becomes a waiting hit once, without a visitor."""

import json
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import decode
from msgspec.structs import asdict

from tests.factories import SiteFactory
from tests.server import CHROME
from tracking.ingest import replay as replaying
from tracking.ingest.hit import WaitingHit
from tracking.ingest.replay import Broken, Report, line_of, replay
from tracking.models import InboxHit, LedgerEntry, RefusalCount, Site

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DOMAIN = "example.com"


def request_id(number: int) -> str:
    return f"{number:032x}"


def fields(number: int = 1, **changed: object) -> dict[str, object]:
    return {
        "time": (NOW - timedelta(minutes=10)).timestamp(),
        "id": request_id(number),
        "method": "POST",
        "uri": "/api/event",
        "host": "stats.example",
        "content_type": "text/plain",
        "referer": "",
        "user_agent": CHROME,
        "language": "de-DE",
        "dnt": "",
        "gpc": "",
        "body": json.dumps({"n": "pageview", "d": DOMAIN, "u": f"https://{DOMAIN}/{number}"}),
        **changed,
    }


def line(number: int = 1, **changed: object) -> bytes:
    return orjson.dumps(fields(number, **changed)) + b"\n"


def pageview(**more: object) -> str:
    return json.dumps({"n": "pageview", "d": DOMAIN, "u": f"https://{DOMAIN}/", **more})


def waiting() -> list[dict]:
    hits = InboxHit.objects.order_by("id")
    return [asdict(decode(hit.payload, type=WaitingHit)) for hit in hits]


def urls() -> list[str]:
    return [hit["url"] for hit in waiting()]


@pytest.fixture
def site(db) -> Site:
    return SiteFactory(domain=DOMAIN)


def test_a_line_becomes_a_waiting_hit_of_its_time_without_visitor_and_place(site):
    replay([line()], NOW)

    [hit] = waiting()
    assert {
        "time_ms": int((NOW - timedelta(minutes=10)).timestamp() * 1000),
        "url": "https://example.com/1",
        "visitor": 0,
        "visitor_before": None,
        "country": "",
        "user_agent": CHROME,
        "language": "de-DE",
        "flags": "no_visitor",
    } == {
        name: hit[name]
        for name in (
            "time_ms",
            "url",
            "visitor",
            "visitor_before",
            "country",
            "user_agent",
            "language",
            "flags",
        )
    }


def test_a_time_ahead_of_the_clock_becomes_now(site):
    replay([line(time=(NOW + timedelta(hours=1)).timestamp())], NOW)

    assert [int(NOW.timestamp() * 1000)] == [hit["time_ms"] for hit in waiting()]


def test_a_hit_without_a_body_is_read_from_the_address(site):
    replay([line(method="GET", uri=f"/visit/{DOMAIN}/visited?event=Sign%20up", body="")], NOW)

    assert [("Sign up", "https://example.com/")] == [(hit["name"], hit["url"]) for hit in waiting()]


def test_replaying_again_stores_nothing_twice(site):
    lines = [line(1), line(2)]

    reports = [replay(lines, NOW), replay(lines, NOW)]

    assert [Report(stored=2), Report(known=2)] == reports
    assert ["https://example.com/1", "https://example.com/2"] == urls()


def test_a_line_that_stands_twice_in_a_file_is_stored_once(site):
    assert Report(stored=1, known=1) == replay([line(1), line(1)], NOW)
    assert ["https://example.com/1"] == urls()


def test_what_the_server_had_stored_under_the_request_is_known(site):
    LedgerEntry.objects.create(site_id=site.pk, hit_id=request_id(1), accepted_at=NOW)

    assert Report(known=1) == replay([line(1)], NOW)


def test_a_hit_with_an_id_of_its_own_is_known_by_that(site):
    LedgerEntry.objects.create(site_id=site.pk, hit_id="own", accepted_at=NOW)

    assert Report(known=1) == replay([line(body=pageview(id="own"))], NOW)


def test_the_hits_of_one_request_are_told_apart(site):
    SiteFactory(domain="example.org")

    replay([line(body=pageview(d="example.com,example.org"))], NOW)

    assert {request_id(1), f"{request_id(1)}.2"} == set(
        LedgerEntry.objects.values_list("hit_id", flat=True)
    )


def test_more_lines_than_a_group_are_all_stored(site, monkeypatch):
    monkeypatch.setattr(replaying, "GROUP", 2)

    report = replay([line(number) for number in range(1, 6)], NOW)

    assert Report(stored=5) == report
    assert 5 == len(waiting())


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"user_agent": "Googlebot/2.1"}, "bot", id="bot"),
        pytest.param({"dnt": "1"}, "opted_out", id="do-not-track"),
        pytest.param({"gpc": "1"}, "opted_out", id="privacy-control"),
        pytest.param({"body": pageview(d="nobody.example")}, "unknown_site", id="unknown-site"),
        pytest.param({"body": "{"}, "malformed", id="no-json"),
        pytest.param({"body": pageview() + " " * 17_000}, "malformed", id="too-large"),
        pytest.param({"method": "PUT"}, "malformed", id="method"),
        pytest.param({"uri": "/elsewhere"}, "malformed", id="no-wire-format"),
        pytest.param({"time": (NOW - timedelta(days=7)).timestamp()}, "too_old", id="too-old"),
    ],
)
def test_a_refused_hit_is_told_with_its_reason_and_not_stored(site, changed, reason):
    report = replay([line(**changed)], NOW)

    assert Report(refused={reason: 1}) == report
    assert ([], 0) == (waiting(), RefusalCount.objects.count())


def test_a_bot_that_the_site_counts_apart_has_both_flags(site):
    Site.objects.update(bots=Site.Bots.APART)

    replay([line(user_agent="Googlebot/2.1")], NOW)

    assert ["bot,no_visitor"] == [hit["flags"] for hit in waiting()]


def test_a_line_that_the_ledger_surely_remembers_is_stored(site):
    recent = line(time=(NOW - timedelta(days=6, hours=22)).timestamp())

    assert Report(stored=1) == replay([recent], NOW)


def test_a_path_is_read_as_the_server_would(site):
    hit = line(method="GET", uri="/image/ex%61mple.com.gif", body="")

    assert Report(stored=1) == replay([hit], NOW)


@override_settings(SITE_RATE=0.1, ADDRESS_RATE=0.1)
def test_limits_take_nothing_from_a_file(site):
    assert Report(stored=3) == replay([line(number) for number in range(3)], NOW)


def test_older_lines_are_stored_where_asked(site):
    old = line(time=(NOW - timedelta(days=30)).timestamp())

    assert Report(stored=1) == replay([old], NOW, older=True)


def test_broken_lines_are_told_by_number_and_the_others_stored(site):
    lines = [b"nonsense\n", line(1), b"[]\n", line(2, id="short"), line(3, body=None)]

    assert Report(stored=1, broken=[1, 3, 4, 5]) == replay(lines, NOW)


def test_a_cut_last_line_is_no_broken_one(site):
    assert Report(stored=1, cut=True) == replay([line(1), line(2)[:-20]], NOW)


def test_a_complete_last_line_needs_no_line_break(site):
    assert Report(stored=1) == replay([line(1).rstrip()], NOW)


VALUES = st.one_of(st.text(), st.floats(), st.integers(-(2**63), 2**64 - 1))
OBJECTS = st.fixed_dictionaries({}, optional=dict.fromkeys(fields(), VALUES))


@given(st.one_of(st.binary(), OBJECTS.map(lambda found: json.dumps(found).encode())))
def test_any_line_is_read_or_broken(data):
    try:
        line_of(data)
    except Broken:
        return


def test_the_command_says_what_became_of_the_file(site, tmp_path, capsys):
    path = tmp_path / "hits.log"
    recent = datetime.now(UTC).timestamp()
    path.write_bytes(line(1, time=recent) + b"x\n" + line(2, dnt="1", time=recent) + b'{"time":1')

    call_command("hits_replay", str(path))

    assert (
        "Stored: 1\nAlready known: 0\nRefused: 1 (opted_out 1)\nBroken: 1 (lines 2)\n"
        "The last line is cut: it was left out.\n"
    ) == capsys.readouterr().out
    assert path.exists()


def test_a_missing_file_ends_the_command_with_a_sentence(db, tmp_path):
    with pytest.raises(CommandError, match=r"cannot be read: No such file or directory\."):
        call_command("hits_replay", str(tmp_path / "none"))


def test_a_database_that_is_away_ends_the_command_with_a_sentence(site, tmp_path, monkeypatch):
    def away(*_arguments: object) -> None:
        raise OperationalError

    monkeypatch.setattr(replaying, "commit", away)
    path = tmp_path / "hits.log"
    path.write_bytes(line(time=datetime.now(UTC).timestamp()))

    with pytest.raises(CommandError, match="Run the command again later"):
        call_command("hits_replay", str(path))
