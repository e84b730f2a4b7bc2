"""The one-process server: starting, stopping, and what it says."""

import re
import socket
import subprocess
import sys

import httpx
import pytest

from tests.prepared import prepared
from tests.server import ROOT, Server, free_port

pytestmark = pytest.mark.stack


def test_it_stops_cleanly_when_it_is_interrupted(tmp_path):
    server = Server(tmp_path)
    server.start()

    assert 0 == server.stop()
    assert server.output.read_text().endswith("Footfall has stopped.\n")
    assert "Traceback" not in server.output.read_text()


def test_it_prints_its_address_and_a_link_that_makes_the_first_owner_once(tmp_path):
    with Server(tmp_path) as server:
        link = re.search(r"http\S+/welcome\?key=\S+", server.output.read_text())
        assert link
        assert f"Footfall serves {server.url}" in server.output.read_text()
        assert 200 == httpx.get(link[0]).status_code

        server.manage(
            "owner_create", "first@example.com", "--password-stdin", stdin="Kz4-wide-river\n"
        )

        assert 200 != httpx.get(link[0]).status_code


def test_two_servers_run_side_by_side(tmp_path):
    (tmp_path / "two").mkdir()
    with prepared(Server(tmp_path / "one")) as one, Server(tmp_path / "two") as two:
        hit = {"n": "pageview", "d": "example.com", "u": "https://example.com/"}
        answers = [httpx.post(f"{server.url}/api/event", json=hit).headers for server in (one, two)]

    assert [False, True] == ["unknown_site" in str(headers) for headers in answers]


def test_a_broken_place_file_stops_the_start_with_a_sentence(tmp_path):
    path = tmp_path / "city.mmdb"
    path.write_text("not a database")
    done = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={**Server(tmp_path).environment, "FOOTFALL_GEOIP_FILE": str(path)},
        capture_output=True,
        text=True,
    )

    assert (1, True, False) == (
        done.returncode,
        "Footfall cannot start: FOOTFALL_GEOIP_FILE must be a city database" in done.stderr,
        "Traceback" in done.stderr,
    )


def test_a_taken_port_stops_the_start_with_a_sentence(tmp_path):
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        done = subprocess.run(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env={**Server(tmp_path).environment, "PORT": str(port)},
            capture_output=True,
            text=True,
        )

    assert (1, True) == (
        done.returncode,
        f"Footfall cannot start: 127.0.0.1 port {port} is taken" in done.stderr,
    )
