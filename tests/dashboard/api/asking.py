"""Requests to the API, as a program sends them."""

from collections.abc import Callable
from typing import Any

import orjson
from django.test import Client

from tracking.models import ApiKey
from tracking.models.keys import Scope

Ask = Callable[..., tuple[int, Any]]


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def asking(user: object, scopes: list[str] = Scope.values) -> Ask:
    """`ask("GET", "/api/v1/sites")` with a new key of the user: the status and the JSON."""
    key = ApiKey.issue(user, scopes=scopes)[1]

    def ask(method: str, path: str, body: object = None) -> tuple[int, Any]:
        response = send(method, path, body, **headers(key))
        return response.status_code, orjson.loads(response.content)

    return ask


def send(method: str, path: str, body: object = None, **more_headers: str):
    """The response to a request; a body that is no bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
    client = Client(enforce_csrf_checks=True)
    return client.generic(method, path, data, "application/json", headers=more_headers)
