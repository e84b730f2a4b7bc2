"""nginx with the shipped files, where one of two machines takes no connections."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from tests.stack.certificate import Certificate
from tests.stack.nginx import Nginx

pytestmark = pytest.mark.stack

# The first that is asked is the dead one.
ASKED = 2


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_arguments: object) -> None:
        """Nothing is written to the tests' output."""


def taking_no_connections(ending: ExitStack) -> int:
    """The port of a socket whose line is full: as at a machine without power, no answer comes."""
    listener = ending.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    while True:
        waiting = ending.enter_context(socket.socket())
        waiting.settimeout(2)
        try:
            waiting.connect(listener.getsockname())
        except TimeoutError:
            return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def half_dead(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    folder = tmp_path_factory.mktemp("nginx")
    with ExitStack() as ending:
        alive = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        Thread(target=alive.serve_forever, daemon=True).start()
        ending.callback(alive.server_close)
        ending.callback(alive.shutdown)
        ports = [taking_no_connections(ending), alive.server_port]
        yield ending.enter_context(Nginx(folder, ports, certificate=Certificate(folder)))


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/sign-in"), ("POST", "/api/event")], ids=["pages", "hits"]
)
def test_what_a_dead_machine_does_not_take_is_asked_of_another(half_dead, method, path):
    with httpx.Client(verify=False, timeout=120) as client:
        answers = [client.request(method, f"{half_dead.url}{path}") for _ in range(ASKED)]

    assert [200] * ASKED == [answer.status_code for answer in answers]
    assert b"" == half_dead.hits.read_bytes()
