"""Bodies that are far too large."""

from pathlib import Path

import httpx
import pytest

from tests.prepared import prepared
from tests.server import Server

pytestmark = pytest.mark.stack

SIZE = 100 * 2**20


def peak_bytes(process: int) -> int:
    """The most memory that a process ever held."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize(("path", "status"), [("/api/event", 413), ("/sign-in", 403)])
def test_a_large_body_is_refused_and_fills_no_memory(tmp_path, path, status):
    with prepared(Server(tmp_path)) as server:
        before = peak_bytes(server.process.pid)

        answer = httpx.post(server.url + path, content=bytes(SIZE), timeout=60)

        grown = peak_bytes(server.process.pid) - before
    assert (status, True) == (answer.status_code, grown < SIZE / 4)
