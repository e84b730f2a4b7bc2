"""The accept application alone, beside the pages: `gunicorn -k asgi proj.hits:application`."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proj.settings")

# Must come first: it loads the models that the others import.
pages = get_asgi_application()

from proj import interpreter, process, stopping  # noqa: E402
from proj.health import PATHS  # noqa: E402
from proj.metrics.shared import sharing  # noqa: E402
from proj.reported import Reported  # noqa: E402
from proj.request_id import RequestIds  # noqa: E402
from realtime.presence.app import PresenceApp  # noqa: E402
from tracking.ingest.app import AcceptApp  # noqa: E402
from tracking.ingest.http import ASGIReceive, ASGISend, Response, reply  # noqa: E402


async def health(scope: dict[str, Any], receive: ASGIReceive, send: ASGISend) -> None:
    """Of the pages what supervisors and collectors ask; the others are another server's."""
    if scope.get("path") in PATHS and scope["method"] in ("GET", "HEAD"):
        await pages(scope, receive, send)
    else:
        await reply(send, Response(404))


interpreter.set_up()
process.named(process.HITS)
sharing()
stopping.watch()

application = RequestIds(Reported(PresenceApp(AcceptApp(health))))
