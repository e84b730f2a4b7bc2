"""Changes of what processes hold in memory move its generation number."""

from datetime import UTC, datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from tracking.ingest.visitor_keys import follow_choices
from tracking.models import (
    ApiKey,
    Event,
    Generation,
    Goal,
    Import,
    InboxHit,
    LedgerEntry,
    Member,
    OwnIdKey,
    QuarantinedHit,
    RefusalCount,
    ReopenedVisit,
    Salt,
    SealedSegment,
    SealedShare,
    Site,
    SiteAlias,
    VisitorKey,
    Watch,
)


@receiver([post_save, post_delete], sender=Site)
@receiver([post_save, post_delete], sender=SiteAlias)
@receiver([post_save, post_delete], sender=Watch)
@receiver([post_save, post_delete], sender=Member)
@receiver([post_save, post_delete], sender=ApiKey)
@receiver([post_save, post_delete], sender=Salt)
@receiver([post_save, post_delete], sender=VisitorKey)
@receiver([post_save, post_delete], sender=OwnIdKey)
def rules_changed(**_kwargs: object) -> None:
    Generation.bump(Generation.RULES)


@receiver([post_save, post_delete], sender=settings.AUTH_USER_MODEL)
def person_changed(update_fields: frozenset[str] | None = None, **_kwargs: object) -> None:
    """Of a person, processes hold only whether they are active; each sign-in saves its time."""
    if update_fields is None or "is_active" in update_fields:
        Generation.bump(Generation.RULES)


@receiver(post_save, sender=Site)
def choices_changed(instance: Site, **_kwargs: object) -> None:
    follow_choices(instance, datetime.now(UTC).date())


@receiver([post_save, post_delete], sender=Goal)
def goals_changed(**_kwargs: object) -> None:
    Generation.bump(Generation.GOALS)


@receiver(post_delete, sender=Site)
def forget_hits(instance: Site, **_kwargs: object) -> None:
    """A deleted site leaves no row behind; no foreign key of the hits' tables sees to it."""
    for model in (InboxHit, LedgerEntry, QuarantinedHit, RefusalCount, Event, ReopenedVisit):
        model.objects.filter(site_id=instance.pk).delete()
    # Without their shares its rows in sealed files are void; the next run removes the bytes.
    SealedSegment.objects.filter(shares__site_id=instance.pk).update(stale=True)
    SealedShare.objects.filter(site_id=instance.pk).delete()
    Generation.bump(Generation.EVENTS)
    Generation.bump(Generation.SEALED)


@receiver(post_delete, sender=Import)
def forget_upload(instance: Import, **_kwargs: object) -> None:
    # Not at the top: processes that take hits import this module and have no use for DuckDB.
    from tracking.transfer.uploads import path_of

    transaction.on_commit(partial(path_of(instance).unlink, missing_ok=True), robust=True)
