"""What holds for every page."""

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin


class PrivatePages(MiddlewareMixin):
    """Pages are kept by no cache, neither a shared one nor a browser's, unless one says otherwise."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
