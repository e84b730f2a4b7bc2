"""Who opens a websocket."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

from channels.db import database_sync_to_async
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.contrib.auth import get_user

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


class PeopleMiddleware:
    """Puts `session` and `user` into the scope, by the session cookie.

    Other than the stack that Channels has for it, it visits the database's thread once, and looks
    at the session no more when frames are sent.
    """

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        session, user = await find(scope["cookies"].get(settings.SESSION_COOKIE_NAME))
        return await self.inner({**scope, "session": session, "user": user}, receive, send)


@database_sync_to_async
def find(key: str | None) -> tuple[Any, Any]:
    session = SessionStore(key)
    return session, get_user(SimpleNamespace(session=session))


def with_people(inner: Any) -> CookieMiddleware:
    return CookieMiddleware(PeopleMiddleware(inner))
