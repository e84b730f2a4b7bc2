"""Files of rates, from the disk and from addresses."""

import io
import ssl
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.stack.certificate import Certificate
from tracking import outgoing, rate_files
from tracking.rate_files import read_lines
from tracking.rates import RatesError

LINES = ["Date,USD,", "2026-03-10,1.25,"]
CSV = "\ufeff{}\n{}\n".format(*LINES).encode()


def packed(content: bytes, name: str = "eurofxref.csv") -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("readme.txt", "")
        file.writestr(name, content)
    return whole.getvalue()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings) -> Iterator[HTTPServer]:
    """One on this machine that speaks TLS and answers with its `content`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.server.content)

        def log_message(self, *_args: object) -> None:
            pass

    certificate = Certificate(tmp_path)
    monkeypatch.setattr(outgoing, "tls", lambda: certificate.trusting)
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.path, certificate.key_path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.url = f"https://127.0.0.1:{server.server_port}/eurofxref.zip"
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("content", [CSV, packed(CSV)], ids=["csv", "zip"])
def test_file_at_an_address_is_read_packed_or_not(server, content):
    server.content = content

    assert LINES == list(read_lines(server.url))


def test_file_on_the_disk_and_standard_input_are_read(tmp_path, monkeypatch):
    file = tmp_path / "rates"
    file.write_bytes(packed(CSV))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(CSV)))

    assert [LINES, LINES] == [list(read_lines(where)) for where in (str(file), "-")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"x" * 1001, "cannot be read. The answer is larger than 0 MB."),
        (packed(b"x" * 1001), "The file is larger than 0 MB."),
        (packed(CSV, "rates.xml"), "There is no CSV file in the zip file."),
        (packed(CSV)[:-30], "The zip file is damaged, or packed in a rare way."),
        (b"\xff\xfe", "The file is no text."),
    ],
    ids=["large", "unpacks to more", "no csv", "cut", "no text"],
)
def test_file_that_is_none_is_told(server, monkeypatch, content, sentence):
    monkeypatch.setattr(rate_files, "MOST_BYTES", 1000)
    server.content = content

    with pytest.raises(RatesError) as refused:
        read_lines(server.url)

    assert str(refused.value).endswith(sentence)


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("http://example.com/r.csv", "Rates are only fetched from an address that begins with"),
        ("file:///etc/passwd", "Rates are only fetched from an address that begins with"),
        ("https://127.0.0.1/r.csv", "cannot be read. 127.0.0.1 is not on the public internet."),
        ("/nowhere", "The file cannot be read: No such file or directory."),
    ],
)
def test_address_that_is_not_called_and_file_that_is_not_there_are_told(where, sentence):
    with pytest.raises(RatesError) as refused:
        read_lines(where)

    assert sentence in str(refused.value)
