"""Whose word is taken on how a request was asked."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from tracking.ingest.address import TrustedProxies

# Django reads it where a request is asked whether it came by https.
PROTO = "HTTP_X_FORWARDED_PROTO"


class ForwardedProto:
    """Drops X-Forwarded-Proto unless one of FOOTFALL_TRUSTED_PROXIES sent it.

    Stands before all others, which may ask for the scheme.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.proxies = TrustedProxies(settings.TRUSTED_PROXIES)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if PROTO in request.META and not self.proxies.trusts(request.META.get("REMOTE_ADDR", "")):
            del request.META[PROTO]
        return self.get_response(request)
