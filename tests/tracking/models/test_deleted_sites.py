"""What a site leaves when it is deleted. Its sealed files are tested with sealing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from tests.factories import EventFactory, SiteFactory
from tracking.models import (
    Change,
    Event,
    Import,
    InboxHit,
    LedgerEntry,
    QuarantinedHit,
    RefusalCount,
    ReopenedVisit,
    SealedSegment,
    SealedShare,
)
from tracking.transfer.uploads import add, begin, path_of

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def columns_of_sites() -> dict[type[models.Model], Any]:
    """The column of each table that says to which site a row belongs."""
    columns = [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.attname == "site_id"
    ]
    return dict(columns)


def add_rows(site_id: int) -> set[type[models.Model]]:
    """A row in each table that no foreign key ties to a site."""
    segment = SealedSegment.objects.create(
        name=f"{site_id}", day=NOW, last_day=NOW, moved_at=1, sealed_at=NOW, size=1
    )
    EventFactory(site_id=site_id)
    rows = [
        InboxHit(site_id=site_id, payload=b"{}"),
        LedgerEntry(site_id=site_id, hit_id="one", accepted_at=NOW),
        QuarantinedHit(site_id=site_id, payload=b"{}", error="", quarantined_at=NOW),
        RefusalCount(site_id=site_id, day=NOW.date(), reason="bot", count=1),
        ReopenedVisit(site_id=site_id, segment=segment, visit=1, visitor=1),
        SealedShare(
            site_id=site_id,
            segment=segment,
            first_time=NOW,
            last_time=NOW,
            last_id=1,
            events=1,
            visits=1,
        ),
    ]
    for row in rows:
        row.save()
    return {Event, *map(type, rows)}


@pytest.mark.django_db
def test_no_table_keeps_a_row_of_it_but_the_audit_log():
    site, other = SiteFactory(), SiteFactory()
    site_id = site.pk
    add_rows(other.pk)
    filled = add_rows(site_id)
    columns = columns_of_sites()

    site.delete()

    loose = {model for model, field in columns.items() if not field.is_relation}
    assert loose == filled
    left = {model for model in loose if model._default_manager.filter(site_id=site_id).exists()}
    spared = {model for model in loose if model._default_manager.filter(site_id=other.pk).exists()}
    assert (set(), filled) == (left, spared)


def test_foreign_keys_take_all_else_along_but_the_audit_log():
    tied = {model: field for model, field in columns_of_sites().items() if field.is_relation}

    outliving = {
        model for model, field in tied.items() if field.remote_field.on_delete != models.CASCADE
    }

    assert {Change} == outliving


@pytest.mark.django_db
def test_no_file_of_an_upload_is_left(
    settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.DATA = tmp_path
    jobs: list[Import] = []
    for site in (SiteFactory(), SiteFactory()):
        jobs.append(begin(site, "events.ndjson", 9))
        add(jobs[-1], 0, b"{}")
    gone, kept = map(path_of, jobs)

    with django_capture_on_commit_callbacks(execute=True):
        jobs[0].site.delete()

    assert (False, True) == (gone.exists(), kept.exists())
