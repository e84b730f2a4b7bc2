"""The accept application alone, beside the pages: `gunicorn -k asgi proj.hits:application`."""

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proj.settings")
django.setup()

from proj import threads  # noqa: E402
from tracking.ingest.app import AcceptApp  # noqa: E402
from tracking.ingest.http import ASGIReceive, ASGISend, Response, reply  # noqa: E402


async def nothing(_scope: dict[str, Any], _receive: ASGIReceive, send: ASGISend) -> None:
    """Whatever is no hit belongs to the pages, which another server has."""
    await reply(send, Response(404))


threads.share_interpreter()

application = AcceptApp(nothing)
