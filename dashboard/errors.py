"""The pages that say what went wrong, and the API's answers where no view gave one."""

import math

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import get_template

from dashboard.api import errors as api


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if api.asks_the_api(request):
        return api.bad_request()
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if api.asks_the_api(request):
        return api.not_found()
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest, seconds: float = 60) -> HttpResponse:
    """For views to return: a 429 that says when to try again, in words and in Retry-After."""
    whole = max(1, math.ceil(seconds))
    response = render(request, "429.html", {"wait": in_words(whole)}, status=429)
    response["Retry-After"] = str(whole)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered with the request's id alone, because whatever fills a context may be what broke."""
    if api.asks_the_api(request):
        return api.server_error()
    page = get_template("500.html").render({"reference": getattr(request, "request_id", "")})
    return HttpResponseServerError(page)


def in_words(seconds: int) -> str:
    """A duration as people say it: seconds up to a minute and a half, then minutes."""
    if seconds < 90:
        return "a second" if seconds == 1 else f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
