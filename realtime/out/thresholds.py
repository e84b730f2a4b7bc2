"""Alerts: figures that are watched. Each time one crosses its limit is told once.

A figure that has crossed its limit is crossed until it is back by a tenth of the limit, so that one
that goes up and down around the limit is not told of each time.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from realtime.out import telling, watched
from realtime.out.models import Occurrence, Threshold
from tracking import backlog
from tracking.turns import write_transaction

logger = structlog.get_logger(__name__)

NUMBER, SPIKE, DROP, SILENCE, GOAL, ERRORS = Threshold.Watches
# A number costs a moment; the others are questions to the warehouse, of the usual even several.
EVERY = {
    NUMBER: timedelta(seconds=5),
    SILENCE: timedelta(seconds=55),
    GOAL: timedelta(seconds=55),
    ERRORS: timedelta(seconds=55),
    SPIKE: timedelta(seconds=290),
    DROP: timedelta(seconds=290),
}
SLOW = frozenset(EVERY) - {NUMBER}
# While hits wait for longer than this, few of them have become figures.
LONGEST_BACKLOG = 30.0
HISTORY = timedelta(days=400)


def check_all(now: datetime, watching: Collection[str] = (NUMBER,)) -> set[int]:
    """Look at each alert of those kinds whose time has come, once among all processes.

    The sites of which something was told.
    """
    told = set()
    for kind in watching:
        due = Q(checked_at=None) | Q(checked_at__lte=now - EVERY[kind]) | Q(checked_at__gt=now)
        rows = Threshold.objects.filter(due, watches=kind)
        for threshold in rows.select_related("site", "goal", "owner"):
            # An update that finds its row is atomic: of two processes exactly one gets the 1.
            mine = Threshold.objects.filter(due, pk=threshold.pk).update(checked_at=now)
            if mine and check_alone(threshold, now):
                told.add(threshold.site_id)
    return told


def check_alone(threshold: Threshold, now: datetime) -> bool:
    """One that fails keeps no other from being looked at."""
    try:
        return check(threshold, now)
    except Exception as error:
        logger.warning("alert_failed", threshold_id=threshold.pk, error=type(error).__name__)
        return False


def check(threshold: Threshold, now: datetime) -> bool:
    """Whether something is told now that was not before."""
    value = figure(threshold, now)
    limit = None if value is None else watched.limit_of(threshold, now)
    if value is None or limit is None:
        return False
    if threshold.crossed:
        if is_back(threshold, value, limit):
            close(threshold, now)
            return False
        return tell_late(threshold, now)
    if not is_crossed(threshold, value, limit):
        return False
    if threshold.direction == Threshold.Direction.BELOW and is_behind():
        return False
    return cross(threshold, value, limit, now)


def figure(threshold: Threshold, now: datetime) -> int | None:
    """None where nothing can be said yet."""
    return watched.figure(threshold, now)


def is_crossed(threshold: Threshold, value: int, limit: int) -> bool:
    if threshold.direction == Threshold.Direction.ABOVE:
        return value > limit
    return value < limit


def is_back(threshold: Threshold, value: int, limit: int) -> bool:
    if threshold.watches == SILENCE:
        return value >= limit
    margin = max(1, limit // 10)
    if threshold.direction == Threshold.Direction.ABOVE:
        return value <= max(limit - margin, 0)
    return value >= limit + margin


def is_behind() -> bool:
    """Whether figures are small because hits wait, not because nobody comes."""
    return backlog.measure().oldest_seconds > LONGEST_BACKLOG


def cross(threshold: Threshold, value: int, limit: int, now: datetime) -> bool:
    """Open an occurrence, and tell of it unless it is quiet; both or neither.

    False where another process has just done it, or nothing is told yet.
    """
    quiet = threshold.is_quiet(now)
    with write_transaction():
        if not Threshold.objects.filter(pk=threshold.pk, crossed=False).update(crossed=True):
            return False
        occurrence = Occurrence.objects.create(
            threshold=threshold, value=value, limit=limit, opened_at=now
        )
        if not quiet:
            telling.tell(occurrence, now)
    logger.info("threshold_crossed", threshold_id=threshold.pk, site_id=threshold.site_id)
    return not quiet


def tell_late(threshold: Threshold, now: datetime) -> bool:
    """Tell what happened in quiet hours that are over, and still holds."""
    untold = threshold.occurrences.filter(closed_at=None, told_at=None)
    if threshold.is_quiet(now) or not (occurrence := untold.first()):
        return False
    with write_transaction():
        return telling.tell(occurrence, now)


def close(threshold: Threshold, now: datetime) -> None:
    with write_transaction():
        Threshold.objects.filter(pk=threshold.pk).update(crossed=False)
        threshold.occurrences.filter(closed_at=None).update(closed_at=now)


def forget(now: datetime) -> None:
    """Remove what was over long ago."""
    Occurrence.objects.filter(closed_at__lt=now - HISTORY).delete()
