"""What people choose about reports by mail, with its place in the audit log."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from dashboard.mailed.writing import name_of
from dashboard.room import Did, What, tell
from realtime.mail import outbox
from realtime.subscriptions import tokens
from realtime.subscriptions.models import Rhythm, Subscription
from tracking import audit
from tracking.models import Site, Team

Place = Site | Team


@transaction.atomic
def choose(request: HttpRequest, place: Place, wanted: set[str], now: datetime) -> None:
    """Let the person who asks get the reports of those rhythms, and no others."""
    mine = place.subscriptions.filter(user=request.user.pk)
    for rhythm in Rhythm:
        row = mine.filter(rhythm=rhythm).first()
        if rhythm in wanted and row is None:
            subscribe(place, request.user, rhythm, now)
            record(request, place, Did.ADDED, rhythm, own=True)
        elif rhythm in wanted and row and row.paused_because:
            row.resume(now)
            record(request, place, Did.RESUMED, rhythm, own=True)
        elif row and rhythm not in wanted:
            row.delete()
            record(request, place, Did.ENDED, rhythm, own=True)


def subscribe(place: Place, user: Any, rhythm: Rhythm, now: datetime) -> None:
    place.subscriptions.get_or_create(
        user=user, rhythm=rhythm, defaults={"made_at": now, "since": now, "confirmed_at": now}
    )


@transaction.atomic
def add(request: HttpRequest, place: Place, given: dict[str, Any], now: datetime) -> None:
    """Ask an address whether it wants the report; one that was asked before is asked again."""
    row, is_new = place.subscriptions.update_or_create(
        user=None,
        email=given["email"],
        rhythm=given["rhythm"],
        defaults={
            "timezone": given["timezone"],
            "week_start": request.user.week_start,  # type: ignore[union-attr]
            "added_by": request.user,
            "made_at": now,
            "since": now,
        },
    )
    context = {
        "by": request.user.email,  # type: ignore[union-attr]
        "place": name_of(place),
        "rhythm": row.rhythm,
        "link": tokens.confirm_link(row.pk),
    }
    outbox.send("report_added", row.email, context)
    if is_new:
        record(request, place, Did.ADDED, row.rhythm)


@transaction.atomic
def remove(request: HttpRequest, row: Subscription) -> None:
    row.delete()
    record(request, row.place, Did.DELETED, row.rhythm)


@transaction.atomic
def resume(request: HttpRequest, row: Subscription, now: datetime) -> None:
    row.resume(now)
    record(request, row.place, Did.RESUMED, row.rhythm)


@transaction.atomic
def end(row: Subscription) -> None:
    """As its reader asks, who need not be signed in."""
    place = row.place
    where = {"site": place} if isinstance(place, Site) else {"team": place}
    audit.record(Did.ENDED, What.REPORT, row.rhythm, by=row.user, whose=row.user, **where)
    row.delete()


def confirm(row: Subscription, now: datetime) -> None:
    """Begin with what is due from now on; once it is confirmed, that changes nothing."""
    Subscription.objects.filter(pk=row.pk, confirmed_at=None).update(confirmed_at=now, since=now)


def record(request: HttpRequest, place: Place, did: Did, rhythm: str, *, own: bool = False) -> None:
    """Never with the address: the log outlives it."""
    if isinstance(place, Site):
        tell(request, place, did, What.REPORT, rhythm, own=own)
    else:
        whose = request.user if own else None
        audit.record(did, What.REPORT, rhythm, by=request.user, team=place, whose=whose)
