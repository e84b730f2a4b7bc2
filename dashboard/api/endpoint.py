"""The road of a request: method, key, limit, scope, then the action, whose answer goes out as JSON.

An action is a function `(call, …)` of what the address holds, marked by the scope that it needs:

    @needs(Scope.SITES_READ)
    def listing(call: Call) -> Answer: ...

    path("v1/sites", endpoint(GET=listing, POST=create))
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from dashboard.api import auth, bodies
from dashboard.api.errors import ApiError, json_response, wrong_method
from dashboard.api.limits import take
from tracking.access import Right
from tracking.models import ApiKey, Site
from tracking.models.keys import Scope

Answer = dict[str, Any] | int


@dataclass
class Call:
    """A request of a valid key that may make it."""

    request: HttpRequest
    key: ApiKey

    @cached_property
    def body(self) -> dict[str, Any]:
        return bodies.read_object(self.request)

    def site(self, name: str, right: Right) -> Site:
        return auth.site_of(self.key, name, right)


@dataclass(frozen=True)
class Action:
    scope: Scope
    run: Callable[..., Answer]


def needs(scope: Scope) -> Callable[[Callable[..., Answer]], Action]:
    """Makes an action of a function: only keys of this scope may ask for it."""
    return lambda function: Action(scope, function)


def endpoint(**actions: Action) -> Callable[..., HttpResponse]:
    """The view of an address, with the action of each method."""

    # A key in a header is nothing that a browser sends by itself for whoever makes it ask.
    @csrf_exempt
    def view(request: HttpRequest, **parts: Any) -> HttpResponse:
        limits: dict[str, str] = {}
        try:
            action = action_of(request, actions)
            call = admitted(request, action.scope, limits)
            response = json_response(action.run(call, **parts))
        except ApiError as error:
            response = error.response()
        for name, value in limits.items():
            response[name] = value
        return response

    return view


def admitted(request: HttpRequest, scope: Scope, limits: dict[str, str]) -> Call:
    """The request, if its key may make it; the headers that tell its limits come into `limits`.

    Raises `ApiError`.
    """
    key = auth.key_of(request)
    now = timezone.now()
    allowance = take(key.pk, now)
    limits |= allowance.headers
    allowance.check(now)
    auth.check_scope(key, scope)
    key.note_use(now)
    return Call(request, key)


def action_of(request: HttpRequest, actions: dict[str, Action]) -> Action:
    method = "GET" if request.method == "HEAD" else request.method or ""
    if method not in actions:
        raise wrong_method(actions)
    return actions[method]
