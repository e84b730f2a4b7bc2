"""`manage.py events_import DOMAIN FILE`: raw events from a file into a site."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, transaction

from tracking import audit
from tracking.audit import Did, Means, What
from tracking.management.interrupting import STOPPED, interruptible
from tracking.management.sites import site_named
from tracking.models import Import
from tracking.transfer.ends import FAULT, INTERRUPTED, forget_running
from tracking.transfer.errors import ImportProblem, Undecided
from tracking.transfer.fields import FORMATS, format_of
from tracking.transfer.formats import FORMATS as FOREIGN
from tracking.transfer.formats import guess
from tracking.transfer.formats.sample import sample_of
from tracking.transfer.importing import SHOWN, run
from tracking.transfer.staging import Staging

SECOND = 1.0
# What formats of other programs may be told.
OPTIONS = {
    "website": "of several in the file, the one to import: its id, domain or name",
    "before": "the first day to leave out, such as 2026-03-10, since it is counted here already",
    "log_format": "of access logs: its name (combined, …) or the server's own format string",
}


class Command(BaseCommand):
    help = (
        "Store the raw events of FILE in a site: all lines that are not refused, at once, or none. "
        "Interrupted, it stores nothing, and goes on when it is run again. docs/transfer.md "
        "explains the fields, docs/imports.md the files of other programs. Exit code 1 when "
        "something is in the way."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("domain")
        parser.add_argument(
            "file",
            nargs="+",
            help="- for standard input; may be compressed by gzip; several of another program's "
            "are read as one",
        )
        parser.add_argument(
            "--format",
            choices=[*FORMATS, *FOREIGN],
            help="told from the file's beginning and its ending unless given; else ndjson",
        )
        for option, meaning in OPTIONS.items():
            parser.add_argument(f"--{option.replace('_', '-')}", default="", help=meaning)
        parser.add_argument(
            "--strict", action="store_true", help="store nothing if any line is refused"
        )
        parser.add_argument(
            "--again", action="store_true", help="also a file that was imported before"
        )
        parser.add_argument(
            "--errors", type=Path, help="a file for the numbers of all refused lines, and why"
        )

    def handle(self, *, domain: str, file: list[str], errors: Path | None, **options: Any) -> None:
        site = site_named(domain)

        def gathered(lines: Staging) -> None:
            self._show_refusals(lines, errors)

        try:
            with _sources(file) as paths:
                kind = options["format"] or _kind(paths[0], file[0])
                self._check(kind, file, options)
                name = _name(paths, file)
                with transaction.atomic():
                    told = {each: options[each] for each in OPTIONS if options[each]}
                    job = Import.objects.create(site=site, file_name=name[:255], options=told)
                    audit.record(
                        Did.STARTED,
                        What.IMPORT,
                        job.file_name,
                        by=None,
                        site=site,
                        means=Means.COMMAND,
                    )
                progress = Progress(self)
                with _ending(job):
                    run(
                        job,
                        paths,
                        kind,
                        strict=options["strict"],
                        again=options["again"],
                        progress=progress,
                        storing=progress.stored,
                        gathered=gathered,
                    )
        except Undecided as undecided:
            labels = "".join(f"\n  {each[0]}: {each[1]}" for each in undecided.choices)
            raise CommandError(f"{undecided} Name it by --{undecided.option}.{labels}") from None
        except ImportProblem as problem:
            raise CommandError(str(problem)) from None
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted. Run the command again: it goes on where it was.", returncode=STOPPED
            ) from None
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from None
        except Error:
            raise CommandError(
                "The database does not answer. Run the command again: nothing was stored yet, and "
                "it goes on where it was."
            ) from None
        self._tell(job)

    def _check(self, kind: str, files: list[str], options: dict[str, Any]) -> None:
        taken = FOREIGN[kind].options if kind in FOREIGN else ()
        for option in OPTIONS:
            if options[option] and option not in taken:
                raise CommandError(f"--{option.replace('_', '-')} is not for --format {kind}.")
        if kind not in FOREIGN and len(files) > 1:
            raise CommandError("Files of raw events are imported one at a time.")

    def _tell(self, job: Import) -> None:
        if job.counts_days:
            brought = f"{_many(job.events, 'line')} of daily totals"
        else:
            brought = f"{_many(job.events, 'event')} in {_many(job.visits, 'visit')}"
        self.stdout.write(f"Imported: {brought}")
        if job.known:
            self.stdout.write(f"Imported before: {_many(job.known, 'event')}")
        for reason, lines in job.left_out or []:
            self.stdout.write(f"Left out: {_many(lines, 'line')}. {reason}")
        self.stdout.write(f"Refused: {_many(job.refused, 'line')}")
        if job.refused > SHOWN:
            for reason, lines in job.reasons or []:
                self.stdout.write(f"  {_many(lines, 'line')}. {reason}")

    def _show_refusals(self, lines: Staging, errors: Path | None) -> None:
        for number, reason in lines.refusals(SHOWN):
            self.stderr.write(f"Line {number}: {reason}")
        if errors:
            with errors.open("w") as to:
                to.writelines(f"{number}\t{reason}\n" for number, reason in lines.all_refusals())


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


class Progress:
    """Tells about once a second, on standard error, how far an import is."""

    def __init__(self, command: BaseCommand) -> None:
        self.command = command
        self.started = self.told = time.monotonic()

    def __call__(self, job: Import) -> None:
        """How much of the file is read."""
        percent = 100 * job.bytes_done // max(job.bytes_total, 1)
        lines = "lines of daily totals" if job.counts_days else "events"
        rate = job.events / max(time.monotonic() - self.started, SECOND)
        self._tell(f"Read: {percent:3} %  {job.events:,} {lines}  {rate:,.0f} a second")

    def stored(self, done: int, days: int) -> None:
        """Of the days on which events were, once all is read."""
        self._tell(f"Stored: {done} of {days} days")

    def _tell(self, text: str) -> None:
        now = time.monotonic()
        if now - self.told >= SECOND:
            self.told = now
            self.command.stderr.write(text)


@contextmanager
def _ending(job: Import) -> Iterator[None]:
    """Tell the audit log how a job ended that did not finish, and forget it then."""
    mine = Import.objects.filter(pk=job.pk)
    try:
        with interruptible():
            yield
    except KeyboardInterrupt:
        forget_running(mine, INTERRUPTED)
        raise
    except ImportProblem as problem:
        forget_running(mine, str(problem))
        raise
    except Error:
        # Nothing can be written down. Whoever runs it again tells that it broke off.
        raise
    except Exception:
        forget_running(mine, FAULT)
        raise


@contextmanager
def _sources(files: list[str]) -> Iterator[list[Path]]:
    with ExitStack() as opened:
        yield [opened.enter_context(_source(file)) for file in files]


def _kind(path: Path, name: str) -> str:
    """Of a file whose kind is not given. Raises OSError, and `ImportProblem` for one like none."""
    sample = sample_of(path, name)
    foreign = guess(sample)
    if kind := foreign.name if foreign else format_of(name):
        return kind
    if sample.start.lstrip().startswith(b"{"):
        return "ndjson"
    raise ImportProblem("The file does not tell where it is from. Say so with --format.")


def _name(paths: list[Path], files: list[str]) -> str:
    first = "standard input" if files[0] == "-" else paths[0].name
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"


@contextmanager
def _source(file: str) -> Iterator[Path]:
    """A file that can be read more than once."""
    if file != "-":
        yield Path(file)
        return
    folder = settings.DATA / "temp"
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix="import-") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        yield Path(kept.name)
