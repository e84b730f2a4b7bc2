import io
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import BaseCommand, CommandError, call_command

from tests.factories import SiteFactory
from tests.tracking.transfer.files import LINE, written
from tests.tracking.transfer.formats import goatcounter_files as goatcounter
from tests.tracking.transfer.formats import umami_files as umami
from tracking.management.commands import events_import
from tracking.management.commands.events_import import Progress
from tracking.management.interrupting import ENDING
from tracking.models import Change, Import
from tracking.transfer import importing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def imported(*arguments: str) -> tuple[str, str]:
    """What the command says, on standard output and beside it."""
    out, err = io.StringIO(), io.StringIO()
    call_command("events_import", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_command_counts_what_it_stored_and_names_refused_lines(tmp_path: Path):
    SiteFactory(domain="a.example")
    file = written(tmp_path / "a.ndjson", {}, "nonsense", {"visitor": "bob"})
    errors = tmp_path / "errors"

    out, err = imported("www.a.example", str(file), "--errors", str(errors))

    assert "Imported: 2 events in 2 visits\nRefused: 1 line\n" == out
    assert "Line 2: It is no JSON object.\n" in err
    assert "2\tIt is no JSON object.\n" == errors.read_text()
    assert [("a.ndjson", "done", 2)] == list(
        Import.objects.values_list("file_name", "state", "events")
    )


def test_command_reads_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    SiteFactory(domain="a.example")
    content = written(tmp_path / "a.ndjson", {}).read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))

    assert "Imported: 1 event in 1 visit\nRefused: 0 lines\n" == imported("a.example", "-")[0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["nobody.example", "x"], "There is no site nobody.example", id="site"),
        pytest.param(["a.example", "/nowhere"], "The file cannot be read: No such", id="file"),
    ],
)
def test_command_says_what_is_in_the_way_and_leaves_nothing(arguments: list[str], sentence: str):
    SiteFactory(domain="a.example")

    with pytest.raises(CommandError, match=sentence):
        imported(*arguments)

    assert 0 == Import.objects.count()


def test_command_recognises_a_file_of_another_program_and_tells_what_was_known(tmp_path: Path):
    SiteFactory(domain="a.example")
    first, second = tmp_path / "export.csv", tmp_path / "longer.csv"
    first.write_bytes(goatcounter.exported(goatcounter.Hit()))
    second.write_bytes(goatcounter.exported(goatcounter.Hit(), goatcounter.Hit("/b")))

    said = [imported("a.example", str(file))[0] for file in (first, second)]

    assert [
        "Imported: 1 event in 1 visit\nRefused: 0 lines\n",
        "Imported: 1 event in 1 visit\nImported before: 1 event\nRefused: 0 lines\n",
    ] == said


def test_command_reads_several_files_of_another_program_as_one(tmp_path: Path):
    SiteFactory(domain="a.example")
    event = {"session_id": "s2", "created_at": "yesterday"}
    tables = umami.tables([umami.event(), umami.event("e2", **event)])
    files = [tmp_path / f"{name}.csv" for name in ("website_event", "session")]
    for file in files:
        file.write_bytes(umami.as_csv(umami.COLUMNS[file.stem], tables[file.stem]))

    out, err = imported("a.example", *map(str, files), "--format", "umami")

    assert "Imported: 1 event in 1 visit\nRefused: 1 line\n" == out
    assert "Line website_event.csv:3: Its timestamp is no time" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["a.ndjson", "b.ndjson"], "one at a time", id="two-raw-files"),
        pytest.param(["a.ndjson", "--website", "x"], "--website is not for", id="option"),
    ],
)
def test_command_refuses_what_goes_not_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
):
    SiteFactory(domain="a.example")
    monkeypatch.chdir(tmp_path)
    for name in ("a.ndjson", "b.ndjson"):
        written(tmp_path / name, {})

    with pytest.raises(CommandError, match=sentence):
        imported("a.example", *arguments)


def test_command_names_the_websites_of_a_dump_to_choose_from(tmp_path: Path):
    SiteFactory(domain="a.example")
    dump = tmp_path / "umami.sql"
    events = [umami.event(), umami.event("e2", website_id=umami.OTHER)]
    dump.write_bytes(umami.as_pg_dump(umami.tables(events)))

    with pytest.raises(CommandError, match=f"Name it by --website.\n  {umami.SITE}"):
        imported("a.example", str(dump))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"PK\x05\x06\0\0", id="zip-of-nothing"),
        pytest.param(b"<html><body>Sign in</body></html>\n", id="page"),
        pytest.param(b"", id="empty"),
    ],
)
def test_command_takes_no_file_that_does_not_tell_where_it_is_from(tmp_path: Path, content: bytes):
    SiteFactory(domain="a.example")
    file = tmp_path / "export"
    file.write_bytes(content)

    with pytest.raises(CommandError, match="does not tell where it is from"):
        imported("a.example", str(file))

    assert 0 == Import.objects.count()


