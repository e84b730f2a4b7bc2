"""A website and the server that collects its hits, on loopback, in a thread: no Footfall needed."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page as BrowserPage

from tracking.ingest.script import build

SOURCE = Path(__file__).parents[2] / "static" / "tracker" / "footfall.js"
SCRIPT_PATH = "/js/script.js"
EVENT_PATH = "/api/event"
BEAT_PATH = "/api/event/here"
PATIENCE_S = 10

# Instead of a status: the request arrives, and its connection is closed without an answer.
DROP = 0

Page = tuple[bytes, dict[str, str]]


class Collector:
    """Serves pages and the script, keeps the hits and beats that arrive, and answers as told.

    `hits` are the bodies as sent, `headers` those of the same requests, in order of arrival. A path
    nobody served with `serve` is a page with the snippet; one under `/files/` is a download.
    `beats` came of open pages; `tell` says of each in how many seconds the next shall come.
    """

    def __init__(self, port: int) -> None:
        self.site = f"http://site.example:{port}"
        self.stats = f"http://stats.example:{port}"
        self.elsewhere = f"http://elsewhere.example:{port}"
        self.script = build(SOURCE.read_text(), EVENT_PATH).body
        self.hits: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.beats: list[dict[str, Any]] = []
        self.beat_headers: list[dict[str, str]] = []
        self.tell: Callable[[dict[str, Any]], float] = lambda _beat: 0
        self.visited: list[str] = []
        self._answers: list[int] = []
        self._answers_to_beats: list[int] = []
        self._pages: dict[str, Page] = {}
        self._changed = threading.Condition()

    def snippet(self, attributes: str = "") -> str:
        return f'<script src="{self.stats}{SCRIPT_PATH}" {attributes}></script>'

    def serve(self, path: str, body: str = "", attributes: str = "", **headers: str) -> str:
        """Puts a page with the snippet and `body` at `path`, and gives back its address."""
        self.serve_bare(path, self.snippet(attributes) + body, **headers)
        return self.site + path

    def serve_bare(self, path: str, body: str, **headers: str) -> str:
        """Puts a page without the snippet at `path`, and gives back its address."""
        html = f"<!doctype html><html lang=en><title>A page</title><body>{body}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._pages[path] = (html.encode(), named)
        return self.site + path

    def answer(self, *statuses: int) -> None:
        """Answers the next hits with these, later ones with 202."""
        self._answers = list(statuses)

    def answer_beats(self, *statuses: int) -> None:
        """Answers the next beats with these, later ones with 200."""
        self._answers_to_beats = list(statuses)

    def wait(self, count: int) -> list[dict[str, Any]]:
        """The hits, as soon as there are `count` of them."""
        return self._wait_until(lambda: len(self.hits) >= count)

    def wait_for(self, name: str) -> list[dict[str, Any]]:
        """The hits, as soon as one of that name is among them."""
        return self._wait_until(lambda: any(hit["n"] == name for hit in self.hits))

    def wait_beats(self, count: int) -> list[dict[str, Any]]:
        """The beats, as soon as there are `count` of them."""
        self._wait_until(lambda: len(self.beats) >= count)
        return list(self.beats)

    def wait_for_visit(self, path: str) -> None:
        """Returns as soon as `path` was asked for."""
        self._wait_until(lambda: path in self.visited)

    def _wait_until(self, reached: Any) -> list[dict[str, Any]]:
        with self._changed:
            if not self._changed.wait_for(reached, PATIENCE_S):
                raise AssertionError(f"only these came: {self.hits} {self.beats}")
            return list(self.hits)

    def page(self, path: str) -> Page:
        with self._changed:
            self.visited.append(path)
            self._changed.notify_all()
        return self._pages.get(path) or (self.snippet().encode(), {})

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        with self._changed:
            self.hits.append(json.loads(body))
            self.headers.append(headers)
            self._changed.notify_all()
            return self._answers.pop(0) if self._answers else 202

    def take_beat(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        beat = json.loads(body)
        with self._changed:
            seconds = self.tell(beat)
            self.beats.append(beat)
            self.beat_headers.append(headers)
            self._changed.notify_all()
            status = self._answers_to_beats.pop(0) if self._answers_to_beats else 200
        return status, str(seconds).encode()


def everything(page: BrowserPage, collector: Collector, count: int) -> list[tuple[str, str]]:
    """Name and path of all hits: the `count` expected ones, and what else came before a last one.

    Sorted, since hits sent in one moment may overtake each other.
    """
    collector.wait(count)
    page.evaluate("footfall('last')")
    hits = collector.wait_for("last")
    return sorted((hit["n"], urlsplit(hit["u"]).path) for hit in hits if hit["n"] != "last")


class Handler(BaseHTTPRequestHandler):
    server: "CollectorServer"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == SCRIPT_PATH:
            self._answer(200, self.server.collector.script, "text/javascript")
        elif path == "/favicon.ico":
            self._answer(204)
        elif path.startswith("/files/"):
            self._answer(200, b"...", "application/octet-stream", content_disposition="attachment")
        else:
            body, headers = self.server.collector.page(path)
            self._answer(200, body, "text/html; charset=utf-8", **headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path, answer = urlsplit(self.path).path, b"ok"
        if path == EVENT_PATH:
            status = self.server.collector.take(body, dict(self.headers))
        elif path == BEAT_PATH:
            status, answer = self.server.collector.take_beat(body, dict(self.headers))
        else:
            return self.do_GET()
        if status == DROP:
            return self.connection.close()
        self._answer(status, answer, "text/plain", access_control_allow_origin="*")

    def _answer(
        self, status: int, body: bytes = b"", content_type: str = "text/plain", **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class CollectorServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.collector = Collector(self.server_port)

    def handle_error(self, *_: object) -> None:
        """A browser that goes away in the middle of an answer is nothing to report."""


@contextmanager
def collecting() -> Iterator[Collector]:
    server = CollectorServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
