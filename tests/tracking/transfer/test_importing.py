"""What becomes of files: stored whole and once, or not at all."""

import gzip
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import OperationalError
from django.utils import timezone

from tests.factories import SiteFactory
from tests.tracking.transfer.files import imported, written
from tests.tracking.warehouse.sealing.sealed import by, seal, sealed_files, totals, visit
from tracking.models import Event, Import, SealedSegment
from tracking.transfer import importing, staging
from tracking.transfer.errors import ImportProblem
from tracking.warehouse.sealing.turn import turn

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def at(minutes: float, **more: Any) -> dict[str, Any]:
    return {"timestamp": (NOON + minutes * MINUTE).isoformat(), **more}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events.ndjson"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([at(0), at(29.99)], (1, 1), id="under-30-minutes"),
        pytest.param([at(0), at(30)], (1, 2), id="30-minutes"),
        pytest.param([at(50), at(0), at(25)], (1, 1), id="any-order"),
        pytest.param([at(0), at(1, visitor="bob")], (2, 2), id="two-visitors"),
        pytest.param(
            [at(0), at(25, name="engagement"), at(50)], (1, 1), id="engagement-keeps-it-open"
        ),
        pytest.param([at(0, name="engagement"), at(1)], (1, 1), id="engagement-opens-none"),
        pytest.param([at(0, visit="a"), at(300, visit="a")], (1, 1), id="as-the-file-says"),
        pytest.param([at(0, visit="a"), at(1, visit="b")], (1, 2), id="two-by-the-file"),
        pytest.param([at(0, visitor=""), at(1)], (1, 1), id="unknown-visitor-has-none"),
    ],
)
def test_visitors_and_visits(file: Path, lines: list, expected: tuple):
    site = SiteFactory()

    imported(site, written(file, *lines))

    assert expected == totals(site)[:2]


def test_sequence_settles_the_order_of_equal_times(file: Path):
    site = SiteFactory()
    pages = [("/b", 2), ("/a", 1), ("/c", 3)]
    lines = [{"url": f"https://example.com{path}", "sequence": n} for path, n in pages]

    imported(site, written(file, *lines))

    assert ({"/a": (1, 1)}, {"/c": (1, 1)}) == (
        by(site, "visit:entry_page"),
        by(site, "visit:exit_page"),
    )


def test_visit_has_its_first_event_s_source_and_place(file: Path):
    site = SiteFactory()

    imported(
        site,
        written(
            file,
            at(2, country="FR", referrer="https://www.bing.com/"),
            at(0, name="engagement", country="US"),
            at(1, country="de", referrer="https://www.google.com/"),
        ),
    )

    assert ({"DE": (1, 1)}, {"Google": (1, 1)}, {"Organic Search": (1, 1)}) == (
        by(site, "visit:country"),
        by(site, "visit:source"),
        by(site, "visit:channel"),
    )


@pytest.mark.parametrize(
    ("line", "dimension", "value"),
    [
        pytest.param(
            {"url": "https://www.Example.com/%C3%BC?a=1"}, "event:page", "/ü", id="readable-path"
        ),
        pytest.param(
            {"url": "https://www.Example.com/"}, "event:hostname", "example.com", id="host"
        ),
        pytest.param({"path": "/given"}, "event:page", "/given", id="given-path"),
        pytest.param(
            {"url": "https://e.example/?utm_medium=email"}, "visit:utm_medium", "email", id="utm"
        ),
        pytest.param(
            {"url": "https://e.example/?utm_medium=email", "utm_medium": ""},
            "visit:utm_medium",
            "(not set)",
            id="given-blank",
        ),
        pytest.param(
            {"url": "https://e.example/?utm_medium=email"}, "visit:channel", "Email", id="channel"
        ),
        pytest.param(
            {"referrer": "https://t.co/x", "source": "Mine"}, "visit:source", "Mine", id="given"
        ),
        pytest.param(
            {"referrer": "https://www.a.example/b/"}, "visit:referrer", "a.example/b", id="referrer"
        ),
        pytest.param({"props": {"plan": 3}}, "event:props:plan", "3", id="props"),
    ],
)
def test_what_a_line_does_not_say_is_told_from_its_addresses(
    file: Path, line: dict, dimension: str, value: str
):
    site = SiteFactory()

    imported(site, written(file, line))

    assert {value: (1, 1)} == by(site, dimension)


def test_name_of_a_blank_value_is_stored_blank(file: Path, data: Path):
    imported(SiteFactory(), written(file, {"browser": "(not set)", "source": "Direct / None"}))

    events = duckdb.read_parquet(f"{data}/warehouse/v1/events/*.parquet")
    assert [("", "")] == events.select("browser, source").fetchall()


