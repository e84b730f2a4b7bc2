"""Which methods of HTTP the pages and the API know."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.deprecation import MiddlewareMixin

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")


class KnownMethods(MiddlewareMixin):
    """Refuses all others: a view that asks for none in particular would take TRACE for GET."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        return None if request.method in METHODS else HttpResponseNotAllowed(METHODS)
