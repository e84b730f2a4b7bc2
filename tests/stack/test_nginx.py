"""nginx by itself, with the shipped files, before processes that are down."""

import http.client
import json
import ssl
from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from tests.server import free_port
from tests.stack.certificate import Certificate
from tests.stack.nginx import Nginx

HIT = {"n": "pageview", "d": "example.com", "u": "https://example.com/"}
# What one address may send at once: the burst of hits_proxy.conf, and the first.
AT_ONCE = 1001


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    folder = tmp_path_factory.mktemp("nginx")
    # So slow that what is given back during the test does not count.
    with Nginx(folder, [free_port()], certificate=Certificate(folder), rate="1r/m") as nginx:
        yield nginx


def trusting(nginx: Nginx) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(nginx.folder / "certificate.pem"))


def test_an_address_that_sends_too_many_hits_is_refused_and_what_it_sent_before_is_kept(alone):
    connection = http.client.HTTPSConnection("localhost", alone.port, context=trusting(alone))

    def status(method: str, path: str, body: str | None = None) -> int:
        connection.request(method, path, body)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    statuses = (status("POST", "/api/event", json.dumps(HIT)) for _ in count())
    answered = next(number for number, status in enumerate(statuses) if status == 429)
    beside = status("GET", "/sign-in")
    connection.close()

    # In each minute that passed it might send one more.
    assert AT_ONCE <= answered < AT_ONCE + 60
    assert (502, answered) == (beside, len(alone.hits.read_bytes().splitlines()))


def test_who_comes_without_tls_is_led_to_the_same_address_with_it(alone):
    answer = httpx.get(f"http://localhost:{alone.plain_port}/sites/?a=b")

    assert (301, "https://localhost/sites/?a=b") == (answer.status_code, answer.headers["location"])


def test_what_proves_a_name_to_the_certificates_authority_is_served_without_tls(alone):
    challenge = alone.folder / "www" / ".well-known" / "acme-challenge" / "token"
    challenge.parent.mkdir(parents=True)
    challenge.write_text("proof")

    answer = httpx.get(
        f"http://localhost:{alone.plain_port}/.well-known/acme-challenge/{challenge.name}"
    )

    assert (200, "proof") == (answer.status_code, answer.text)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_it_speaks_tls_from_1_2_on(alone, version):
    assert 502 == httpx.get(f"{alone.url}/sign-in", verify=only(alone, version)).status_code


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_it_speaks_no_older_tls(alone):
    with pytest.raises(httpx.ConnectError, match="ALERT_PROTOCOL_VERSION"):
        httpx.get(f"{alone.url}/sign-in", verify=only(alone, "TLSv1_1"))


def only(nginx: Nginx, version: str) -> ssl.SSLContext:
    """A client that speaks one version alone, whatever this machine thinks of it."""
    context = trusting(nginx)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    return context
