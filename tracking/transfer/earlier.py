"""Earlier imports of the same file."""

from django.db.models import QuerySet

from tracking.models import Import
from tracking.transfer.errors import ImportProblem
from tracking.transfer.formats import FORMATS


def same_file(job: Import, state: Import.State) -> QuerySet[Import]:
    """The imports of a job's file into its site that are in this state."""
    return Import.objects.filter(site_id=job.site_id, fingerprint=job.fingerprint, state=state)


def refuse_known(job: Import) -> None:
    """Raises `ImportProblem` where its file was imported, and has nothing more to bring."""
    known = same_file(job, Import.State.DONE).first()
    if known and not _may_bring_more(known):
        raise ImportProblem(
            f"This file was imported on {known.created_at:%-d %B %Y} (events: {known.events})."
            " Nothing was added."
        )


def _may_bring_more(known: Import) -> bool:
    """Whether the same file can have events by now that this import did not add.

    A site may have got another name since, or other rules. What was added is known again.
    """
    is_known_again = known.format in FORMATS and not known.counts_days
    return is_known_again and bool(known.left_out or known.refused)
