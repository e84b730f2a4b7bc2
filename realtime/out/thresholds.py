"""Figures that are watched: each crossing of a threshold makes one live event.

A figure that has crossed its limit is crossed until it is back by a tenth of the limit, so that one
that goes up and down around the limit does not make an event each time.
"""

from datetime import datetime, timedelta

import structlog
from django.db.models import F, Q

from realtime.out.models import Crossing, Threshold
from realtime.presence.online import online
from realtime.sightings import counted
from tracking import backlog
from tracking.enrich import log
from tracking.turns import write_transaction

logger = structlog.get_logger(__name__)

EVERY = timedelta(seconds=5)
# While hits wait for longer than this, few of them have become figures.
LONGEST_BACKLOG = 30.0


def check_all(now: datetime) -> set[int]:
    """Look at each threshold whose time has come, once among all processes.

    The sites of which one was crossed.
    """
    crossed = set()
    is_due = Q(checked_at=None) | Q(checked_at__lte=now - EVERY) | Q(checked_at__gt=now)
    for threshold in Threshold.objects.filter(is_due).select_related("site"):
        # An update that finds its row is atomic: of two processes exactly one gets the 1.
        mine = Threshold.objects.filter(is_due, pk=threshold.pk).update(checked_at=now)
        if mine and check(threshold, now):
            crossed.add(threshold.site_id)
    return crossed


def check(threshold: Threshold, now: datetime) -> bool:
    """Whether it is crossed now, and was not before."""
    value = figure(threshold, now)
    if threshold.crossed:
        if is_back(threshold, value):
            Threshold.objects.filter(pk=threshold.pk).update(crossed=False)
        return False
    if not is_crossed(threshold, value):
        return False
    if threshold.direction == Threshold.Direction.BELOW and is_behind():
        return False
    return cross(threshold, value, now)


def figure(threshold: Threshold, now: datetime) -> int:
    if threshold.figure == Threshold.Figure.ONLINE:
        return online(threshold.site_id, now)
    recent = counted(threshold.site_id).filter(time__gt=now - timedelta(minutes=threshold.minutes))
    if threshold.figure == Threshold.Figure.VISITS:
        return recent.filter(visit=F("id"), flags="").count()
    return recent.filter(name="pageview").count()


def is_crossed(threshold: Threshold, value: int) -> bool:
    if threshold.direction == Threshold.Direction.ABOVE:
        return value > threshold.limit
    return value < threshold.limit


def is_back(threshold: Threshold, value: int) -> bool:
    margin = max(1, threshold.limit // 10)
    if threshold.direction == Threshold.Direction.ABOVE:
        return value <= max(threshold.limit - margin, 0)
    return value >= threshold.limit + margin


def is_behind() -> bool:
    """Whether figures are small because hits wait, not because nobody comes."""
    return backlog.measure().oldest_seconds > LONGEST_BACKLOG


def cross(threshold: Threshold, value: int, now: datetime) -> bool:
    """Make the event, with an id of the event log: its place is after all that was stored.

    False where another process has just made it.
    """
    with write_transaction():
        event_id = log.take_ids(1)
        if not Threshold.objects.filter(pk=threshold.pk, crossed=False).update(crossed=True):
            return False
        Crossing.objects.create(
            id=event_id,
            site=threshold.site,
            time=now,
            threshold=threshold.name,
            figure=threshold.figure,
            direction=threshold.direction,
            limit=threshold.limit,
            minutes=threshold.minutes,
            value=value,
        )
    logger.info("threshold_crossed", threshold_id=threshold.pk, site_id=threshold.site_id)
    return True
