"""Bodies that are far too large."""

from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.stack

SIZE = 100 * 2**20


def peak_bytes(process: int) -> int:
    """The most memory that a process ever held."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def test_large_bodies_are_refused_and_fill_no_memory(server):
    before = peak_bytes(server.process.pid)

    statuses = {
        path: httpx.post(server.url + path, content=bytes(SIZE), timeout=120).status_code
        for path in ("/api/event", "/sign-in")
    }

    grown = peak_bytes(server.process.pid) - before
    assert {"/api/event": 413, "/sign-in": 403} == statuses
    assert grown < SIZE / 4
