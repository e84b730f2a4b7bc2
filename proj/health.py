"""`/healthz` and `/metrics`: what a supervisor and a collector of figures ask.

Answered before all middleware but that of headers: by whatever name or address the server is
called, without session, without a line in the log.
"""

import secrets
import threading
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.deprecation import MiddlewareMixin
from prometheus_client import CONTENT_TYPE_LATEST

from proj.metrics import metrics_text
from tracking import backlog
from tracking.models import TaskRun
from tracking.turns import write_transaction

# Anybody may ask, so that questions come no more often than this to the database.
FRESH_SECONDS = 1


@dataclass(frozen=True)
class Health:
    """`reason` is a sentence where hits cannot be stored; `waiting` is None where none answers."""

    reason: str = ""
    waiting: backlog.Backlog | None = None


class HealthMiddleware(MiddlewareMixin):
    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if request.method not in ("GET", "HEAD"):
            return None
        if request.path == "/healthz":
            return healthz(recent.health())
        if request.path == "/metrics" and settings.METRICS_TOKEN:
            return metrics(request.headers.get("Authorization", ""))
        return None


def healthz(health: Health) -> HttpResponse:
    body: dict[str, object] = {"status": "failing" if health.reason else "ok"}
    if health.reason:
        body["reason"] = health.reason
    if health.waiting:
        body["backlog"] = asdict(health.waiting)
    response = JsonResponse(body, status=503 if health.reason else 200)
    response.headers["Cache-Control"] = "no-store"
    # Else Django logs each 5xx as an error, which is mailed: one mail for every question.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def metrics(authorization: str) -> HttpResponse:
    expected = f"Bearer {settings.METRICS_TOKEN}"
    if not secrets.compare_digest(expected.encode(), authorization.encode("utf-8", "replace")):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(
        metrics_text(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


def check() -> Health:
    """Ask the database, and write to it: a full disk lets itself be read."""
    try:
        waiting = backlog.measure()
    except Error:
        return Health("the database does not answer")
    try:
        with write_transaction():
            TaskRun.objects.update_or_create(name="health", defaults={"ran_at": datetime.now(UTC)})
    except Error:
        return Health("the database cannot be written", waiting)
    return Health(waiting=waiting)


class Recent:
    """The last check, for as long as it is fresh; one thread at a time makes another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made = float("-inf")
        self._health = Health()

    def health(self) -> Health:
        with self._lock:
            if time.monotonic() - self._made >= FRESH_SECONDS:
                self._health = check()
                self._made = time.monotonic()
            return self._health


recent = Recent()
