"""A mail server that is down while a real server is asked for a mail."""

import time
from pathlib import Path

import httpx
import pytest

from tests.prepared import OWNER, prepared
from tests.server import Server, free_port
from tests.smtp import LOGIN, MailServer

pytestmark = pytest.mark.stack
PATIENCE_SECONDS = 90


def test_page_answers_and_the_mail_arrives_when_the_mail_server_is_back(tmp_path: Path):
    port = free_port()
    mail_server = MailServer(tmp_path, port)
    server = prepared(
        Server(
            tmp_path / "data",
            EMAIL_URL=f"smtp://{LOGIN}@localhost:{port}",
            SSL_CERT_FILE=str(mail_server.certificate),
        )
    )
    with server, httpx.Client(base_url=server.url, timeout=60) as client:
        client.get("/password/forgotten")
        form = {"csrfmiddlewaretoken": client.cookies["csrftoken"], "email": OWNER}
        answer = client.post("/password/forgotten", data=form)
        wait_for(lambda: "mail_not_sent" in server.output.read_text())
        with mail_server:
            wait_for(lambda: mail_server.taken)

    assert (302, [[OWNER]]) == (answer.status_code, [to for _, to in mail_server.envelopes])
    assert OWNER not in server.output.read_text()


def wait_for(holds) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
