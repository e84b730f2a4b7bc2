"""What the API answers when it refuses: `{"error": "A sentence."}`."""

from collections.abc import Iterable

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

PREFIX = "/api/"


class ApiError(Exception):
    """A refusal with its status, a sentence for a person, and headers that a program needs."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}

    def response(self) -> HttpResponse:
        return json_response({"error": str(self)}, self.status, self.headers)


def json_response(
    value: object, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(value), content_type="application/json", status=status, headers=headers
    )


def asks_the_api(request: HttpRequest) -> bool:
    """Whether whoever asked expects JSON, whatever went wrong before any view was found."""
    return request.path.startswith(PREFIX)


def wrong_method(allowed: Iterable[str]) -> ApiError:
    names = ", ".join(allowed)
    return ApiError(405, f"The method must be one of {names}.", {"Allow": names})


def bad_request() -> HttpResponse:
    return ApiError(400, "The request cannot be understood.").response()


@csrf_exempt
def no_address(_request: HttpRequest) -> HttpResponse:
    """The view of the API's addresses that nothing is at."""
    return not_found()


def not_found() -> HttpResponse:
    return ApiError(404, "There is nothing at this address. See /api/openapi.json.").response()


def server_error() -> HttpResponse:
    return ApiError(500, "Something failed here. It has been noted; try again later.").response()
