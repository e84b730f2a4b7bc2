"""Asking again who somebody is, before what is sensitive."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect


class ConfirmFirst:
    """Leads to the page that asks again, and from there back to the page that needs it.

    In the place of allauth's own way, which keeps the whole request in the session until then, the
    address it came from included. A form that was sent has to be sent again: the way back leads to
    the page that had it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ReauthenticationRequired):
            return None
        methods = get_adapter().get_reauthentication_methods(request.user)
        page = methods[0]["url"] if methods else reverse("account_login")
        if request.method != "GET":
            messages.info(request, "Nothing is done yet. Confirm that it is you, then do it again.")
        target = f"{page}?{urlencode({'next': page_of(request)})}"
        # htmx would put what a redirect leads to into the page.
        return HttpResponseClientRedirect(target) if request.htmx else redirect(target)


def page_of(request: HttpRequest) -> str:
    """The page from which a request is made, or which it asks for; home where nothing tells."""
    if request.method == "GET" and not request.htmx:
        return request.get_full_path()
    from_page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(from_page, {request.get_host()}):
        return reverse("home")
    shown = urlsplit(from_page)
    return shown.path + (f"?{shown.query}" if shown.query else "")
