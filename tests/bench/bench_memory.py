"""The memory that a running server takes, idle and after an hour of hits, dashboards and questions.

    python -m tests.bench.bench_memory [default | one-server | both] [minutes] [pageviews] [folder]

Fills a warehouse with that many pageviews (1,000,000 unless said) of one site, and a million of a
hundred others; then HITS hits a second come, DASHBOARDS live pages are open and a page or a widget
of a report is asked for every QUESTION_SECONDS, for so many minutes (60 unless said). A folder
keeps the filled warehouse for the next time.

PSS counts a page that several processes share once, RSS once in each of them. A line's PSS is the
median of its readings, which are 5 seconds apart; the highest of them stands beside it.
"""

import json
import random
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import linear_regression, median

import psutil

from tests.bench.bench_accept import NO_LIMITS
from tests.bench.bench_dashboards import send, watching
from tests.bench.filled import LARGE
from tests.bench.generated import DAYS, LAST
from tests.bench.watchers import session_cookie
from tests.faults.processes import OneProcess
from tests.server import CHROME, ROOT
from tests.stack.stack import Stack

HITS, DASHBOARDS, SITES, QUESTION_SECONDS = 20, 20, 20, 5
READING_SECONDS = 5
LINE_MINUTES = 5
IDLE_SECONDS = 60
MB = 1_000_000
# Which a server has besides Footfall's own processes.
SERVICES = ("PostgreSQL", "Redis")
# Megabytes of PSS.
IDLE_TARGET, DEFAULT_TARGET, ONE_SERVER_TARGET = 200, 350, 900
WIDGETS = ("sources", "pages", "entry-pages", "countries", "cities", "browsers", "overview")
FILTERS = ("", "&f=is,visit:country,DE,AT", "&f=contains,event:page,/page/1")

Processes = Callable[[], dict[str, list[psutil.Process]]]


@dataclass
class Reading:
    """Bytes at a moment, by the name of what runs."""

    at: float
    pss: dict[str, int] = field(default_factory=dict)
    rss: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> int:
        return sum(self.pss.values())

    @property
    def own(self) -> int:
        return sum(size for name, size in self.pss.items() if name not in SERVICES)


def read(processes: dict[str, list[psutil.Process]]) -> Reading:
    reading = Reading(time.monotonic())
    for name, members in processes.items():
        # One may end between being named and being read.
        found = [info for info in map(memory_of, members) if info]
        reading.pss[name] = sum(info.pss for info in found)
        reading.rss[name] = sum(info.rss for info in found)
    return reading


def memory_of(process: psutil.Process):  # type: ignore[no-untyped-def]
    try:
        return process.memory_full_info()
    except psutil.NoSuchProcess:
        return None


def family(*pids: int) -> list[psutil.Process]:
    """Processes with all their children."""
    heads = [psutil.Process(pid) for pid in pids]
    return [*heads, *(child for head in heads for child in head.children(recursive=True))]


def readings(processes: Processes, seconds: float) -> list[Reading]:
    found = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(READING_SECONDS)
        found.append(read(processes()))
    return found


