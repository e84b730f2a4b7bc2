"""Replacing the keys under which visitors are told apart, at once."""

import secrets
from collections.abc import Iterable
from datetime import date

from django.db import transaction

from tracking.models import FileSalt, Generation, Salt, Site, VisitorKey


@transaction.atomic
def replace_salts(sites: Iterable[Site], today: date) -> None:
    """A new salt for today, for all sites, and new keys for those of `sites` that have their own.

    Whoever comes from now on is counted anew, and no visitor id of before can be told to be of the
    same person. Yesterday's salt is forgotten with today's. All processes have the new ones within
    a second or so.
    """
    Salt.objects.exclude(day=today).delete()
    Salt.objects.update_or_create(day=today, defaults={"key": secrets.token_bytes(32)})
    FileSalt.objects.filter(site__in=sites).delete()
    for key in VisitorKey.objects.filter(site__in=sites):
        key.key = secrets.token_bytes(32)
        key.save(update_fields=["key"])
    Generation.bump(Generation.RULES)
