"""A program that receives webhooks, on this machine."""

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson


class Receiver:
    """`received` are the requests so far, each as its headers and its body; `statuses` are what it
    answers, the last one from then on."""

    def __init__(self, statuses: list[int], before: Callable[[], object]) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.statuses = statuses
        self.before = before
        self.url = ""

    @property
    def ids(self) -> list[str]:
        """Of the events, in the order in which they came."""
        return [orjson.loads(body)["id"] for _, body in self.received]

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.received.append((dict(handler.headers.items()), body))
        self.before()
        last = len(self.statuses) == 1
        handler.send_response(self.statuses[0] if last else self.statuses.pop(0))
        handler.send_header("Location", f"{self.url}/elsewhere")
        handler.end_headers()
        handler.wfile.write(b"<b>thanks</b>")


@contextmanager
def receiving(*statuses: int, before: Callable[[], object] = lambda: None) -> Iterator[Receiver]:
    """A receiver that answers so, 200 unless said otherwise, after `before`."""
    receiver = Receiver(list(statuses) or [200], before)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.take(self)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether a receiver that knows the secret believes the request."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return any(
        hmac.compare_digest(f"v1,{expected}", each)
        for each in headers["webhook-signature"].split(" ")
    )
