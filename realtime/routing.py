"""The addresses of the websockets."""

from django.urls import path, re_path

from realtime.consumers import FeedConsumer, UnknownConsumer
from realtime.debugger.consumer import DebuggerConsumer

websocket_urlpatterns = [
    path("ws/sites/<str:domain>/feed", FeedConsumer.as_asgi()),
    path("ws/sites/<str:domain>/debugger", DebuggerConsumer.as_asgi()),
    # Without a route the router raises, and a scanner fills the log with tracebacks.
    re_path(r"", UnknownConsumer.as_asgi()),
]
