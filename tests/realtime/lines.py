"""A browser's end of the feed."""

import re
from typing import Any

from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AbstractBaseUser

from proj.asgi import application
from tests.factories import UserFactory
from tests.realtime import stored
from tracking.models import Site

make_site = database_sync_to_async(stored.make_site)
make_user = database_sync_to_async(UserFactory)
seal_visits = database_sync_to_async(stored.seal_visits)
session_cookie = database_sync_to_async(stored.session_cookie)
store = database_sync_to_async(stored.store)
store_and_announce = database_sync_to_async(stored.store_and_announce)


class Line(WebsocketCommunicator):
    """A socket of a site's feed, used as `async with`; the cookie is that of a signed-in person."""

    def __init__(
        self,
        domain: str,
        cookie: str = "",
        cursor: object = None,
        origin: str = "http://localhost",
    ) -> None:
        headers = [(b"origin", origin.encode())]
        if cookie:
            headers.append((b"cookie", f"sessionid={cookie}".encode()))
        query = "" if cursor is None else f"?cursor={cursor}"
        super().__init__(application, f"{self.address(domain)}{query}", headers)

    def address(self, name: str) -> str:
        return f"/ws/sites/{name}/feed"

    async def receive_output(self, timeout: float = 10) -> dict[str, Any]:
        """As the base has it, with patience for a busy machine."""
        return await super().receive_output(max(timeout, 10))

    async def __aenter__(self) -> "Line":
        assert (await self.connect())[0]
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.disconnect()

    async def frames(self, kind: str, number: int) -> list[dict[str, Any]]:
        """The next frames of a type; others are passed over."""
        found: list[dict[str, Any]] = []
        while len(found) < number:
            frame = await self.receive_json_from()
            if frame["type"] == kind:
                found.append(frame)
        return found

    async def visits(self, number: int) -> list[int]:
        """The ids of the next visits in the order in which they came; needs whole frames."""
        found: list[int] = []
        while len(found) < number:
            found += ids_of((await self.frames("visits", 1))[0])
        return found

    async def close_code(self) -> int:
        """The code with which the server closes; frames before it are passed over."""
        while True:
            output = await self.receive_output()
            if output["type"] == "websocket.close":
                return output["code"]

    async def ack(self, cursor: int) -> None:
        await self.send_json_to({"type": "ack", "cursor": cursor})


def ids_of(frame: dict[str, Any]) -> list[int]:
    """Oldest first, as they were stored."""
    return [int(number) for number in re.findall(r'data-id="(\d+)"', frame["html"])][::-1]


async def member_line(site: Site, user: AbstractBaseUser, cursor: object = None) -> Line:
    return Line(site.domain, await session_cookie(user), cursor)
