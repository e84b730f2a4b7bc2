"""`/healthz`, `/readyz` and `/metrics`: what supervisors, proxies and collectors of figures ask.

Answered before all middleware but that of headers: by whatever name or address the server is
called, without session, without a line in the log.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils.deprecation import MiddlewareMixin
from prometheus_client import CONTENT_TYPE_LATEST

from proj import process
from proj.bounded import Bounded
from proj.metrics.text import metrics_text
from proj.readiness import Readiness, readiness
from proj.status.seen import is_doctor, seen
from tracking import backlog
from tracking.models import InboxHit, TaskRun
from tracking.turns import write_transaction

PATHS = ("/healthz", "/readyz", "/metrics")
# In hexadecimal digits twice as many bytes, and no database makes them much fewer.
SOME_HITS = 2000
AWAY = "the database does not answer"


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
            return healthz(health())
        if request.path == "/readyz":
            return readyz(readiness(), seen(request) if is_doctor(request) else None)
        if request.path == "/metrics":
            return metrics(request.headers.get("Authorization", ""))
        return None


def healthz(health: Health) -> HttpResponse:
    body: dict[str, object] = {"status": "failing" if health.reason else "ok"}
    if health.reason:
        body["reason"] = health.reason
    if health.waiting:
        body["backlog"] = asdict(health.waiting)
    return told(body, 503 if health.reason else 200)


def readyz(found: Readiness, seen: dict[str, object] | None) -> HttpResponse:
    body = {"status": found.status, "process": process.kind(), "parts": found.parts}
    if seen:
        body["seen"] = seen
    return told(body, 200 if found.takes_requests else 503)


def told(body: dict[str, object], status: int) -> HttpResponse:
    response = JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
    # Else Django logs each 5xx as an error, which is mailed: one mail for every question.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def metrics(authorization: str) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        return HttpResponseNotFound()
    expected = f"Bearer {settings.METRICS_TOKEN}"
    if not secrets.compare_digest(expected.encode(), authorization.encode("utf-8", "replace")):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(
        metrics_text(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


def check() -> Health:
    """Ask the database, and write to it: a full disk lets itself be read.

    As much as hits do, for a few bytes may find room where no hit does.
    """
    try:
        waiting = backlog.measure()
    except Error:
        return Health(AWAY)
    try:
        with write_transaction():
            TaskRun.objects.update_or_create(name="health", defaults={"ran_at": datetime.now(UTC)})
            InboxHit.objects.create(site_id=0, payload=secrets.token_hex(SOME_HITS)).delete()
    except Error:
        return Health("the database cannot be written", waiting)
    return Health(waiting=waiting)


recent = Bounded(check)


def health() -> Health:
    """What a check found lately; one that hangs is not waited for."""
    try:
        return recent.answer()
    except OSError:
        # A timeout, or no thread to ask in.
        return Health(AWAY)
