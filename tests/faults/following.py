"""Dashboards as programs: they follow a site's feed as static/js/feed.js does, and note its ids."""

import asyncio
import json
import random
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.faults.load import DOMAIN
from tests.prepared import OWNER, PASSWORD

FRAMES_AN_ACK = 20
BEHIND = 4408
FIRST_WAIT, LONGEST_WAIT = 0.5, 15.0
SILENT_SECONDS = 45.0  # the server says something at least every 30


class Silent(Exception):
    """A line on which nothing comes any more."""


def signed_in(url: str, tls: ssl.SSLContext | None = None) -> str:
    """The cookie of the owner's session, as a browser sends it.

    Asked for again where pages fail: what was killed before may not be back for all of them.
    """
    with httpx.Client(base_url=url, timeout=60, verify=tls or True) as client:
        token = cookie(answered(lambda: client.get("/sign-in")), "csrftoken")
        form = {"login": OWNER, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        referer = {"Referer": f"{url}/sign-in"}
        answer = answered(lambda: client.post("/sign-in", data=form, headers=referer))
        assert 302 == answer.status_code, answer.text
        return "=".join(cookie(answer, "sessionid"))


def answered(ask: Callable[[], httpx.Response]) -> httpx.Response:
    deadline = time.monotonic() + SILENT_SECONDS
    while (answer := ask()).is_server_error and time.monotonic() < deadline:
        time.sleep(0.5)
    return answer


def cookie(answer: httpx.Response, name: str) -> tuple[str, str]:
    """Its full name and its value; with https, names have a prefix."""
    [found] = [each for each in answer.cookies.items() if each[0].endswith(name)]
    return found


class Follower:
    """One dashboard; `ids` are the visits that it was told, in the order in which they came.

    `told_at` says when (monotonic), and `frame_seconds` is how long it takes over each frame.
    """

    def __init__(
        self, number: int, url: str, session: str, tls: ssl.SSLContext | None, domain: str
    ) -> None:
        self.domain = domain
        self.number = number
        self.chance = random.Random(number)
        self.url = url
        self.session = session
        self.tls = tls
        self.cursor: int | None = None
        self.ids: list[int] = []
        self.told_at: dict[int, float] = {}
        self.frame_seconds = 0.0
        self.ends: Counter[int | str] = Counter()
        self.attempts = 0
        self.reading = asyncio.Event()
        self.reading.set()

    async def follow(self) -> None:
        """Until it is cancelled; after a break it goes on from its cursor."""
        while True:
            try:
                async with connect(
                    self.address,
                    origin=self.url,
                    additional_headers={"Cookie": self.session},
                    ssl=self.tls,
                    max_size=None,
                    max_queue=4,
                    # The server pings; a client that stands still must not end its line by itself.
                    ping_interval=None,
                    close_timeout=1,
                ) as line:
                    await self.read(line)
            except ConnectionClosed as end:
                self.ends[end.rcvd.code if end.rcvd else "broken"] += 1
                behind = end.rcvd is not None and end.rcvd.code == BEHIND
                await asyncio.sleep(0 if behind else self.wait())
            except Silent:
                self.ends["silent"] += 1
                await asyncio.sleep(self.wait())
            except (OSError, InvalidHandshake, TimeoutError):
                self.ends["refused"] += 1
                await asyncio.sleep(self.wait())

    @property
    def address(self) -> str:
        cursor = "" if self.cursor is None else f"?cursor={self.cursor}"
        return f"{self.url.replace('http', 'ws', 1)}/ws/sites/{self.domain}/feed{cursor}"

    def wait(self) -> float:
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2**self.attempts)
        self.attempts += 1
        return longest / 2 + self.chance.uniform(0, longest / 2)

    async def read(self, line: ClientConnection) -> None:
        unacknowledged = 0
        while True:
            self.take(json.loads(await self.next_frame(line)))
            unacknowledged += 1
            if unacknowledged >= FRAMES_AN_ACK:
                unacknowledged = 0
                await line.send(json.dumps({"type": "ack", "cursor": self.cursor}))
            await asyncio.sleep(self.frame_seconds)
            await self.reading.wait()

    async def next_frame(self, line: ClientConnection) -> str | bytes:
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                return await line.recv()
        except TimeoutError:
            raise Silent from None

    def take(self, frame: dict) -> None:
        assert "reload" != frame["type"], "told to load the page again"
        if frame["type"] == "hello":
            self.attempts = 0
            assert self.cursor in (None, frame["cursor"])
            self.cursor = frame["cursor"]
        elif frame["type"] == "visits" and frame["cursor"] > self.cursor:
            self.cursor = frame["cursor"]
            self.ids += frame["ids"]
            self.told_at |= dict.fromkeys(frame["ids"], time.monotonic())


class Followers:
    """Several, in a thread of their own; used as `with`, which begins when all have said hello."""

    def __init__(
        self,
        number: int,
        url: str,
        session: str,
        tls: ssl.SSLContext | None = None,
        domain: str = DOMAIN,
    ) -> None:
        self.all = [Follower(each, url, session, tls, domain) for each in range(number)]
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.begun = threading.Event()
        self.ended = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    def __enter__(self) -> "Followers":
        self.thread.start()
        assert self.begun.wait(60), "the dashboards could not connect"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join(30)

    def run(self) -> None:
        self.loop.run_until_complete(self.follow())
        self.loop.close()

    async def follow(self) -> None:
        self.tasks = [asyncio.create_task(each.follow()) for each in self.all]
        while any(each.cursor is None for each in self.all):
            await asyncio.sleep(0.05)
        self.begun.set()
        await self.ended.wait()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def check(self) -> None:
        """Raise what ended a dashboard, as a frame that it did not expect."""
        for task in self.tasks:
            if task.done() and not task.cancelled():
                task.result()

    def break_one(self, chance: random.Random) -> None:
        """A dashboard loses its line and comes back."""
        number = chance.randrange(len(self.all))
        self.loop.call_soon_threadsafe(self.restart, number)

    def restart(self, number: int) -> None:
        self.tasks[number].cancel()
        self.tasks[number] = self.loop.create_task(self.all[number].follow())

    def stop_reading(self, number: int) -> None:
        self.loop.call_soon_threadsafe(self.all[number].reading.clear)

    def read_on(self, number: int) -> None:
        self.loop.call_soon_threadsafe(self.all[number].reading.set)
