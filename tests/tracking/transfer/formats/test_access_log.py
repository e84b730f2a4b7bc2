"""Access logs as events, from the file to the figures."""

import gzip
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.canary.looking import in_files
from tests.factories import SiteFactory
from tests.hostile.strings import NAUGHTY, OURS
from tests.tracking.transfer.access_logs.lines import FIREFOX, IPV4, IPV6, caddy, combined
from tests.tracking.warehouse.sealing.sealed import by, totals
from tracking.models import Import, Site
from tracking.transfer.errors import ImportProblem
from tracking.transfer.formats import guess
from tracking.transfer.formats.sample import sample
from tracking.transfer.importing import run

pytestmark = pytest.mark.django_db

BOT = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
)


def log(path: Path, *lines: str | bytes) -> Path:
    raw = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def brought(site: Site, *paths: Path, log_format: str = "", **options: Any) -> Import:
    told = {"log_format": log_format} if log_format else {}
    job = Import.objects.create(site=site, file_name=paths[0].name, options=told)
    run(job, paths, "access-log", **options)
    return job


def minute(number: int) -> str:
    return f"10/Mar/2026:13:{number:02}:00 +0000"


@pytest.fixture
def site() -> Site:
    return SiteFactory(domain="example.com")


def test_requests_for_pages_are_pageviews_of_visits(site: Site, tmp_path: Path):
    job = brought(
        site,
        log(
            tmp_path / "access.log",
            combined("/", time=minute(0)),
            combined("/style.css", time=minute(0)),
            combined("/about?utm_source=x&token=y", time=minute(4)),
            combined("/", time=minute(45)),
            combined("/", time=minute(5), address=IPV6, agent=SAFARI),
            combined("/gone", time=minute(6), address=IPV6, agent=SAFARI, status=404),
            combined("/", time=minute(7), agent=BOT),
        ),
    )

    assert (2, 3, 4) == totals(site)[:3]
    assert {"/": 3, "/about": 1} == {
        page: views for page, (views,) in by(site, "event:page", ("pageviews",)).items() if views
    }
    assert {"pageview": (4,), "404": (1,)} == by(site, "event:name", ("events",))
    assert {"Firefox": (2,), "Safari": (1,)} == by(site, "visit:browser", ("visits",))
    assert (5, 0) == (job.events, job.refused)
    assert {
        "Files that pages are made of, feeds, and other files for programs": 1,
        "Requests of bots": 1,
    } == dict(job.left_out)


def test_damaged_lines_are_refused_by_number_and_the_others_stored(site: Site, tmp_path: Path):
    job = brought(
        site,
        log(
            tmp_path / "access.log",
            combined(),
            f"{IPV4} cut in the mid",
            b"\xff\xfe\x00 " + IPV4.encode(),
            IPV4 + "a" * 100_000,
            combined(time=f"{IPV4} +0000"),
            combined(time="10/Mar/1996:13:55:36 +0100"),
            f'{IPV4} - - [{minute(1)}] "\\x16\\x03\\x01" 400 150 "-" "-"',
            combined(f"/{'a' * 9000}"),
            "",
        ),
    )

    assert 1 == job.events
    assert [
        [2, "It does not have the form of the log's other lines."],
        [3, "It is not UTF-8."],
        [4, "It is longer than 32 KB."],
        [5, "Its time is none that servers write."],
        [6, "Its timestamp lies before the year 2000."],
        [8, "Its url has more than 8000 characters."],
    ] == [list(each) for each in job.refusals]
    assert {"What is no request of HTTP": 1} == dict(job.left_out)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)], ids=["in order", "in another"])
def test_rotated_logs_are_one_log_in_any_order(site: Site, tmp_path: Path, order: Sequence[int]):
    # A visit goes on from each file to the next.
    paths = [
        log(tmp_path / "access.log.2.gz", combined("/1", time=minute(0))),
        log(tmp_path / "access.log.1", combined("/2", time=minute(10))),
        log(tmp_path / "access.log", combined("/3", time=minute(20))),
    ]

    brought(site, *(paths[n] for n in order))

    assert (1, 1, 3) == totals(site)[:3]
    assert {"/1": (1,)} == by(site, "visit:entry_page", ("visits",))
    assert {"/3": (1,)} == by(site, "visit:exit_page", ("visits",))


def test_log_that_has_grown_adds_what_is_new(site: Site, tmp_path: Path):
    lines = [combined(time=minute(1)), combined(time=minute(1)), combined("/b", time=minute(2))]
    brought(site, log(tmp_path / "access.log", *lines[:2]))

    job = brought(site, log(tmp_path / "access.log.1.gz", *lines, lines[0]))

    assert (2, 2) == (job.events, job.known)
    assert (1, 4) == (totals(site)[0], totals(site)[2])


