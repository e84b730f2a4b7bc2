import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import override_settings

from tracking import outgoing
from tracking.outgoing import AddressRefused, Answer, OutgoingError, get, post

LOOPBACK = override_settings(WEBHOOK_NETWORKS=["127.0.0.0/8"])

# Loopback in all its clothes, and what else is not the public internet.
INSIDE = [
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.1."),
    *("0.0.0.0", "0", "localhost", "LOCALHOST", "10.0.0.1", "172.16.0.1", "192.168.1.1"),  # noqa: S104
    *("169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("192.88.99.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:8.8.8.8]", "[::127.0.0.1]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b::808:808]", "[64:ff9b:1::1]", "[fe80::1]", "[fc00::1]"),
    *("[fd00:ec2::254]", "[ff02::1]", "[2002:7f00:1::]", "[2001::1]", "[2001:db8::1]"),
    *("[100::1]", "[3fff::1]", "[fec0::1]"),
]


def known_as(*addresses: str) -> Callable[..., list]:
    """A resolver for which every name has these addresses."""

    def getaddrinfo(_host: str, port: int, **_kwargs: object) -> list:
        kinds = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (each, port))
            for kind, each in zip(kinds, addresses, strict=True)
        ]

    return getaddrinfo


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A server on this machine that answers each request in this way; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self)

        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("host", INSIDE)
def test_address_inside_is_refused(host):
    with pytest.raises(OutgoingError):
        outgoing.check(f"http://{host}/")


@pytest.mark.parametrize("address", ["8.8.8.8", "[2606:4700::1111]"])
def test_public_address_is_called(address):
    outgoing.check(f"https://{address}/hook")


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "example.com", ""),
        *("http://", "http:///path", "https://user:secret@example.com/", "http://example.com:0/"),
        *("http://example.com:99999/", "http://exa mple.com/", "http://example.com/\r\nHost: x"),
        *("http://example.com\\@127.0.0.1/", "http://[::1/", "http://" + "a" * 70 + ".com/"),
        "https://example.com/" + "a" * 2000,
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url):
    with pytest.raises(AddressRefused):
        outgoing.check(url)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["8.8.8.8", "::1"]],
    ids=["inside", "outside and inside", "outside and inside by IPv6"],
)
def test_name_that_leads_inside_is_refused(monkeypatch, addresses):
    monkeypatch.setattr(socket, "getaddrinfo", known_as(*addresses))

    with pytest.raises(AddressRefused):
        post("http://rebound.example/", b"", {})


def test_name_that_changes_after_the_check_changes_nothing(monkeypatch):
    answers = iter([known_as("8.8.8.8"), known_as("127.0.0.1")])
    called = []

    def connect(address, timeout):
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kw: next(answers)(*args, **kw))
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(OutgoingError):
        post("http://rebound.example/", b"", {})

    assert [("8.8.8.8", 80)] == called


@LOOPBACK
def test_allowed_network_is_called():
    def answer(handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.send_response(201)
        handler.end_headers()
        handler.wfile.write(handler.headers["X-Test"].encode() + body)

    with answering(answer) as url:
        assert Answer(201, "yes{}") == post(url, b"{}", {"X-Test": "yes"})


@LOOPBACK
def test_redirect_is_an_answer_and_is_not_followed():
    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", "http://127.0.0.1:1/")
        handler.end_headers()

    with answering(answer) as url:
        assert Answer(302, "") == post(url, b"", {})


@LOOPBACK
def test_endless_answer_is_read_only_at_its_beginning():
    def answer(handler):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 10_000)

    with answering(answer) as url:
        assert Answer(200, "x" * outgoing.MOST_BYTES) == post(url, b"", {})


@LOOPBACK
def test_answer_that_comes_byte_by_byte_ends_in_time():
    over = threading.Event()

    def answer(handler):
        while not over.wait(0.02):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: "[:1])
            handler.wfile.flush()

    with answering(answer) as url, pytest.raises(OutgoingError, match="No answer within"):
        post(url, b"", {}, seconds=0.3)
    over.set()


@LOOPBACK
def test_secure_connection_that_never_begins_ends_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"

        with pytest.raises(OutgoingError, match="No answer within"):
            post(url, b"", {}, seconds=0.3)


@LOOPBACK
def test_connection_that_breaks_off_is_told():
    broken = pytest.raises(OutgoingError, match="The connection failed")
    with answering(lambda handler: handler.connection.close()) as url, broken:
        post(url, b"", {})


@LOOPBACK
def test_proxies_of_the_environment_are_not_used(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    def answer(handler):
        handler.send_response(204)
        handler.end_headers()

    with answering(answer) as url:
        assert Answer(204, "") == post(url, b"", {})


def giving(status: int, body: bytes, length: int | None = None):
    def answer(handler):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@LOOPBACK
def test_what_lies_at_an_address_is_read_whole():
    with answering(giving(200, b"x" * 5000)) as url:
        assert b"x" * 5000 == get(url, 5000)


@LOOPBACK
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (giving(404, b""), "The server answered 404 Not Found."),
        (giving(302, b""), "The server answered 302 Found."),
        (giving(200, b"x" * (2 << 20)), "The answer is larger than 1 MB."),
        (giving(200, b"x", length=2), "The answer broke off."),
        (lambda handler: handler.connection.close(), "The connection failed: RemoteDisconnected."),
    ],
    ids=["missing", "redirect", "large", "cut", "closed"],
)
def test_what_cannot_be_read_whole_is_told(answer, sentence):
    with answering(answer) as url, pytest.raises(OutgoingError) as failed:
        get(url, 1 << 20)

    assert sentence == str(failed.value)


def test_nothing_inside_is_read():
    with answering(giving(200, b"x")) as url, pytest.raises(AddressRefused):
        get(url, 10)
