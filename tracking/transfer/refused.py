"""The refused lines of an import as a file for whoever brought it, kept for a while."""

from datetime import timedelta
from pathlib import Path

from tracking.models import Import
from tracking.transfer.staging import Staging, folder

KEPT = timedelta(days=30)


def path_of_refusals(job: Import) -> Path:
    return folder() / f"refused-{job.pk}.tsv"


def write_refusals(job: Import, lines: Staging) -> None:
    """Write down all refused lines: number and reason, nothing of what is in them."""
    if not job.refused:
        return
    path = path_of_refusals(job)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        file.writelines(f"{where}\t{reason}\n" for where, reason in lines.all_refusals())
