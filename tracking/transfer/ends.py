"""How imports end, as the audit log tells it."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from tracking import audit
from tracking.audit import Did, Means, What
from tracking.models import Import

INTERRUPTED = "It was interrupted. Nothing of the file was stored."
FAULT = "Something went wrong. Nothing of the file was stored."
BROKEN_OFF = "It broke off. Nothing of the file was stored."


def record_end(did: Did, job: Import, details: dict[str, Any]) -> None:
    """Write into the audit log how a job has ended."""
    means = Means.SERVER
    audit.record(
        did, What.IMPORT, job.file_name, by=None, site=job.site, means=means, details=details
    )


@transaction.atomic
def forget_running(jobs: QuerySet[Import], problem: str) -> None:
    """Delete those of the jobs that run, for which nobody works any more, and record it."""
    for job in jobs.filter(state=Import.State.RUNNING).select_related("site"):
        record_end(Did.FAILED, job, {"problem": problem})
        job.delete()


@transaction.atomic
def cancel_abandoned(jobs: QuerySet[Import]) -> None:
    """End jobs with which nobody goes on, and record it."""
    for job in jobs.select_related("site"):
        record_end(Did.FAILED, job, {"problem": BROKEN_OFF})
    jobs.update(state=Import.State.CANCELLED)
