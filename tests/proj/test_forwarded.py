import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from proj import settings as configured
from proj.forwarded import ForwardedProto

HTTPS = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    ("peer", "believed"),
    [("127.0.0.1", True), ("10.1.2.3", True), ("", True), ("203.0.113.7", False)],
    ids=["this machine", "a named network's", "a local socket", "anybody"],
)
def test_scheme_is_believed_from_trusted_proxies_alone(settings, peer, believed):
    settings.SECURE_PROXY_SSL_HEADER = HTTPS
    settings.TRUSTED_PROXIES = ["127.0.0.0/8", "10.0.0.0/8"]
    asked = []
    middleware = ForwardedProto(lambda request: asked.append(request) or HttpResponse())

    middleware(RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https"))

    assert [(believed, believed)] == [
        (request.is_secure(), "X-Forwarded-Proto" in request.headers) for request in asked
    ]


def test_nothing_asks_for_the_scheme_before():
    assert "proj.forwarded.ForwardedProto" == configured.MIDDLEWARE[0]