REFUSED = [
    ("nonsense", "It is no JSON object."),
    ('{"name": "pageview"', "It is no JSON object."),
    ({"visitor": None}, "It has no visitor."),
    ({"url": None}, "It has no url."),
    ({"name": ""}, "Its name must have 1 to 120 characters."),
    ({"timestamp": "yesterday"}, "Its timestamp is no time such as 2026-03-10T12:00:00Z."),
    ({"timestamp": "1999-12-31T23:59:59Z"}, "Its timestamp lies before the year 2000."),
    ({"timestamp": "2999-01-01T00:00:00Z"}, "Its timestamp lies in the future."),
    ({"scroll_depth": 101}, "Its scroll_depth is no number from 0 to 100."),
    ({"engaged_ms": "long"}, "Its engaged_ms is no number of milliseconds."),
    ({"sequence": 2**64}, "Its sequence is no whole number."),
    ({"interactive": "perhaps"}, "Its interactive is neither true nor false."),
    ({"props": "plan"}, "Its props are no object of texts."),
    ({"revenue_amount": "NaN"}, "Its revenue_amount is no number, or too large."),
    ({"revenue_currency": "euro"}, "Its revenue_currency is no code such as EUR."),
    ({"country": "Germany"}, "Its country is no code such as DE."),
    ({"flags": "human"}, "Its flags are other than bot and no_visitor."),
    ({"title": "a\0b"}, "It has a NUL character."),
    ({"city": "x" * 8001}, "Its city has more than 8000 characters."),
    ({"url": "https://[example.com/"}, "Its url is no address."),
]


def test_bad_lines_are_refused_by_number_and_the_others_stored(file: Path):
    site = SiteFactory()
    bad = [line for line, _ in REFUSED]

    job = imported(site, written(file, {}, *bad, "", at(1)))

    expected = [[number, reason] for number, (_, reason) in enumerate(REFUSED, 2)]
    assert (expected, 20, 2) == ([list(row) for row in job.refusals], job.refused, job.events)
    assert (1, 1, 2) == totals(site)[:3]


def test_clock_that_is_less_than_an_hour_ahead_is_believed(file: Path):
    times = [timezone.now() + timedelta(minutes=minutes) for minutes in (50, 70)]

    job = imported(SiteFactory(), written(file, *({"timestamp": t.isoformat()} for t in times)))

    assert (1, [(2, "Its timestamp lies in the future.")]) == (job.events, job.refusals)


def test_line_that_is_not_utf8_is_refused(file: Path):
    good = b'{"timestamp":"2026-03-10T12:00:00Z","visitor":"a","name":"a","url":"/"}\n'
    file.write_bytes(b"\xef\xbb\xbf" + good + good.replace(b'"a"', b'"\xff"') + good)

    job = imported(SiteFactory(), file)

    assert (2, [(2, "It is not UTF-8.")]) == (job.events, job.refusals)


@pytest.mark.parametrize("block", [50, 200], ids=["alone", "behind-another"])
def test_enormous_line_is_refused_and_not_held(
    file: Path, monkeypatch: pytest.MonkeyPatch, block: int
):
    monkeypatch.setattr("tracking.transfer.reading.BLOCK_BYTES", block)
    monkeypatch.setattr("tracking.transfer.reading.LONGEST_LINE", 1000)

    job = imported(SiteFactory(), written(file, {}, {"title": "x" * 5000}, at(1)))

    assert (2, [(2, "It is longer than a megabyte.")]) == (job.events, job.refusals)


def test_strict_import_stores_nothing_when_a_line_is_refused(file: Path):
    site = SiteFactory()

    with pytest.raises(ImportProblem, match=r"Refused lines: 1\. Nothing"):
        imported(site, written(file, {}, "nonsense"), strict=True)

    assert (0, set()) == (SealedSegment.objects.count(), sealed_files())


def test_same_file_again_adds_nothing_unless_asked_for(file: Path):
    site = SiteFactory()
    imported(site, written(file, {}))

    with pytest.raises(ImportProblem, match=r"This file was imported on .* \(events: 1\)"):
        imported(site, file)
    once = totals(site)
    imported(site, file, again=True)

    assert ((1, 1, 1), (1, 2, 2)) == (once[:3], totals(site)[:3])


def test_file_without_a_line_that_can_be_read_is_none(file: Path):
    site = SiteFactory()

    with pytest.raises(ImportProblem, match="No line of the file can be read"):
        imported(site, written(file, "nonsense", "more"))

    (job,) = Import.objects.all()
    assert (2, [[1, "It is no JSON object."], [2, "It is no JSON object."]]) == (
        job.refused,
        job.refusals,
    )


