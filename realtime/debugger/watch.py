"""Keeps a site's hits traced while somebody looks at them."""

from datetime import datetime, timedelta

from django.utils import timezone

from tracking.models import Watch

LASTS = timedelta(minutes=2)
# Each change makes all accepting processes read their rules again, so it is made only when due.
RENEWED_BELOW = timedelta(minutes=1)


def renew(site_id: int, now: datetime | None = None) -> None:
    """See to it that the site's hits are traced for at least a minute more."""
    now = now or timezone.now()
    if not Watch.objects.filter(site_id=site_id, until__gt=now + RENEWED_BELOW).exists():
        Watch.objects.update_or_create(site_id=site_id, defaults={"until": now + LASTS})
