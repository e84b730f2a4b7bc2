"""Migrations' operations for an index of a table so big that writers would wait for minutes.

For migrations with `atomic = False`. On PostgreSQL the index is made while rows are written; SQLite
has no such way. One that was broken off is begun again with the next `migrate`.
"""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import AddIndex


class AddIndexBeside(AddIndexConcurrently):
    """As `AddIndex`, beside those who write."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_forwards(self, app_label, schema_editor, *states)
            return
        # What was broken off leaves an index of that name, which no question uses.
        name = schema_editor.quote_name(self.index.name)
        self._ensure_not_in_transaction(schema_editor)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        super().database_forwards(app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_backwards(self, app_label, schema_editor, *states)
            return
        super().database_backwards(app_label, schema_editor, *states)
