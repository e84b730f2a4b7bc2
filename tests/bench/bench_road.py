"""Accepting and enriching at once for a minute: hits a second that become events, and the backlog.

    python -m tests.bench.bench_road [seconds] [hits a second]

64 connections send as fast as they are answered, or no faster than told, and the backlog is read
every few seconds: what it grows by was accepted faster than it was enriched. The generator shares
the two cores with the server. In the one-process default and with one accepting process, the
queue's consumer and the pages as processes of their own, on SQLite and on PostgreSQL; beside them
a bare ASGI application under gunicorn, which stores nothing.
"""

import os
import sys
import tempfile
import threading
from pathlib import Path

import httpx

from tests.bench.bench_accept import NO_LIMITS, gunicorn
from tests.bench.load import Load, run
from tests.faults.processes import OneProcess, SeveralProcesses, Shape
from tests.on_postgres import postgres
from tests.prepared import prepared
from tests.server import Server

CONNECTIONS = 64
LOOKS = 6


class OneAccepting(SeveralProcesses):
    """Two cores are enough for one accepting process beside the consumer and the generator."""

    @staticmethod
    def asgi(port: int, _workers: int) -> list[str]:
        return SeveralProcesses.asgi(port, 1)


def main(seconds: float, most_a_second: float | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), **NO_LIMITS)
        with gunicorn("tests.bench.bare:application", server) as port:
            bare = run(port, CONNECTIONS, min(seconds, 10), most_a_second)
    print(f"{'bare ASGI':32} {bare.rate:6.0f} answers/s")
    minute("one process", OneProcess, seconds, most_a_second)
    minute("several processes", OneAccepting, seconds, most_a_second)
    with postgres() as address:
        os.environ["DATABASE_URL"] = address
        minute("several processes, PostgreSQL", OneAccepting, seconds, most_a_second)


def minute(name: str, shape: type[Shape], seconds: float, most_a_second: float | None) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        prepared(shape(Path(folder), **NO_LIMITS)) as server,
    ):
        run(server.port, 16, 1)
        before = health(server)["last_event"]
        waiting: list[int] = []
        stop = threading.Event()
        looks = threading.Thread(target=look, args=(server, seconds / LOOKS, waiting, stop))
        looks.start()
        load = run(server.port, CONNECTIONS, seconds, most_a_second)
        stored = health(server)["last_event"] - before
        stop.set()
        looks.join()
    print(line(name, load, stored / seconds, waiting), flush=True)


def line(name: str, load: Load, stored_a_second: float, waiting: list[int]) -> str:
    return (
        f"{name:32} {load.rate:6.0f} accepted/s {stored_a_second:6.0f} stored/s "
        f"p50 {load.p50_ms:5.1f} ms p99 {load.p99_ms:6.1f} ms  waiting: {waiting}"
    )


def look(server: Shape, every: float, waiting: list[int], stop: threading.Event) -> None:
    while not stop.wait(every):
        waiting.append(health(server)["hits"])


def health(server: Shape) -> dict[str, int]:
    answer = httpx.get(f"{server.pages_url}/healthz", timeout=30)
    return answer.json()["backlog"]


if __name__ == "__main__":
    main(
        float(sys.argv[1]) if len(sys.argv) > 1 else 60,
        float(sys.argv[2]) if len(sys.argv) > 2 else None,
    )
