"""Durable hits a second that the one-process default takes, and how long each waits for its answer.

    python -m tests.bench.bench_accept [seconds]

Keep-alive connections on loopback, each sending its next hit when the last is answered. Prints also
how many events were stored meanwhile, since enrichment shares the process.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from proj.sqlite import sqlite3
from tests.server import CHROME, Server

CONNECTIONS = (1, 16, 64)


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        server.manage("site_create", "example.com")
        print("connections   hits/s   p50 ms   p99 ms   events stored/s")
        for connections in CONNECTIONS:
            before = stored(Path(folder))
            took = asyncio.run(load(server.port, connections, seconds))
            events = stored(Path(folder)) - before
            cuts = quantiles(took, n=100)
            print(
                f"{connections:11} {len(took) / seconds:8.0f} {cuts[49] * 1000:8.1f} "
                f"{cuts[98] * 1000:8.1f} {events / seconds:10.0f}",
                flush=True,
            )


def stored(data: Path) -> int:
    with sqlite3.connect(data / "footfall.sqlite3") as database:
        return database.execute("SELECT count(*) FROM tracking_event").fetchone()[0]


async def load(port: int, connections: int, seconds: float) -> list[float]:
    """Seconds that each accepted hit waited."""
    until = perf_counter() + seconds
    clients = [client(port, number, until) for number in range(connections)]
    return [took for each in await asyncio.gather(*clients) for took in each]


async def client(port: int, number: int, until: float) -> list[float]:
    body = json.dumps({"n": "pageview", "d": "example.com", "u": f"https://example.com/{number}"})
    request = (
        f"POST /api/event HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {CHROME}\r\n"
        f"X-Forwarded-For: 91.0.0.{number}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    while (started := perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len("ok"))
        assert head.startswith(b"HTTP/1.1 202"), head
        took.append(perf_counter() - started)
    writer.close()
    return took


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 8)
