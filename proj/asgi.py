"""One ASGI application for all three kinds of traffic: hits, pages and websockets."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proj.settings")

# Must come first: it loads the models that the others import.
pages = get_asgi_application()

from realtime.routing import websocket_urlpatterns  # noqa: E402
from tracking.ingest.app import AcceptApp  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": AcceptApp(pages),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
    }
)
