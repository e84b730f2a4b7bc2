"""Errors of applications that Django knows nothing of."""

from typing import Any

from tracking.ingest.app import ASGIApp
from tracking.ingest.http import ASGIReceive, ASGISend
from tracking.reports import report


class Reported:
    """Reports what an application in front of Django raises, before its server logs it."""

    def __init__(self, application: ASGIApp) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: ASGIReceive, send: ASGISend) -> None:
        try:
            await self.application(scope, receive, send)
        except Exception as error:
            report(error)
            raise
