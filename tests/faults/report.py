"""The report of a run of the fault suite, in Markdown for people and in JSON for programs."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from tests.faults.figures import FEED, HITS, Figures
from tests.server import ROOT

FOLDER = ROOT / ".cache" / "faults"


@dataclass(frozen=True)
class Tried:
    """A fault that was tried; `failure` is empty where its promise was kept."""

    name: str
    promise: str
    seconds: float
    figures: Figures
    failure: str

    @property
    def result(self) -> str:
        return "failed" if self.failure else "kept"


@dataclass(frozen=True)
class Circumstances:
    date: str
    version: str
    cores: int
    memory_gb: float
    python: str
    kernel: str
    command: str


def circumstances(arguments: Sequence[str]) -> Circumstances:
    return Circumstances(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        version=described(),
        cores=os.cpu_count() or 0,
        memory_gb=round(psutil.virtual_memory().total / 1e9, 1),
        python=platform.python_version(),
        kernel=platform.release(),
        command=" ".join(["python -m tests.faults", *arguments]),
    )


def described() -> str:
    """The version by its tag or commit; "unknown" where this is no clone."""
    command = ["git", "describe", "--tags", "--always", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def write(about: Circumstances, tried: Sequence[Tried], folder: Path = FOLDER) -> Path:
    """Write both; returns the path of the Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    all_of_it = {**asdict(about), "faults": [asdict(each) for each in tried]}
    (folder / "report.json").write_text(json.dumps(all_of_it, indent=2) + "\n")
    path = folder / "report.md"
    path.write_text(markdown(about, tried))
    return path


def markdown(about: Circumstances, tried: Sequence[Tried]) -> str:
    kept = sum(not each.failure for each in tried)
    head = [
        "# Faults",
        "",
        f"{about.date}, version {about.version}: {kept} of {len(tried)} promises kept.",
        f"{about.cores} cores, {about.memory_gb} GB, Python {about.python}, Linux {about.kernel}.",
        "",
        f"    {about.command}",
        "",
    ]
    hits = [each for each in tried if "sent" in each.figures]
    feeds = [each for each in tried if "visits" in each.figures]
    parts = [
        "\n".join(head),
        "## Hits\n\n" + table(hits, HITS) if hits else "",
        "## Dashboards\n\n" + table(feeds, FEED) if feeds else "",
        *map(section, tried),
    ]
    return "\n".join(part for part in parts if part)


def table(tried: Iterable[Tried], columns: Sequence[str]) -> str:
    rows = [
        ["fault", "promise", *columns],
        ["---", "---", *("---:" for _ in columns)],
        *(
            [each.name, each.result, *(str(each.figures[column]) for column in columns)]
            for each in tried
        ),
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def section(tried: Tried) -> str:
    lines = [f"## {tried.name}", "", tried.promise, "", f"{tried.result}, {tried.seconds:.0f} s"]
    more = {name: value for name, value in tried.figures.items() if name not in (*HITS, *FEED)}
    lines += ["", *(f"- {name}: {value}" for name, value in more.items())] if more else []
    lines += ["", *indented(tried.failure)] if tried.failure else []
    return "\n".join([*lines, ""])


def indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]
