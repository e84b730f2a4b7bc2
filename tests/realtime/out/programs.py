"""A program's end of the websocket of live events."""

from typing import Any

from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator

from proj.asgi import application
from tracking.models import ApiKey
from tracking.models.keys import Scope


@database_sync_to_async
def make_key(user: Any, scopes: list[str] = Scope.values) -> tuple[ApiKey, str]:
    return ApiKey.issue(user, scopes=scopes)


class Program(WebsocketCommunicator):
    """Used as `async with`; without a key none is sent in the header."""

    def __init__(self, domain: str, key: str = "", query: str = "") -> None:
        headers = [(b"authorization", f"Bearer {key}".encode())] if key else []
        super().__init__(application, f"/ws/v1/sites/{domain}/events?{query}", headers)

    async def receive_output(self, timeout: float = 10) -> dict[str, Any]:
        """As the base has it, with patience for a busy machine."""
        return await super().receive_output(max(timeout, 10))

    async def __aenter__(self) -> "Program":
        assert (await self.connect())[0]
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.disconnect()

    async def ids(self, number: int) -> list[str]:
        """The ids of the next events."""
        found: list[str] = []
        while len(found) < number:
            frame = await self.receive_json_from()
            found += [each["id"] for each in frame.get("events", [])]
        return found

    async def close_code(self) -> int:
        """The code with which the server closes; frames before it are passed over."""
        while True:
            output = await self.receive_output()
            if output["type"] == "websocket.close":
                return output["code"]
