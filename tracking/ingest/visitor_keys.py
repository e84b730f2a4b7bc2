"""The keys of sites whose visitors are known for longer than a day.

A key begins and ends at midnight (UTC), as the salts of days do, and is made the day before at the
latest: all processes know it when its first day begins. A day without one, as after days of which
the server knew nothing, has the day's salt.
"""

import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet

from tracking.models import OwnIdKey, Site, VisitorKey
from tracking.models.salts import SALT_DAYS

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LongKey:
    """Of the UTC days from `first` to `last`."""

    first: date
    last: date
    key: bytes = field(repr=False)


def keep_visitor_keys(today: date) -> None:
    """Make the keys of tomorrow, and end those of which no day is yesterday's or later."""
    make_missing(Site.objects.exclude(visitor_days=Site.VisitorDays.DAY), today)
    for key in VisitorKey.objects.filter(last__lte=today - SALT_DAYS * DAY):
        key.delete()


def follow_choices(site: Site, today: date) -> None:
    """Let the keys of a site be those that its choices ask for, from tomorrow on."""
    for key in VisitorKey.objects.filter(site=site, last__gt=today):
        if key.days != site.visitor_days or site.visitor_days == Site.VisitorDays.DAY:
            end(key, today)
    if site.visitor_days != Site.VisitorDays.DAY:
        make_missing(Site.objects.filter(pk=site.pk), today)
    if site.own_ids:
        OwnIdKey.make(site)


def end(key: VisitorKey, today: date) -> None:
    """Let today be its last day; one that begins later has none."""
    if key.first > today:
        key.delete()
        return
    key.last = today
    key.save(update_fields=["last"])


def make_missing(sites: QuerySet[Site], today: date) -> None:
    covered = VisitorKey.objects.filter(last__gt=today).values("site")
    first = today + DAY
    VisitorKey.objects.bulk_create(
        (
            VisitorKey(
                site=site,
                first=first,
                last=today + site.visitor_days * DAY,
                key=secrets.token_bytes(32),
            )
            for site in sites.exclude(pk__in=covered)
        ),
        ignore_conflicts=True,
    )


def load_visitor_keys() -> dict[int, tuple[LongKey, ...]]:
    """The keys of each site that has any."""
    keys: dict[int, tuple[LongKey, ...]] = defaultdict(tuple)
    rows = VisitorKey.objects.order_by("first").values_list("site", "first", "last", "key")
    for site_id, first, last, key in rows:
        keys[site_id] += (LongKey(first, last, bytes(key)),)
    return keys


def load_own_id_keys() -> dict[int, bytes]:
    """The keys of the sites that let their own ids name visitors."""
    rows = OwnIdKey.objects.filter(site__own_ids=True).values_list("site", "key")
    return {site_id: bytes(key) for site_id, key in rows}