def test_log_of_caddy_is_read(site: Site, tmp_path: Path):
    job = brought(
        site,
        log(
            tmp_path / "caddy.log",
            caddy("/", Referer="https://www.google.com/"),
            caddy("/next", Sec_Purpose="prefetch"),
            caddy("/data", Sec_Fetch_Dest="empty"),
            caddy("/hidden", Sec_Gpc="1"),
        ),
    )

    assert {"Google": (1,)} == by(site, "visit:source", ("visits",))
    assert {
        "What browsers asked for ahead of time, or for a part of a page": 2,
        "Requests of visitors who ask not to be counted": 1,
    } == dict(job.left_out)


def test_log_is_read_by_the_format_of_its_server(site: Site, tmp_path: Path):
    line = f"{minute(1)}|{IPV4}|GET /a HTTP/1.1|200|{FIREFOX}"

    brought(
        site,
        log(tmp_path / "access.log", line),
        log_format="'$time_local|$remote_addr|$request|$status|$http_user_agent'",
    )

    assert {"/a": (1,)} == by(site, "event:page", ("pageviews",))


@pytest.mark.parametrize(
    ("log_format", "sentence"),
    [("", "Say which they have with --log-format"), ("%h %z", "has no time")],
    ids=["unknown", "of no use"],
)
def test_log_of_no_known_form_is_refused(site: Site, tmp_path: Path, log_format, sentence):
    with pytest.raises(ImportProblem, match=sentence):
        brought(site, log(tmp_path / "access.log", "a b c"), log_format=log_format)


@pytest.mark.parametrize("name", ["access.log.2.gz", "anything"])
def test_log_is_recognised_by_its_lines(tmp_path: Path, name: str):
    path = log(tmp_path / name, combined(), combined("/b"), combined()[:-30])

    assert "access-log" == guess(sample(name, path.read_bytes())).name


def test_figures_are_those_of_a_plain_recount(site: Site, tmp_path: Path):
    choice = random.Random(3)
    begin = datetime(2026, 3, 8, 20, tzinfo=UTC)
    requests = [
        (
            begin + timedelta(seconds=choice.randrange(3 * 86_400)),
            f"203.0.113.{choice.randrange(9)}",
            choice.choice((FIREFOX, SAFARI, BOT)),
            choice.choice(("/", "/a", "/b.png")),
        )
        for _ in range(400)
    ]
    lines = (
        combined(page, address=address, agent=agent, time=f"{time:%d/%b/%Y:%H:%M:%S} +0000")
        for time, address, agent, page in requests
    )
    seen = [(time.date(), address, agent) for time, address, agent, page in requests
            if agent != BOT and page != "/b.png"]  # fmt: skip

    brought(site, log(tmp_path / "access.log", *lines))

    assert (len(set(seen)), len(seen)) == (totals(site)[0], totals(site)[2])


def test_hostile_texts_are_stored_or_refused(site: Site, tmp_path: Path):
    chosen = [*OURS, *NAUGHTY[::8]]
    texts = [text.replace("\n", "").encode(errors="replace").decode() for text in chosen]
    lines = [
        line
        for text in texts
        for line in (
            combined(f"/{text}"),
            combined(f"/{quote(text)}", status=404),
            combined(referrer=f"https://{text}"),
            combined(agent=text),
            text,
            caddy(f"/{text}", Referer=text, Accept_Language=text),
        )
    ]

    job = brought(site, log(tmp_path / "access.log", combined(), *lines))

    counted = job.events + job.refused + sum(count for _, count in job.left_out)
    assert sum(1 for line in (combined(), *lines) if line.strip()) == counted
    assert job.events > 2 * len(texts)


@pytest.mark.parametrize("address", [IPV4, IPV6])
def test_addresses_are_in_no_file_and_no_report(site: Site, data: Path, tmp_path_factory, address):
    path = log(
        tmp_path_factory.mktemp("logs") / "access.log",
        combined(address=address),
        combined("/missing", address=address, status=404),
        f"{address} cut in the mid",
        combined(address=address, time="never"),
        combined(address=address, agent=BOT),
    )
    found: list[str] = []

    job = brought(site, path, gathered=lambda lines: found.extend(in_files(data, address)))

    assert ([], []) == (found, in_files(data, address))
    assert (2, 2) == (job.events, job.refused)
    assert address not in repr([vars(each) for each in Import.objects.all()])


def test_same_log_brings_what_a_new_name_of_the_site_lets_count(site: Site, tmp_path: Path):
    ours = f"example.com:443 {combined('/')}"
    path = log(tmp_path / "a.log", ours, f"old.example:443 {combined('/before')}", ours)
    first = brought(site, path)
    site.aliases.create(name="old.example")

    second = brought(site, path)

    left_out = [("Requests for hosts that are no name of the site", 1)]
    assert (2, left_out) == (first.events, first.left_out)
    assert (1, 2, []) == (second.events, second.known, second.left_out)
    with pytest.raises(ImportProblem, match="was imported on"):
        brought(site, path)
