"""A database with many sealed events, and the people who look at it: `python -m tests.bench.filled
<pageviews> <sites>`.

In the database of the environment, makes `large.example` with that many pageviews in 60 sealed days
and a hundred small sites with a million together, as `tests.bench.generated` does, then further
sites that have no events yet. Prints the session keys of those who see `large.example` and the
further sites, by domain, as a JSON object. What is there already is kept.
"""

import json
import os
import sys

from tests.bench.watched import watchable

LARGE = "large.example"


def main(pageviews: int, sites: int) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
    django.setup()
    from django.core.management import call_command

    from tests.bench.generated import fill
    from tests.realtime.stored import session_cookie
    from tracking.models import Site
    from tracking.site_creation import create_site, team_of

    call_command("migrate", verbosity=0)
    if not Site.objects.exists():
        fill(pageviews)
        count_on(Site)
    sessions = watchable(sites)
    owner = create_site("site-0.example", exist_ok=True).team.members.get().user
    Site.objects.filter(domain=LARGE).update(team=team_of(owner))
    print(json.dumps({LARGE: session_cookie(owner), **sessions}))


def count_on(model) -> None:  # type: ignore[no-untyped-def]
    """Rows were stored under keys of their own: let the database give those after them."""
    from django.core.management.color import no_style
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
