"""Many dashboards in one process: real websocket clients that note when a hit is told.

    python -m tests.bench.watchers <address of the server> <number>

reads the sites' domains with session keys, as `tests.bench.watched` prints them, from standard
input, opens that many sockets spread over the sites and prints `ready`. At the next line of input
it prints what came since then, as a JSON object, and ends. A hit's page has the moment at which it
was sent as its name: `/t/<monotonic nanoseconds>`.
"""

import asyncio
import json
import re
import sys
import time
from array import array
from statistics import quantiles
from urllib.parse import urlsplit

import uvloop
from websockets.asyncio.client import ClientConnection, connect

SENT = re.compile(r"/t/(\d+)")
CURSOR = re.compile(r'"cursor": (\d+)')
FRAMES_AN_ACK = 20
AT_ONCE = 50


def session_cookie(url: str, key: str) -> str:
    """As browsers send it to a server at that address."""
    prefix = "__Host-" if url.startswith("https:") else ""
    return f"{prefix}sessionid={key}"


class Watchers:
    def __init__(self, url: str, sessions: dict[str, str]) -> None:
        self.url = url
        self.host = urlsplit(url).netloc
        self.scheme = "wss" if url.startswith("https:") else "ws"
        self.sessions = list(sessions.items())
        self.ready = 0
        self.begun = time.monotonic_ns()
        self.closed = 0
        self.frames = 0
        self.bytes = 0
        self.waits_ms = array("d")
        self.opening = asyncio.Semaphore(AT_ONCE)

    async def watch(self, number: int) -> None:
        domain, key = self.sessions[number % len(self.sessions)]
        await self.opening.acquire()
        async with connect(
            f"{self.scheme}://{self.host}/ws/sites/{domain}/feed",
            origin=self.url,
            additional_headers={"Cookie": session_cookie(self.url, key)},
            compression=None,
            max_size=None,
            # Browsers send none.
            ping_interval=None,
        ) as line:
            await self.follow(line)
        self.closed += 1

    async def follow(self, line: ClientConnection) -> None:
        unacknowledged = 0
        # A row that grows names the page that its visit began with again.
        known: set[str] = set()
        async for frame in line:
            now = time.monotonic_ns()
            kind = frame[10:14]
            if kind == "hell":
                self.ready += 1
                self.opening.release()
            elif kind == "visi":
                told = set(SENT.findall(frame)) - known
                known |= told
                moments = [int(sent) for sent in told]
                self.waits_ms.extend((now - at) / 1e6 for at in moments if at > self.begun)
            self.frames += 1
            self.bytes += len(frame)
            unacknowledged += 1
            if unacknowledged == FRAMES_AN_ACK and (found := CURSOR.search(frame)):
                unacknowledged = 0
                await line.send(json.dumps({"type": "ack", "cursor": int(found[1])}))
            elif unacknowledged >= FRAMES_AN_ACK:
                unacknowledged -= 1

    def begin(self) -> None:
        self.begun = time.monotonic_ns()
        self.frames = self.bytes = 0
        self.waits_ms = array("d")

    def found(self) -> dict[str, float]:
        cuts = quantiles(self.waits_ms, n=100) if len(self.waits_ms) > 1 else [0.0] * 99
        return {
            "told": len(self.waits_ms),
            "p50_ms": cuts[49],
            "p95_ms": cuts[94],
            "p99_ms": cuts[98],
            "most_ms": max(self.waits_ms, default=0),
            "frames": self.frames,
            "bytes": self.bytes,
            "closed": self.closed,
        }


async def main(url: str, number: int) -> None:
    loop = asyncio.get_running_loop()
    watchers = Watchers(url, json.loads(await loop.run_in_executor(None, sys.stdin.readline)))
    tasks = [asyncio.create_task(watchers.watch(each)) for each in range(number)]
    while watchers.ready < number:
        for task in tasks:
            if task.done():
                task.result()
        await asyncio.sleep(0.1)
    # The figures that follow on a hello have come too.
    await asyncio.sleep(2)
    watchers.begin()
    began = time.process_time()
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    found = {**watchers.found(), "cpu": time.process_time() - began}
    print(json.dumps(found), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
