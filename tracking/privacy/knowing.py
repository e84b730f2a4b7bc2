"""How long a site knows its visitors again, as its owner chose."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tracking.models import Site, VisitorKey

# The fewest days of knowing in which the next of these parts of time can lie whole.
LEAST_DAYS = {"day": 2, "week": 14, "month": 62}


@dataclass(frozen=True)
class Knowing:
    """For `days`, or for good where the site names its visitors itself.

    All are new on the day `begins` (UTC), and so many days before and after it, again and again. It
    is None where they have not been known for longer than a day so far.
    """

    days: int
    for_good: bool
    begins: date | None

    @classmethod
    def of(cls, site: Site) -> "Knowing":
        key = VisitorKey.objects.filter(site=site).order_by("-first").first()
        is_long = site.visitor_days > Site.VisitorDays.DAY
        return cls(site.visitor_days, site.own_ids, key.first if key and is_long else None)

    @property
    def intervals(self) -> list[str]:
        """The parts of time, of day, week and month, in which coming back can be seen."""
        return [name for name, least in LEAST_DAYS.items() if self.for_good or self.days >= least]

    def holds(self, start: datetime, end: datetime) -> bool:
        """Whether whoever came from `start` on would be known again until `end`."""
        if self.for_good:
            return True
        if self.begins is None:
            return False
        return self._turn(start, self.begins) == self._turn(
            end - timedelta(microseconds=1), self.begins
        )

    def _turn(self, moment: datetime, begins: date) -> int:
        return (moment.astimezone(UTC).date() - begins).days // self.days
