"""Files in parts, and who imports them."""

import gzip
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from tests.factories import SiteFactory
from tests.tracking.transfer.files import LINE
from tests.tracking.transfer.formats import goatcounter_files as goatcounter
from tests.tracking.transfer.formats import umami_files as umami
from tests.tracking.warehouse.sealing.sealed import totals
from tracking.locks import alone
from tracking.models import Change, Import, ImportedRecords, Site
from tracking.transfer import uploads
from tracking.transfer.errors import ImportProblem
from tracking.transfer.refused import path_of_refusals

pytestmark = pytest.mark.django_db

CONTENT = f"{json.dumps(LINE)}\nnonsense\n".encode()


def uploaded(site: Site, content: bytes = CONTENT) -> Import:
    job = uploads.begin(site, "events.ndjson", len(content))
    uploads.add(job, 0, content)
    return job


def recorded() -> list[tuple[Any, ...]]:
    rows = Change.objects.order_by("pk")
    return list(rows.values_list("did", "what", "name", "means", "by", "details"))


def told(job: Import) -> tuple[Any, ...]:
    job.refresh_from_db()
    return job.state, job.events, job.refused, job.problem


def test_parts_become_a_file_that_is_imported():
    site = SiteFactory()
    job = uploads.begin(site, "events.ndjson", len(CONTENT))
    there = [uploads.add(job, 0, CONTENT[:50]), uploads.add(job, 50, CONTENT[50:])]

    uploads.run_waiting()

    assert ([50, len(CONTENT)], ("done", 1, 1, "")) == (there, told(job))
    assert ((1, 1, 1), False) == (totals(site)[:3], uploads.path_of(job).exists())


def test_what_an_import_that_ended_would_have_added_is_forgotten():
    site = SiteFactory()
    for state in Import.State:
        job = Import.objects.create(site=site, file_name="a.csv", state=state)
        ImportedRecords.objects.create(job=job, hashes=b"")

    uploads.clean()

    ended = {Import.State.FAILED, Import.State.CANCELLED}
    assert set(Import.State) - ended == set(
        ImportedRecords.objects.values_list("job__state", flat=True)
    )


def test_refused_lines_are_kept_for_thirty_days():
    jobs = [uploaded(SiteFactory()) for _ in range(2)]
    uploads.run_waiting()
    for job, days in zip(jobs, (29, 31), strict=True):
        then = (timezone.now() - timedelta(days=days)).timestamp()
        os.utime(path_of_refusals(job), (then, then))

    uploads.clean()

    assert [True, False] == [path_of_refusals(job).exists() for job in jobs]


def test_end_of_an_import_is_recorded_with_its_counts():
    uploaded(SiteFactory())

    uploads.run_waiting()

    counts = {"events": 1, "visits": 1, "refused": 1}
    assert [("finished", "import", "events.ndjson", "server", None, counts)] == recorded()


def test_import_that_failed_is_recorded_with_the_reason():
    uploaded(SiteFactory(), b"\x1f\x8b damaged")

    uploads.run_waiting()

    problem = {"problem": "The file is compressed, and damaged or cut."}
    assert [("failed", "import", "events.ndjson", "server", None, problem)] == recorded()


def test_what_was_cancelled_while_it_ran_did_not_fail(monkeypatch: pytest.MonkeyPatch):
    def run(job: Import, *args: Any, **options: Any) -> None:
        uploads.cancel(job)
        raise ImportProblem("The import was cancelled.")

    job = uploaded(SiteFactory())
    monkeypatch.setattr(uploads, "run", run)

    uploads.run_waiting()

    assert ("cancelled", []) == (told(job)[0], recorded())


def test_file_that_unpacks_to_more_than_may_be_sent_fails(settings: Any):
    settings.IMPORT_BYTES = 1024 * 1024
    job = uploaded(SiteFactory(), gzip.compress(CONTENT * 20_000))

    uploads.run_waiting()

    assert ("failed", True) == (told(job)[0], "when it is unpacked" in told(job)[3])


def test_part_that_is_there_already_is_not_taken_twice():
    job = uploads.begin(SiteFactory(), "events.ndjson", len(CONTENT))

    there = [uploads.add(job, 0, CONTENT[:50]), uploads.add(job, 0, CONTENT[:50])]

    assert ([50, 50], CONTENT[:50]) == (there, uploads.path_of(job).read_bytes())


def test_same_file_goes_on_where_its_upload_broke_off():
    site = SiteFactory()
    job = uploads.begin(site, "events.ndjson", 100)

    assert job == uploads.begin(site, "events.ndjson", 100)