def test_killed_while_lines_gather_goes_on_there(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tracking.transfer.reading.BLOCK_BYTES", 10)
    site, taken, failing = SiteFactory(), [], [3]
    whole = staging.Worker.take

    def take(self: staging.Worker, n: int, block: Any) -> None:
        if n in failing:
            failing.remove(n)
            raise OperationalError("the process is gone")
        taken.append(n)
        whole(self, n, block)

    monkeypatch.setattr(staging.Worker, "take", take)
    written(file, *[at(minute) for minute in range(6)])
    with pytest.raises(OperationalError):
        imported(site, file)
    assert 0 == SealedSegment.objects.count()

    imported(site, file)

    assert [0, 1, 2, 3, 4, 5] == sorted(taken)
    assert (1, 1, 6) == totals(site)[:3]


def test_run_that_was_killed_is_forgotten_when_its_file_is_imported(file: Path):
    site = SiteFactory()
    killed = Import.objects.create(
        site=site, fingerprint=sha256(written(file, {}).read_bytes()).hexdigest()
    )

    imported(site, file)

    assert not Import.objects.filter(pk=killed.pk).exists()


def test_killed_before_the_last_commit_stores_nothing_and_then_once(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    site = SiteFactory()
    written(file, {}, at(24 * 60))
    with monkeypatch.context() as killing:
        killing.setattr(importing, "next_generation", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imported(site, file)
    assert (0, 0) == (SealedSegment.objects.count(), totals(site)[0])

    imported(site, file)

    assert (1, 2, 2) == totals(site)[:3]
    assert 2 == len(sealed_files())


def test_cancelled_import_stores_nothing(file: Path, data: Path):
    site = SiteFactory()

    with pytest.raises(ImportProblem, match="cancelled"):
        imported(
            site,
            written(file, {}),
            progress=lambda job: Import.objects.update(state=Import.State.CANCELLED),
        )

    assert (0, []) == (SealedSegment.objects.count(), list((data / "imports").iterdir()))


def test_import_that_is_cancelled_at_the_last_moment_stores_nothing(file: Path):
    site = SiteFactory()

    with pytest.raises(ImportProblem, match="cancelled"):
        imported(
            site,
            written(file, {}),
            # The file of its only day is written.
            storing=lambda n, of: Import.objects.update(state=Import.State.CANCELLED),
        )

    assert (0, 0) == (SealedSegment.objects.count(), totals(site)[0])


def test_import_into_a_site_that_is_gone_stores_nothing(file: Path):
    site = SiteFactory()

    with pytest.raises(ImportProblem, match="cancelled"):
        imported(site, written(file, {}), progress=lambda job: site.delete())

    assert 0 == SealedSegment.objects.count()


def test_full_disk_is_told_and_nothing_stored(file: Path, monkeypatch: pytest.MonkeyPatch):
    def write(*args: Any, **more: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(importing, "write_segment", write)
    with pytest.raises(ImportProblem, match="The disk is full"):
        imported(SiteFactory(), written(file, {}))

    assert 0 == SealedSegment.objects.count()


def test_import_waits_for_its_turn(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importing, "LONGEST_WAIT", -1.0)

    with turn(), pytest.raises(ImportProblem, match="Sealing takes very long"):
        imported(SiteFactory(), written(file, {}))


def test_imported_visits_stay_beside_existing_ones_and_out_of_the_event_table(file: Path):
    site = SiteFactory()
    visit(site, ["/live"], start=NOON)

    imported(site, written(file, at(1)))

    assert (2, 2, 2) == totals(site)[:3]
    assert 1 == Event.objects.count()


def test_visitor_of_two_files_is_one_though_the_first_was_settled(file: Path, tmp_path: Path):
    site = SiteFactory()
    imported(site, written(file, {}))
    seal(datetime.now(UTC) + timedelta(days=5))
    assert [True] == list(
        SealedSegment.objects.filter(removed_at=None).values_list("final", flat=True)
    )

    imported(site, written(tmp_path / "next.ndjson", at(24 * 60)))

    assert (1, 2, 2) == totals(site)[:3]


def test_compressed_file_is_read(file: Path):
    plain = written(file, {})
    packed = file.with_suffix(".gz")
    packed.write_bytes(gzip.compress(plain.read_bytes()))

    assert 1 == imported(SiteFactory(), packed).events


def test_csv_lines_are_refused_by_number(tmp_path: Path):
    file = tmp_path / "events.csv"
    file.write_text(
        "timestamp,visitor,name,url,title,extra\n"
        '2026-03-10T12:00:00Z,ann,pageview,https://e.example/,"two\nlines, one cell",\n'
        "2026-03-10T12:00:00Z,ann,pageview\n"
        "yesterday,ann,pageview,https://e.example/,,\n"
    )

    job = imported(SiteFactory(), file, "csv")

    assert (
        1,
        [
            (4, "It has 3 cells where the first line has 6."),
            (5, "Its timestamp is no time such as 2026-03-10T12:00:00Z."),
        ],
    ) == (job.events, job.refusals)


@pytest.mark.parametrize(
    ("kind", "content", "sentence"),
    [
        pytest.param("csv", b"time,name\n1,2\n", "The file has no column timestamp.", id="csv"),
        pytest.param("parquet", b"no parquet", "The file is no Parquet file", id="parquet"),
        pytest.param("ndjson", b"\x1f\x8b damaged", "The file is compressed, and dam", id="gzip"),
        pytest.param(
            "ndjson", gzip.compress(b"x" * 99)[:-9], "The file is compressed, and dam", id="cut"
        ),
    ],
)
def test_file_of_another_kind_is_refused(tmp_path: Path, kind: str, content: bytes, sentence: str):
    file = tmp_path / "events"
    file.write_bytes(content)

    with pytest.raises(ImportProblem, match=sentence):
        imported(SiteFactory(), file, kind)
