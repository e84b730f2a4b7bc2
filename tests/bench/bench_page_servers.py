"""Pages under gunicorn's threads (WSGI) and under its ASGI worker: answers a second, memory.

    python -m tests.bench.bench_page_servers [requests]

Both serve the same data, one worker each; turn about, so that other work on the machine meets both.
"""

import http.client
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import psutil

from tests.faults.following import signed_in
from tests.prepared import prepared
from tests.server import ROOT, Server, answers, free_port

PAGES = ("/healthz", "/sites/", "/sites/example.com/")
CLIENTS = 8
TURNS = 5
SERVERS = {
    "threads": ["--config", "deploy/gunicorn/pages.py", "proj.wsgi:application"],
    "asgi": ["-k", "asgi", "--no-control-socket", "proj.asgi:application"],
}


def main(requests: int) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        server = prepared(Server(Path(folder), FOOTFALL_LOG_LEVEL="WARNING"))
        served = {
            name: running.enter_context(gunicorn(server, options))
            for name, options in SERVERS.items()
        }
        port = next(iter(served.values()))[0]
        cookie = signed_in(f"http://localhost:{port}")
        waits: dict[tuple[str, str], list[float]] = defaultdict(list)
        seconds: dict[tuple[str, str], float] = defaultdict(float)
        for _ in range(TURNS):
            for page in PAGES:
                for name, (port, _) in served.items():
                    began = perf_counter()
                    waits[page, name] += ask(port, page, cookie, requests // TURNS)
                    seconds[page, name] += perf_counter() - began
        print(f"{CLIENTS} clients, {requests} requests of each page and server")
        for (page, name), each in waits.items():
            rate, p99 = len(each) / seconds[page, name], quantiles(each, n=100)[98]
            figures = f"{rate:7.0f}/s  p50 {median(each) * 1000:5.0f} ms  p99 {p99 * 1000:5.0f} ms"
            print(f"{page:22}{name:9}{figures}")
        for name, (_, master) in served.items():
            worker = psutil.Process(master).children()[0].memory_full_info()
            print(f"{name:9} worker: {worker.pss / 1e6:.0f} MB (pss)")


@contextmanager
def gunicorn(server: Server, options: list[str]) -> Iterator[tuple[int, int]]:
    """The port and the process id of a gunicorn that answers."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--log-level", "warning"]
    process = subprocess.Popen(
        [*command, "-b", f"127.0.0.1:{port}", *options], cwd=ROOT, env=server.environment
    )
    try:
        while not answers(port):
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def ask(port: int, page: str, cookie: str, requests: int) -> list[float]:
    """The seconds that each of that many requests took, several at a time."""

    def once(_number: int) -> float:
        began = perf_counter()
        # As nginx does, a connection for each.
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", page, headers={"Host": "localhost", "Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert 200 == answer.status, (page, answer.status)
        return perf_counter() - began

    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(once, range(requests)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
