"""The addresses of the websockets."""

from django.urls import path, re_path

from realtime.consumers import FeedConsumer, UnknownConsumer
from realtime.debugger.consumer import DebuggerConsumer
from realtime.links import LinkConsumer
from realtime.out.consumer import EventsConsumer
from realtime.wall.consumer import LinkedWallConsumer, WallConsumer

# Opened by API keys. A key is nothing that a browser sends by itself for whoever makes it ask, so
# nobody asks where these come from.
key_urlpatterns = [path("ws/v1/sites/<str:domain>/events", EventsConsumer.as_asgi())]

websocket_urlpatterns = [
    path("ws/sites/<str:domain>/feed", FeedConsumer.as_asgi()),
    path("ws/sites/<str:domain>/debugger", DebuggerConsumer.as_asgi()),
    path("ws/share/<str:token>/feed", LinkConsumer.as_asgi()),
    path("ws/wall", WallConsumer.as_asgi()),
    path("ws/wall/<str:token>", LinkedWallConsumer.as_asgi()),
    # Without a route the router raises, and a scanner fills the log with tracebacks.
    re_path(r"", UnknownConsumer.as_asgi()),
]
