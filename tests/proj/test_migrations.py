"""Migrations run beside the version before them, which then can be gone back to."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.models.functions import Now

from tests.migrations_beside import breaks
from tests.server import ROOT
from tracking.indexes import AddIndexBeside

OWN = ("tracking", "realtime", "accounts")
# Up to these, the server was stopped for an upgrade.
BASELINE = {
    "tracking": "0022_pauses_and_purges",
    "realtime": "0002_deliveries_again",
    "accounts": "0004_preferences",
}
# Those that remove what versions no longer use, and the oldest version beside which each may run.
CONTRACTIONS: dict[tuple[str, str], str] = {}


def migration(*given: operations.base.Operation) -> Migration:
    made = Migration("0099_test", "tracking")
    made.operations = list(given)
    return made


def test_migrations_since_the_baseline_run_beside_the_version_before():
    newer = {
        key: breaks(each)
        for key, each in MigrationLoader(None).disk_migrations.items()
        if key[0] in OWN and key[1] > BASELINE[key[0]] and key not in CONTRACTIONS
    }

    assert {} == {key: found for key, found in newer.items() if found}


@pytest.mark.django_db
def test_every_change_of_models_has_its_migration():
    said = StringIO()

    call_command("makemigrations", check=True, dry_run=True, stdout=said)

    assert "No changes detected\n" == said.getvalue()


def test_every_release_says_to_which_version_it_can_be_rolled_back():
    _, *releases = (ROOT / "CHANGELOG.md").read_text().split("\n## ")

    assert [] == [
        release.partition("\n")[0]
        for release in releases
        if not release.partition("\n")[2].startswith("\n- Can be rolled back to: ")
    ]


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(operations.RemoveField("site", "domain"), id="column removed"),
        pytest.param(operations.RenameField("site", "domain", "host"), id="column renamed"),
        pytest.param(operations.RenameModel("Site", "Page"), id="table renamed"),
        pytest.param(operations.DeleteModel("Watch"), id="table removed"),
        pytest.param(
            operations.AddField("site", "colour", models.TextField(default="")),
            id="column that rows must name",
        ),
        pytest.param(
            operations.AddField("site", "code", models.TextField(null=True, unique=True)),
            id="column that has to differ",
        ),
        pytest.param(
            operations.AlterField("site", "domain", models.CharField(max_length=10)),
            id="column made narrower",
        ),
        pytest.param(
            operations.AddConstraint(
                "site", models.UniqueConstraint(fields=["team"], name="one_a_team")
            ),
            id="constraint on what there is",
        ),
        pytest.param(operations.RunPython(print), id="rows changed without a way back"),
        pytest.param(operations.RunSQL("SELECT 1"), id="statement without a way back"),
        pytest.param(
            operations.AddIndex("event", models.Index(fields=["path"], name="event_path")),
            id="index that stops writers",
        ),
        pytest.param(
            operations.SeparateDatabaseAndState([operations.RemoveField("site", "domain")]),
            id="column removed behind the models",
        ),
    ],
)
def test_what_breaks_the_version_before_is_found(operation):
    assert 1 == len(breaks(migration(operation)))


@pytest.mark.parametrize(("atomic", "found"), [(False, 0), (True, 1)], ids=["not atomic", "atomic"])
def test_index_of_a_big_table_is_made_beside_writers(atomic, found):
    given = migration(AddIndexBeside("event", models.Index(fields=["path"], name="event_path")))
    given.atomic = atomic

    assert found == len(breaks(given))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(
            [operations.AddField("site", "colour", models.TextField(null=True))], id="may be null"
        ),
        pytest.param(
            [
                operations.AddField(
                    "site", "seen_at", models.DateTimeField(db_default=Now(), default=None)
                )
            ],
            id="the database knows a value",
        ),
        pytest.param(
            [
                operations.CreateModel("Colour", [("id", models.BigAutoField(primary_key=True))]),
                operations.AddField("colour", "name", models.TextField(default="")),
            ],
            id="table that nobody knows yet",
        ),
        pytest.param(
            [operations.SeparateDatabaseAndState([], [operations.RemoveField("site", "domain")])],
            id="column that models forget and the table keeps",
        ),
        pytest.param([operations.RunPython(print, operations.RunPython.noop)], id="way back"),
        pytest.param(
            [operations.AddIndex("site", models.Index(fields=["domain"], name="site_name"))],
            id="index of a small table",
        ),
    ],
)
def test_what_runs_beside_the_version_before_is_let_through(given):
    assert [] == breaks(migration(*given))