@pytest.mark.parametrize(
    ("name", "size", "sentence"),
    [
        pytest.param("events.xls", 1, "The file's name must end in .ndjson", id="format"),
        pytest.param("events.csv", 0, "The file is empty.", id="empty"),
        pytest.param("events.csv", 3_000_000, "The file is larger than 2 MB", id="large"),
        pytest.param("events.csv", 1, "Another file is on its way", id="another"),
    ],
)
def test_file_that_is_not_to_be_sent(settings: Any, name: str, size: int, sentence: str):
    settings.IMPORT_BYTES = 2 * 1024 * 1024
    site = SiteFactory()
    uploads.begin(site, "first.csv", 10)

    with pytest.raises(ImportProblem, match=sentence):
        uploads.begin(site, name, size)


def test_cancelled_upload_takes_no_more_and_leaves_nothing():
    job = uploads.begin(SiteFactory(), "events.ndjson", 100)
    uploads.cancel(job)

    with pytest.raises(ImportProblem, match="cancelled"):
        uploads.add(job, 0, b"x")
    uploads.run_waiting()

    assert ("cancelled", 0, 0, "") == told(job)
    assert [] == list(uploads.folder().glob("upload-*"))


def test_file_that_was_imported_before_says_so():
    site = SiteFactory()
    uploaded(site)
    uploads.run_waiting()
    again = uploaded(site)

    uploads.run_waiting()

    state, _, _, problem = told(again)
    assert ("failed", True) == (state, problem.startswith("This file was imported on"))
    assert 1 == totals(site)[2]


def test_import_that_a_killed_worker_left_is_run_again():
    job = uploaded(SiteFactory())
    Import.objects.update(state=Import.State.RUNNING)

    uploads.run_waiting()

    assert ("done", 1, 1, "") == told(job)


def test_import_that_somebody_runs_is_left_alone():
    job = uploaded(SiteFactory())

    with alone(uploads.folder() / "running"):
        uploads.run_waiting()

    assert ("waiting", 0, 0, "") == told(job)


def test_file_stays_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch):
    def run(*args: Any, **options: Any) -> None:
        raise OperationalError

    job = uploaded(SiteFactory())
    with monkeypatch.context() as away:
        away.setattr(uploads, "run", run)
        with pytest.raises(OperationalError):
            uploads.run_waiting()

    uploads.run_waiting()

    assert ("done", 1, 1, "") == told(job)


def test_fault_is_told_without_its_words_and_raised(monkeypatch: pytest.MonkeyPatch):
    job = uploaded(SiteFactory())
    monkeypatch.setattr(uploads, "run", lambda *args, **options: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        uploads.run_waiting()

    sentence = "Something went wrong. Nothing of the file was stored."
    assert ("failed", 0, 0, sentence) == told(job)


def test_what_nobody_goes_on_with_is_removed(data: Path):
    job = uploads.begin(SiteFactory(), "events.ndjson", 100)
    uploads.add(job, 0, b"x")
    Import.objects.update(seen_at=timezone.now() - timedelta(days=2))

    uploads.clean()

    problem = {"problem": "It broke off. Nothing of the file was stored."}
    assert ("cancelled", []) == (told(job)[0], list((data / "imports").glob("upload-*")))
    assert [("failed", "import", "events.ndjson", "server", None, problem)] == recorded()


TWO_WEBSITES = umami.as_csv(
    umami.EVENT, [umami.event("e1"), umami.event("e2", website_id=umami.OTHER)]
)


def test_file_of_another_program_is_imported_by_its_format():
    site, content = SiteFactory(), goatcounter.exported(goatcounter.Hit())
    job = uploads.begin(site, "export.csv", len(content), "goatcounter")
    uploads.add(job, 0, content)

    uploads.run_waiting()

    assert (("done", 1, 0, ""), (1, 1, 1)) == (told(job), totals(site)[:3])


def test_import_with_a_choice_to_make_waits_for_it_and_goes_on():
    site = SiteFactory()
    job = uploads.begin(site, "website_event.csv", len(TWO_WEBSITES), "umami")
    uploads.add(job, 0, TWO_WEBSITES)
    uploads.run_waiting()
    asked = told(job)[0], uploads.path_of(job).exists(), job.choices["option"]

    chosen = uploads.choose(job, umami.OTHER)
    uploads.run_waiting()

    assert (("asking", True, "website"), True) == (asked, chosen)
    assert (("done", 1, 0, ""), (1, 1, 1)) == (told(job), totals(site)[:3])


def test_choice_that_is_not_offered_is_not_taken():
    job = uploads.begin(SiteFactory(), "website_event.csv", len(TWO_WEBSITES), "umami")
    uploads.add(job, 0, TWO_WEBSITES)
    uploads.run_waiting()
    job.refresh_from_db()

    assert (False, "asking") == (uploads.choose(job, "third"), told(job)[0])


def test_file_of_an_unknown_program_is_not_to_be_sent():
    with pytest.raises(ImportProblem, match="Say where the file is from"):
        uploads.begin(SiteFactory(), "a.csv", 10, "other")
