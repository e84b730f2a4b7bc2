"""One ASGI application for all three kinds of traffic: hits, pages and websockets."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proj.settings")

# Must come first: it loads the models that the others import.
pages = get_asgi_application()

from django.conf import settings  # noqa: E402

from proj import interpreter, process, stopping  # noqa: E402
from proj.bodies import BoundedBodies  # noqa: E402
from proj.metrics.shared import sharing  # noqa: E402
from proj.reported import Reported  # noqa: E402
from proj.request_id import RequestIds  # noqa: E402
from realtime.people import with_people  # noqa: E402
from realtime.presence.app import PresenceApp  # noqa: E402
from realtime.routing import key_urlpatterns, websocket_urlpatterns  # noqa: E402
from tracking.ingest.app import AcceptApp  # noqa: E402

interpreter.set_up()
process.named(process.PAGES)
sharing()
stopping.watch()

of_people = AllowedHostsOriginValidator(with_people(URLRouter(websocket_urlpatterns)))

routes = ProtocolTypeRouter(
    {
        "http": PresenceApp(AcceptApp(BoundedBodies(pages, settings.DATA_UPLOAD_MAX_MEMORY_SIZE))),
        "websocket": URLRouter([*key_urlpatterns, re_path("", of_people)]),
    }
)
application = RequestIds(Reported(routes))
