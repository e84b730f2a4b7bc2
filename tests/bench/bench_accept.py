"""Durable hits a second, and how long each waits for its answer.

    python -m tests.bench.bench_accept [seconds]

The accept application under gunicorn with one worker, on SQLite (NORMAL and FULL) and on
PostgreSQL, beside a bare ASGI application that answers 202 under the same server; then the
one-process default, where enrichment shares the process. The generator has the other core.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.bench.load import run
from tests.on_postgres import postgres
from tests.server import ROOT, Server, free_port

CONNECTIONS = (1, 16, 64, 256)
NO_LIMITS = {"FOOTFALL_ADDRESS_RATE": "0", "FOOTFALL_SITE_RATE": "0"}


def main(seconds: float) -> None:
    print("connections:" + " " * 18 + "".join(f"{number:>24}" for number in CONNECTIONS))
    bare = measure("bare ASGI", "tests.bench.bare:application", {}, seconds)
    print("ratio to bare at 64 connections follows each")
    for name, environment in (
        ("SQLite NORMAL", {"FOOTFALL_SYNCHRONOUS": "NORMAL"}),
        ("SQLite FULL", {"FOOTFALL_SYNCHRONOUS": "FULL"}),
    ):
        rate = measure(name, "proj.hits:application", environment, seconds)
        print(f"    {rate / bare:.2f} of bare")
    with postgres() as address:
        rate = measure("PostgreSQL", "proj.hits:application", {"DATABASE_URL": address}, seconds)
        print(f"    {rate / bare:.2f} of bare")
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder), **NO_LIMITS) as server:
        server.manage("site_create", "example.com")
        rates("one process, all of it", server.port, seconds)


def measure(name: str, application: str, environment: dict[str, str], seconds: float) -> float:
    """Hits a second at 64 connections."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), **NO_LIMITS, **environment)
        server.manage("migrate")
        server.manage("site_create", "example.com")
        with gunicorn(application, server) as port:
            return rates(name, port, seconds)


@contextmanager
def gunicorn(application: str, server: Server) -> Iterator[int]:
    """An ASGI application under gunicorn with the server's environment; gives the port."""
    port = free_port()
    command = ["-m", "gunicorn", "-k", "asgi", "-w", "1", "-b", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        [sys.executable, *command, "--log-level", "warning", application],
        cwd=ROOT,
        env=server.environment,
    )
    try:
        wait_until_it_answers(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/")
            return
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def rates(name: str, port: int, seconds: float) -> float:
    run(port, 16, 1)
    loads = {number: run(port, number, seconds) for number in CONNECTIONS}
    cells = (f"{each.rate:8.0f}/s p99 {each.p99_ms:5.1f} ms" for each in loads.values())
    print(f"{name:30}" + " ".join(cells), flush=True)
    return loads[64].rate


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 8)
