"""How much of a request's body the one-process server takes into memory."""

from daphne import server
from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings


class BoundedRequest(WebRequest):
    """Keeps of a body one byte more than any reader allows, which then refuses it by its size.

    daphne reads a body to its end and hands it over whole, so a large one would fill the memory.
    """

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        room = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1 - self.content.tell()
        self.content.write(data[: max(0, room)])


class BoundedFactory(HTTPFactory):
    def buildProtocol(self, addr: object) -> object:  # noqa: N802  # Twisted's name
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = BoundedRequest
        return protocol


def bound_bodies() -> None:
    """Have the servers that daphne makes from here on keep no more of a body than is read."""
    # daphne has no setting for the class of its factory.
    server.HTTPFactory = BoundedFactory
