"""Putting due reports into the outbox, each once.

A row of the ledger, unique on subscription and period, is written in the transaction of the letter:
whoever dies before its commit leaves neither, and of two workers one finds the row there already.
"""

from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError
from django.db.models import Q

from dashboard.mailed.writing import Report, sites_of, template_of, written
from realtime.mail import outbox
from realtime.mail.letter import Letter
from realtime.subscriptions.due import Span, newest
from realtime.subscriptions.models import Rhythm, SentReport, Subscription
from tracking.access import Right, teams_with
from tracking.models import Team
from tracking.reports import report as report_error
from tracking.turns import write_transaction

logger = structlog.get_logger(__name__)


def send_due(now: datetime) -> int:
    """Put each report that is due into the outbox; how many. One that fails keeps no other."""
    count = 0
    for subscription in active() if settings.SENDS_MAIL else []:
        try:
            count += send_one(subscription, now)
        except Exception as error:
            logger.error(
                "report_failed", subscription_id=subscription.pk, error=type(error).__name__
            )
            report_error(error)
    return count


def active() -> list[Subscription]:
    """Those that are confirmed and not paused, of people whose account is open."""
    found = Subscription.objects.filter(paused_because="", confirmed_at__isnull=False)
    found = found.filter(Q(user=None) | Q(user__is_active=True))
    return list(found.select_related("site", "team", "user"))


def send_one(subscription: Subscription, now: datetime) -> bool:
    sites = readable(subscription)
    if not sites:
        return False
    span = newest(subscription, now, sites)
    if span is None:
        return False
    report = Report(
        place=subscription.place,
        rhythm=Rhythm(subscription.rhythm),
        span=span,
        reader=subscription.user,
        subscription=subscription,
    )
    return note(subscription, span, written(report, sites, subscription.address, now), now)


def readable(subscription: Subscription) -> list[Any]:
    """The sites of which its reader may hear now: with the right to see them the report ends."""
    place, user = subscription.place, subscription.user
    if isinstance(place, Team) and user and not teams_with(user, Right.SEE).filter(pk=place.pk):
        return []
    return sites_of(place, user)


def note(subscription: Subscription, span: Span, letter: Letter, now: datetime) -> bool:
    """Write the ledger's row and the letter together; False where somebody else has."""
    try:
        with write_transaction():
            # It may have ended, or been paused, since it was read.
            mine = Subscription.objects.filter(pk=subscription.pk, paused_because="")
            if not mine.exists():
                return False
            SentReport.objects.create(
                subscription=subscription, first_day=span.first, last_day=span.last, sent_at=now
            )
            outbox.keep(template_of(subscription.place), letter)
    except IntegrityError:
        return False
    logger.info("report_sent", subscription_id=subscription.pk)
    return True
