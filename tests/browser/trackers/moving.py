"""A site that moves here with its old tracker: a real server, and pages on another host."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.server import CHROME, Server

PATIENCE_S = 20
# The name that Chromium's driver gives itself, by which trackers know a program.
NO_DRIVER = "Object.defineProperty(navigator, 'webdriver', { get: () => false })"


@contextmanager
def visitor(browser: Browser) -> Iterator[Page]:
    """A page of a person's browser. Fails on errors of the page, and on cookies that were set."""
    context = browser.new_context(user_agent=CHROME)
    context.add_init_script(NO_DRIVER)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context.new_page()
    cookies = context.cookies()
    context.close()
    assert ([], []) == (errors, cookies)


def events(server: Server, count: int) -> list[tuple[str, str, str, dict[str, str]]]:
    """Name, page, title and properties of the stored events, as soon as there are `count`."""
    deadline = time.monotonic() + PATIENCE_S
    while len(rows := stored(server)) < count:
        if time.monotonic() > deadline:
            raise AssertionError(f"only these came: {rows}")
        time.sleep(0.1)
    return rows


def stored(server: Server) -> list[tuple[str, str, str, dict[str, str]]]:
    connection = sqlite3.connect(f"file:{server.data / 'footfall.sqlite3'}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT name, hostname || path, title, props FROM tracking_event ORDER BY id"
        ).fetchall()
    finally:
        connection.close()
    return [(name, page, title, json.loads(props or "{}")) for name, page, title, props in rows]