def ends() -> list[tuple[str, dict]]:
    """What the audit log has of imports."""
    return list(Change.objects.filter(what="import").values_list("did", "details"))


NOTHING = "Nothing of the file was stored."


@pytest.fixture
def _at_a_terminal() -> Iterator[None]:
    """What shells start in their background ignores some signals."""
    usual = dict.fromkeys(ENDING, signal.SIG_DFL) | {signal.SIGINT: signal.default_int_handler}
    before = {each: signal.signal(each, handler) for each, handler in usual.items()}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("_at_a_terminal")
@pytest.mark.parametrize("number", ENDING)
def test_interrupted_command_says_so_and_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
):
    SiteFactory(domain="a.example")
    file = written(tmp_path / "a.ndjson", {})
    with monkeypatch.context() as interrupting:
        interrupting.setattr(importing, "place", lambda _: signal.raise_signal(number))
        with pytest.raises(CommandError, match="Run the command again") as stopped:
            imported("a.example", str(file))

    imported("a.example", str(file))

    assert (130, ["done"], signal.default_int_handler) == (
        stopped.value.returncode,
        list(Import.objects.values_list("state", flat=True)),
        signal.getsignal(signal.SIGINT),
    )
    assert [
        ("started", {}),
        ("failed", {"problem": f"It was interrupted. {NOTHING}"}),
        ("started", {}),
        ("finished", {"events": 1, "visits": 1, "refused": 0}),
    ] == ends()


@pytest.mark.usefixtures("_at_a_terminal")
def test_query_that_is_interrupted_is_told_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(_: Any) -> None:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        raise RuntimeError("Query interrupted")

    SiteFactory(domain="a.example")
    monkeypatch.setattr(importing, "place", interrupted)

    with pytest.raises(CommandError, match="Interrupted"):
        imported("a.example", str(written(tmp_path / "a.ndjson", {})))

    assert [("started", {}), ("failed", {"problem": f"It was interrupted. {NOTHING}"})] == ends()


def test_command_that_was_killed_is_told_as_broken_off_by_the_next(tmp_path: Path):
    site = SiteFactory(domain="a.example")
    file = written(tmp_path / "a.ndjson", {})
    Import.objects.create(
        site=site, file_name="a.ndjson", fingerprint=sha256(file.read_bytes()).hexdigest()
    )

    imported("a.example", str(file))

    assert [
        ("started", {}),
        ("failed", {"problem": f"It broke off. {NOTHING}"}),
        ("finished", {"events": 1, "visits": 1, "refused": 0}),
    ] == ends()


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        pytest.param("nonsense", (), "No line of the file can be read", id="problem"),
        pytest.param(LINE, ("place", ValueError), "Something went wrong", id="fault"),
    ],
)
def test_end_that_is_no_success_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: Any, options: tuple, sentence: str
):
    def fail(_: Any) -> None:
        raise options[1]

    SiteFactory(domain="a.example")
    if options:
        monkeypatch.setattr(importing, options[0], fail)

    with pytest.raises((CommandError, ValueError)):
        imported("a.example", str(written(tmp_path / "a.ndjson", content)))

    (_, (did, details)) = ends()
    assert ("failed", 0) == (did, Import.objects.count())
    assert details["problem"].startswith(sentence)


def test_progress_names_what_it_counts(monkeypatch: pytest.MonkeyPatch):
    out = io.StringIO()
    progress = Progress(BaseCommand(stderr=out))
    monkeypatch.setattr(events_import, "SECOND", 0)
    progress.started -= 10

    for kind in ("goatcounter", "plausible"):
        progress(Import(format=kind, bytes_done=1, bytes_total=2, events=20_000))
    progress.stored(3, 30)

    assert [
        "Read:  50 %  20,000 events",
        "Read:  50 %  20,000 lines of daily totals",
        "Stored: 3 of 30 days",
    ] == [line.rpartition("  ")[0] or line for line in out.getvalue().splitlines()]
