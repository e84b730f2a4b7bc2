"""An index of a big table is made and removed on either database, also after being broken off."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ProjectState

from tracking.indexes import AddIndexBeside
from tracking.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "event_title_beside"


def is_there() -> bool:
    with connection.cursor() as cursor:
        return NAME in connection.introspection.get_constraints(cursor, Event._meta.db_table)


def test_index_is_made_and_removed():
    before = ProjectState.from_apps(apps)
    operation = AddIndexBeside("event", models.Index(fields=["title"], name=NAME))
    after = before.clone()
    operation.state_forwards("tracking", after)

    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("tracking", editor, before, after)
    made = is_there()
    if connection.vendor == "postgresql":
        # Begun again, as after a run that was broken off.
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("tracking", editor, before, after)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("tracking", editor, after, before)

    assert (True, False) == (made, is_there())
