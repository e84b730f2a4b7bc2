"""What of a migration breaks a version of the server that runs while, or after, it is applied.

`docs/upgrades.md` has the rule, and what to do instead.
"""

from collections.abc import Iterator

from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation

from tracking.indexes import AddIndexBeside

# Tables with as many rows as there are hits: an index takes minutes, in which none can be written.
BIG = {"event", "inboxhit", "ledgerentry", "delivery", "change"}

GONE = (
    operations.RemoveField,
    operations.RenameField,
    operations.RenameModel,
    operations.DeleteModel,
    operations.AlterModelTable,
    operations.AlterUniqueTogether,
)
STRICTER = (operations.AddConstraint,)
INDEXES = (operations.AddIndex, operations.RemoveIndex)


def breaks(migration: Migration) -> list[str]:
    """A sentence for each operation of it that does; none where it may run beside the old one."""
    made: set[str] = set()
    found = []
    for operation in migration.operations:
        found += [f"{operation.describe()}: {why}" for why in _breaks(operation, made)]
        if isinstance(operation, AddIndexBeside) and migration.atomic:
            found.append(f"{operation.describe()}: the migration must have atomic = False")
        if isinstance(operation, operations.CreateModel):
            made.add(operation.name_lower)
    return found


def _breaks(operation: Operation, made: set[str]) -> Iterator[str]:
    if getattr(operation, "model_name_lower", None) in made:
        # No version before knows the table.
        return
    if isinstance(operation, operations.SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from _breaks(inner, made)
    elif isinstance(operation, GONE):
        yield "the version before still uses what goes; let a release pass that does not"
    elif isinstance(operation, STRICTER):
        yield "the version before may write what it forbids"
    elif isinstance(operation, operations.AddField):
        yield from _breaks_rows(operation.field)
    elif isinstance(operation, operations.AlterField):
        yield "say here from what to what, and that rows of the version before fit"
    elif isinstance(operation, operations.RunPython):
        yield from _breaks_back(operation.reverse_code)
    elif isinstance(operation, operations.RunSQL):
        yield from _breaks_back(operation.reverse_sql)
    elif isinstance(operation, AddIndexBeside):
        return
    elif isinstance(operation, INDEXES) and operation.model_name_lower in BIG:
        yield "the table is big: use AddIndexBeside, in a migration that is not atomic"


def _breaks_rows(field: models.Field) -> Iterator[str]:
    """Rows that a version before writes do not name the new column."""
    if not field.null and not field.has_db_default() and not field.many_to_many:
        yield "the version before writes rows without it: let it be null, or have a db_default"
    if field.unique or (field.is_relation and not field.null and not field.many_to_many):
        yield "the version before writes rows that do not fit"


def _breaks_back(reverse: object) -> Iterator[str]:
    if reverse is None:
        yield "there is no way back: give it one, or RunPython.noop"
