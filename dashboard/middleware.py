"""What holds for every page."""

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin


class PrivatePages(MiddlewareMixin):
    """No cache keeps a page, neither a shared one nor a browser's, unless the page says so."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
