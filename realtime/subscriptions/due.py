"""Which period's report is due, by the clock and the calendar of whoever gets it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from realtime.subscriptions.models import Rhythm, SentReport, Subscription
from tracking.models import Site

MORNING = time(7)
DAY = timedelta(days=1)
# After the last day of a site: by then its last hits are stored.
SETTLED = timedelta(minutes=30)
# Whoever lets weeks begin on another day gets no second report of nearly the same days.
LEAST_APART = {Rhythm.WEEKLY: timedelta(days=4), Rhythm.MONTHLY: timedelta(days=15)}


@dataclass(frozen=True)
class Span:
    """The days of a report, both included."""

    first: date
    last: date

    @property
    def before(self) -> "Span":
        """What it is compared with: the week or the month before."""
        last = self.first - DAY
        if self.first.day == 1 and (self.last + DAY).day == 1:
            return Span(last.replace(day=1), last)
        return Span(self.first - (self.last - self.first + DAY), last)


def newest(subscription: Subscription, now: datetime, sites: Iterable[Site]) -> Span | None:
    """The period to be sent now: the newest that has ended, unless it was sent or is too old.

    After a long absence of the server the older ones are left out. With a clock that was set back
    nothing is sent that lies before what was sent already.
    """
    rhythm = Rhythm(subscription.rhythm)
    today = now.astimezone(subscription.zone).date()
    span = ended(rhythm, today, subscription.first_weekday)
    due = due_at(span, subscription.zone, sites)
    if due > now:
        span = ended(rhythm, span.last, subscription.first_weekday)
        due = due_at(span, subscription.zone, sites)
    if due <= subscription.since or not follows(span, subscription, rhythm):
        return None
    return span


def upcoming(subscription: Subscription, now: datetime, sites: Iterable[Site]) -> datetime:
    """When the next report is due, unless something changes meanwhile."""
    rhythm = Rhythm(subscription.rhythm)
    day = now.astimezone(subscription.zone).date()
    while True:
        due = due_at(ended(rhythm, day, subscription.first_weekday), subscription.zone, sites)
        if due > now:
            return due
        day += DAY


def ended(rhythm: Rhythm, today: date, week_start: int) -> Span:
    """The newest week or month that has ended on that day."""
    if rhythm == Rhythm.MONTHLY:
        last = today.replace(day=1) - DAY
        return Span(last.replace(day=1), last)
    end = today - DAY * ((today.weekday() - week_start) % 7)
    return Span(end - 7 * DAY, end - DAY)


def due_at(span: Span, zone: ZoneInfo, sites: Iterable[Site]) -> datetime:
    """The morning after a period, or when its last day has ended at each of the sites."""
    morning = datetime.combine(span.last + DAY, MORNING, zone)
    ends = [datetime.combine(span.last + DAY, time(), site.zone) + SETTLED for site in sites]
    return max([morning, *ends])


def follows(span: Span, subscription: Subscription, rhythm: Rhythm) -> bool:
    """Whether it comes after everything that was sent."""
    sent = SentReport.objects.filter(subscription=subscription)
    last = sent.order_by("-first_day").values_list("first_day", flat=True).first()
    return last is None or span.first - last >= LEAST_APART[rhythm]