class Asker(threading.Thread):
    """Asks for a report, or a widget of one, again and again: of the sealed days and of today."""

    def __init__(
        self, url: str, sessions: dict[str, str], tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(daemon=True)
        self.tls = tls
        self.url = url
        self.sessions = sessions
        self.choice = random.Random(1)
        self.over = threading.Event()
        self.asked = self.failed = 0

    def run(self) -> None:
        while not self.over.wait(QUESTION_SECONDS):
            domain, question = self.question()
            request = urllib.request.Request(
                f"{self.url}/sites/{domain}/{question}",
                headers={"Cookie": session_cookie(self.url, self.sessions[domain])},
            )
            # A machine that is busy with other things may be late with one.
            try:
                with urllib.request.urlopen(request, timeout=60, context=self.tls) as answer:
                    answer.read()
                self.asked += 1
            except OSError:
                self.failed += 1

    def question(self) -> tuple[str, str]:
        if self.choice.random() < 0.2:
            return "site-0.example", "?period=today"
        first = LAST - timedelta(days=self.choice.randrange(1, DAYS))
        last = LAST - timedelta(days=self.choice.randrange(0, (LAST - first).days))
        parts = ["", *(f"widgets/{name}" for name in WIDGETS)]
        filters = self.choice.choice(FILTERS)
        return LARGE, f"{self.choice.choice(parts)}?from={first}&to={last}{filters}"


def hit(number: int, domain: str) -> bytes:
    """Visitors look at three pages each, of two hundred."""
    visitor = number // 600 * 200 + number % 200
    page = f"https://{domain}/page/{random.randrange(200)}"
    body = json.dumps({"n": "pageview", "d": domain, "u": page, "r": "https://www.google.com/"})
    return (
        f"POST /api/event HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {CHROME}\r\n"
        f"X-Forwarded-For: 91.{visitor >> 8 & 255}.{visitor & 255}.7\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def filled(environment: dict[str, str], pageviews: int) -> dict[str, str]:
    """Session keys by domain, after the database of the environment has the events."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.filled", str(pageviews), str(SITES)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


@dataclass
class Driven:
    """A running server, and how it is reached; hits go past nginx, which takes their addresses."""

    url: str
    hits_port: int
    sessions: dict[str, str]
    processes: Processes
    target: int
    authority: Path | None = None
    tls: ssl.SSLContext | None = None


def default_shape(minutes: float, pageviews: int, keep: Path | None) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        server = OneProcess(Path(folder), **NO_LIMITS)
        if keep and keep.exists():
            shutil.copytree(keep, server.data, dirs_exist_ok=True)
        sessions = filled(server.environment, pageviews)
        if keep and not keep.exists():
            shutil.copytree(server.data, keep)
        with server:
            assert server.process
            pid = server.process.pid
            processes = lambda: {"serve": family(pid)}  # noqa: E731
            return measure(
                Driven(server.url, server.port, sessions, processes, DEFAULT_TARGET), minutes
            )


class FilledStack(Stack):
    """The one-server shape with a warehouse."""

    pageviews = 0
    sessions: dict[str, str]

    def prepare(self) -> None:
        self.sessions = filled(self.environment, self.pageviews)
        super().prepare()

    def processes(self) -> dict[str, list[psutil.Process]]:
        node = self.nodes[0]
        assert node.process
        assert self.nginx.process
        assert self.redis.process
        return {
            **{name: family(*self.pids(name)) for name in node.programs},
            "supervisor": [psutil.Process(node.process.pid)],
            "nginx": family(self.nginx.process.pid),
            "Redis": family(self.redis.process.pid),
            "PostgreSQL": family(self.postgres.get_pid() or 0),
        }


def one_server_shape(minutes: float, pageviews: int, _keep: Path | None) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        stack = FilledStack(Path(folder), **NO_LIMITS)
        stack.pageviews = pageviews
        with stack:
            hits_port = stack.nodes[0].ports["hits"]
            return measure(
                Driven(
                    stack.url,
                    hits_port,
                    stack.sessions,
                    stack.processes,
                    ONE_SERVER_TARGET,
                    stack.certificate.path,
                    stack.tls,
                ),
                minutes,
            )


def measure(server: Driven, minutes: float) -> bool:
    """Print the table; returns whether the targets are met."""
    # What reads the events of the warehouse at the start has ended by then.
    time.sleep(IDLE_SECONDS / 2)
    idle = readings(server.processes, IDLE_SECONDS / 2)
    print_line("idle", idle, "")
    live = {domain: key for domain, key in server.sessions.items() if domain != LARGE}
    lines: list[list[Reading]] = []
    with watching(server.url, live, DASHBOARDS, server.authority):
        asker = Asker(server.url, server.sessions, server.tls)
        asker.start()
        sender = threading.Thread(
            target=send, args=[server.hits_port, list(live), HITS, minutes * 60, hit], daemon=True
        )
        sender.start()
        started = time.monotonic()
        while (gone := time.monotonic() - started) < minutes * 60 - 1:
            left = min(LINE_MINUTES * 60, minutes * 60 - gone)
            lines.append(readings(server.processes, left))
            now = (time.monotonic() - started) / 60
            print_line(
                f"{now:.0f} min", lines[-1], f"{asker.asked} questions, {asker.failed} failed"
            )
        asker.over.set()
        sender.join(60)
    return print_found(idle, lines, server.target)


def print_line(name: str, found: list[Reading], note: str) -> None:
    last = found[-1]
    each = ", ".join(f"{part} {size / MB:.0f}" for part, size in last.pss.items())
    print(
        f"{name:>8}: PSS {typical(found):4.0f} MB, highest {highest(found):4.0f} MB, "
        f"RSS {sum(last.rss.values()) / MB:4.0f} MB ({each}) {note}",
        flush=True,
    )


def typical(found: list[Reading]) -> float:
    return median(reading.whole for reading in found) / MB


def highest(found: list[Reading]) -> float:
    return max(reading.whole for reading in found) / MB


def print_found(idle: list[Reading], lines: list[list[Reading]], target: int) -> bool:
    """Growth is the slope of a line through the readings of the second half."""
    later = [reading for line in lines for reading in line]
    later = later[len(later) // 2 :]
    slope, _ = linear_regression([each.at for each in later], [each.whole for each in later])
    met = typical(lines[-1]) <= target
    print(f"{typical(lines[-1]):8.0f} MB  at the end (target {target})")
    if target == DEFAULT_TARGET:
        print(f"{typical(idle):8.0f} MB  idle (target {IDLE_TARGET})")
        met = met and typical(idle) <= IDLE_TARGET
    services = median(each.whole - each.own for each in lines[-1]) / MB
    if services:
        print(f"{services:8.0f} MB  of that {' and '.join(SERVICES)}")
    print(f"{slope * 3600 / MB:8.1f} MB  growth an hour, over the second half", flush=True)
    return met


SHAPES = {"default": default_shape, "one-server": one_server_shape}


def main(shape: str, minutes: float, pageviews: int, keep: Path | None) -> int:
    met = True
    for name, run in SHAPES.items():
        if shape in (name, "both"):
            print(
                f"\n{name}: {pageviews:,} and a million pageviews sealed, {HITS} hits/s, "
                f"{DASHBOARDS} dashboards, a question each {QUESTION_SECONDS} s"
            )
            met &= run(minutes, pageviews, keep)
    return not met


if __name__ == "__main__":
    sys.exit(
        main(
            sys.argv[1] if len(sys.argv) > 1 else "both",
            float(sys.argv[2]) if len(sys.argv) > 2 else 60,
            int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000,
            Path(sys.argv[4]) if len(sys.argv) > 4 else None,
        )
    )
