"""The shape of one server, asked through nginx; at the end with a second machine beside it."""

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import httpx
import pytest
from playwright.sync_api import Browser, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser.conftest import PATIENCE
from tests.faults.following import Followers, signed_in
from tests.faults.one_server import OneServer
from tests.faults.rolling import restarted
from tests.prepared import OWNER, PASSWORD
from tests.server import CHROME, ROOT
from tests.stack import Stack
from tests.stack.nginx import Nginx
from tests.stack.node import Node

# Another than that of the load, whose every visit is known.
DOMAIN = "other.example"
HIT = {"n": "pageview", "d": DOMAIN, "u": f"https://{DOMAIN}/"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneServer]:
    with OneServer(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    """Speaks to nginx."""
    with httpx.Client(base_url=stack.url, verify=stack.tls, http2=True, timeout=60) as client:
        yield client


def test_pages_come_by_http_2_and_are_kept_to_https(client):
    answer = client.get("/sign-in")

    assert (200, "HTTP/2", "max-age=31536000; includeSubDomains") == (
        answer.status_code,
        answer.http_version,
        answer.headers["strict-transport-security"],
    )


def test_a_hit_is_accepted_by_the_application(client):
    answer = client.post("/api/event", json=HIT, headers={"User-Agent": CHROME})

    # nginx's own answer for a server that is down exposes no headers.
    assert (202, "x-footfall-dropped, x-plausible-dropped", False) == (
        answer.status_code,
        answer.headers["access-control-expose-headers"],
        "x-footfall-dropped" in answer.headers,
    )


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_static_file_comes_compressed_from_nginx_and_is_kept_for_ever(client, encoding):
    address = re.search(r'/static/[^"]+\.css', client.get("/sign-in").text)
    assert address

    answer = client.get(address[0], headers={"Accept-Encoding": encoding})

    assert (200, encoding, "public, max-age=31536000, immutable", "text/css") == (
        answer.status_code,
        answer.headers["content-encoding"],
        answer.headers["cache-control"],
        # The pages' own server would name its characters too.
        answer.headers["content-type"],
    )


def test_a_body_over_the_limit_is_refused(stack):
    connection = http.client.HTTPSConnection("localhost", stack.nginx.port, context=stack.tls)
    connection.putrequest("POST", "/sign-in")
    connection.putheader("Content-Length", str(2 * 1024 * 1024 + 1))
    connection.endheaders()

    assert 413 == connection.getresponse().status
    connection.close()


def test_a_websocket_from_another_origin_is_refused(stack):
    address = f"wss://localhost:{stack.nginx.port}/ws/sites/{DOMAIN}/feed"

    with pytest.raises(InvalidStatus) as refused:
        connect(address, ssl=stack.tls, origin="https://elsewhere.example", open_timeout=60)

    assert 403 == refused.value.response.status_code


def test_a_browser_that_signed_in_sees_a_visit_as_it_comes(stack, client, browser: Browser):
    context = browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{stack.url}/sign-in")
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/sites/")
    page.goto(f"{stack.url}/sites/{DOMAIN}/live")

    hit = {**HIT, "u": f"https://{DOMAIN}/seen-live"}
    answer = client.post("/api/event", json=hit, headers={"User-Agent": CHROME})

    assert 202 == answer.status_code
    expect(page.locator("#rows article").filter(has_text="/seen-live")).to_have_count(1)
    context.close()


def test_a_request_has_one_id_of_nginx_which_is_answered_and_in_all_logs(stack, client):
    claimed = "f" * 32

    given = client.get("/sign-in", headers={"X-Request-ID": claimed}).headers["x-request-id"]

    assert given != claimed
    for log in (stack.nginx.access.read_text, partial(stack.log, "pages")):
        stack.nodes[0].wait_until(lambda log=log: given in log())


def test_no_log_names_an_address(stack, client):
    hit = {**HIT, "u": f"https://{DOMAIN}/logged"}
    visitor = {"User-Agent": CHROME, "X-Forwarded-For": "91.0.0.9"}
    client.post("/api/event", json=hit, headers=visitor)
    client.post("/api/event", content="no hit", headers=visitor)
    client.get("/no-such-page", headers=visitor)
    stack.nodes[0].wait_until(lambda: stack.nginx.access.read_text().count('"status":404') > 0)

    said = {
        path.relative_to(stack.folder): re.findall(
            r"91\.0\.0\.9|client: |127\.0\.0\.1:\d+ - ", text
        )
        for path in stack.folder.rglob("*.log")
        if (text := path.read_text())
    }
    assert "node0/hits-0.log" in {str(path) for path in said}
    assert {} == {path: found for path, found in said.items() if found}


def test_the_doctor_finds_the_way_through_nginx_in_order(stack):
    examined = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=ROOT,
        env={**stack.environment, "SSL_CERT_FILE": str(stack.certificate.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    states = {each["check"]: each["state"] for each in json.loads(examined.stdout)}
    of_the_way = ("Public address", "Proxy's clock", "Forwarded addresses", "Forwarded protocol")
    of_the_way += ("Hits", "Websockets", "Streams", "Files")
    assert dict.fromkeys(of_the_way, "ok") == {name: states[name] for name in of_the_way}


def test_no_request_fails_and_no_visit_is_missed_while_all_is_restarted(stack):
    found = restarted(stack, seconds=0, rate=40, dashboards=3)

    # It says itself what is wrong with an answer, a page or what a dashboard was told.
    assert found.told


@pytest.fixture(scope="module")
def second(stack: Stack) -> Iterator[Node]:
    """A machine beside the first, which accepts and pushes too."""
    node = Node(stack.folder / "second", {"hits": 1, "sockets": 1})
    node.environment = stack.environment
    with node:
        node.wait_until(lambda: node.is_ready("hits") and node.is_ready("sockets"))
        yield node


def test_visits_accepted_on_either_machine_are_seen_on_dashboards_of_both(stack, second, tmp_path):
    first = stack.nodes[0]
    hits, sockets = ([node.ports[name] for node in (first, second)] for name in ("hits", "sockets"))
    session = signed_in(stack.url, stack.tls)
    with (
        Nginx(tmp_path, hits, [stack.nodes[0].ports["pages"]], sockets) as nginx,
        ExitStack() as end,
    ):
        # One dashboard on each, and two wherever nginx leads them.
        urls = [f"http://localhost:{port}" for port in (*sockets, nginx.port, nginx.port)]
        dashboards = [end.enter_context(Followers(1, url, session, None, DOMAIN)) for url in urls]

        for number, port in enumerate((*hits, nginx.port, nginx.port)):
            # Of a visitor each.
            headers = {"User-Agent": CHROME, "X-Forwarded-For": f"91.0.0.{number}"}
            address = f"http://localhost:{port}/api/event"
            assert 202 == httpx.post(address, json=HIT, headers=headers, timeout=60).status_code

        told = [each.all[0].ids for each in dashboards]
        first.wait_until(lambda: [4] * 4 == [len(ids) for ids in told])
    assert [told[0]] * 4 == told
