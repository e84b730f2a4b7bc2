"""Sites and the people who watch them: `python -m tests.bench.watched <sites>`.

Made in the database of the environment; prints the sites' domains and their owners' session keys as
a JSON object.
"""

import json
import os
import subprocess
import sys

from tests.server import ROOT, Server


def watched(server: Server, sites: int) -> dict[str, str]:
    """As above, made for a server that was not started yet."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.watched", str(sites)],
        cwd=ROOT,
        env=server.environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def watchable(count: int) -> dict[str, str]:
    """As above, made in this process, which has to be set up; sites that are there are kept."""
    from dashboard.accounts.models import User
    from tests.realtime.stored import session_cookie
    from tracking.site_creation import create_site

    sessions = {}
    for number in range(count):
        owner, _ = User.objects.get_or_create(email=f"owner-{number}@example.com")
        site = create_site(f"site-{number}.example", owner=owner, exist_ok=True)
        sessions[site.domain] = session_cookie(owner)
    return sessions


def main(sites: int) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(watchable(sites)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
