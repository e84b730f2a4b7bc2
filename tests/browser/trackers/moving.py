"""A site that moves here with its old tracker: a real server, and pages on another host."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.server import CHROME

PATIENCE_S = 20
_numbers = count(1)
# The name that Chromium's driver gives itself, by which trackers know a program.
NO_DRIVER = "Object.defineProperty(navigator, 'webdriver', { get: () => false })"


@dataclass(frozen=True)
class Moved:
    """The server that the site moved to; who came `before` is of no interest."""

    url: str
    data: Path
    before: frozenset[int]


@contextmanager
def visitor(browser: Browser) -> Iterator[Page]:
    """A page of a person's browser. Fails on errors of the page, and on cookies that were set.

    Each is a visitor of its own: one whose browser has another version.
    """
    user_agent = CHROME.replace("142.0.0.0", f"142.0.0.{next(_numbers)}")
    context = browser.new_context(user_agent=user_agent)
    context.add_init_script(NO_DRIVER)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context.new_page()
    cookies = context.cookies()
    context.close()
    assert ([], []) == (errors, cookies)


def events(server: Moved, count: int) -> list[tuple[str, str, str, dict[str, str]]]:
    """Name, page, title and properties of the stored events, as soon as there are `count`."""
    deadline = time.monotonic() + PATIENCE_S
    while len(rows := stored(server)) < count:
        if time.monotonic() > deadline:
            raise AssertionError(f"only these came: {rows}")
        time.sleep(0.1)
    return rows


def stored(server: Moved) -> list[tuple[str, str, str, dict[str, str]]]:
    rows = select(
        server.data,
        "SELECT visitor, name, hostname || path, title, props FROM tracking_event ORDER BY id",
    )
    return [
        (name, page, title, json.loads(props or "{}"))
        for visitor, name, page, title, props in rows
        if visitor not in server.before
    ]


def visitors(data: Path) -> frozenset[int]:
    return frozenset(number for (number,) in select(data, "SELECT visitor FROM tracking_event"))


def select(data: Path, statement: str) -> list[tuple[Any, ...]]:
    address = f"file:{data / 'footfall.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        return connection.execute(statement).fetchall()
