"""What holds for every page."""

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.deprecation import MiddlewareMixin


class PrivatePages(MiddlewareMixin):
    """No cache keeps a page, neither a shared one nor a browser's, unless the page says so."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class CompressedPages(GZipMiddleware):
    """Pages go compressed, files that are written while they are sent do not.

    Django would compress each piece of such a file for itself, and browsers read the first alone.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return response if response.streaming else super().process_response(request, response)
