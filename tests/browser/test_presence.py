"""Who is here while browsers open, freeze, lose and crash pages; beats are fifty times as fast."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Error, Page

from realtime.presence.beats import Beat, Signal, State
from realtime.presence.store import MemoryStore, Pace
from tests.browser.collector import Collector
from tests.browser.test_tracker_engagement import HIDE, SHOW

PATIENCE_S = 10


class Room:
    """Takes the beats that reach a collector into a store."""

    def __init__(self, collector: Collector) -> None:
        self.store = MemoryStore(Pace(watched=0.3, unwatched=0.3, late=0.7))
        collector.tell = self.tell

    def tell(self, beat: dict) -> float:
        signal = Signal(beat["t"], beat["i"], State(beat["s"]))
        path = urlsplit(beat["u"]).path
        return asyncio.run(self.store.put(1, Beat(signal, hash(beat["t"]), None, path)))

    def pages(self) -> list[str]:
        return sorted(tab.path for tab in self.store.read(1).tabs)


@pytest.fixture
def room(collector) -> Room:
    return Room(collector)


@pytest.fixture
def opened(context, collector) -> Callable[[str], Page]:
    def open_page(path: str) -> Page:
        page = context.new_page()
        page.goto(collector.serve(path))
        return page

    return open_page


def expect(room: Room, *paths: str) -> None:
    """These pages come to be the ones that are open."""
    deadline = time.monotonic() + PATIENCE_S
    while room.pages() != list(paths):
        assert time.monotonic() < deadline, room.pages()
        time.sleep(0.02)


@contextmanager
def sleeping_machine() -> Iterator[None]:
    children = psutil.Process().children(recursive=True)
    renderers = [each for each in children if "--type=renderer" in each.cmdline()]
    for each in renderers:
        each.suspend()
    try:
        yield
    finally:
        for each in renderers:
            each.resume()


def test_a_page_that_is_closed_has_left_and_the_others_have_not(opened, room):
    goes = opened("/goes")
    opened("/stays")
    expect(room, "/goes", "/stays")

    goes.close()

    expect(room, "/stays")


def test_a_page_that_crashes_has_left(opened, room):
    crashes = opened("/crashes")
    opened("/stays")
    expect(room, "/crashes", "/stays")

    with crashes.expect_event("crash"), suppress(Error):
        crashes.goto("chrome://crash")

    expect(room, "/stays")


def test_pages_on_a_machine_that_sleeps_have_left_until_it_wakes(opened, room):
    opened("/one")
    opened("/other")
    expect(room, "/one", "/other")

    with sleeping_machine():
        expect(room)

    expect(room, "/one", "/other")


def test_a_frozen_page_has_left_until_it_is_resumed(opened, room):
    page = opened("/freezes")
    expect(room, "/freezes")

    # A browser without a window freezes no page; it beats no more while its timers stand still.
    page.evaluate("""() => {
        window.running = setTimeout;
        window.setTimeout = () => {};
        document.dispatchEvent(new Event('freeze'));
    }""")
    expect(room)
    page.evaluate("""() => {
        window.setTimeout = running;
        document.dispatchEvent(new Event('resume'));
    }""")

    expect(room, "/freezes")


def test_a_hidden_page_has_left_until_it_is_shown(opened, room):
    page = opened("/hides")
    expect(room, "/hides")

    page.evaluate(HIDE)
    expect(room)
    page.evaluate(SHOW)

    expect(room, "/hides")


def test_a_page_in_the_cache_for_going_back_has_left_until_one_goes_back(opened, room, collector):
    page = opened("/first")
    page.evaluate("window.kept = true")
    expect(room, "/first")

    page.goto(collector.serve_bare("/without", "no tracker"))
    expect(room)
    page.evaluate("history.back()")

    expect(room, "/first")
    assert page.evaluate("window.kept")


def test_the_next_page_takes_the_place_of_the_one_before(opened, room, collector):
    page = opened("/first")
    expect(room, "/first")

    page.goto(collector.serve("/second"))

    expect(room, "/second")


def test_a_page_without_network_has_left_until_it_is_back(opened, room, context, complaints):
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    opened("/tunnel")
    expect(room, "/tunnel")

    context.set_offline(True)
    expect(room)
    context.set_offline(False)

    expect(room, "/tunnel")
