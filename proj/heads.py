"""How large the head of a request may be: uvicorn itself would hold one without an end."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# What gunicorn and nginx allow of a request's line and headers together, and some.
MOST_BYTES = 64 * 1024
ANSWER = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"connection: close\r\ncontent-length: 0\r\n\r\n"
)


class BoundedHeads(HttpToolsProtocol):
    """Ends a connection whose request's line and headers go on beyond MOST_BYTES."""

    # Bytes of the head that is on its way; None while a body is.
    head: int | None = 0
    # Whether a head or a body ended in the bytes that came last.
    ended = False

    def data_received(self, data: bytes) -> None:
        self.ended = False
        super().data_received(data)
        # The parser does not tell where in the bytes something ended: they hold a body, and at
        # most the beginning of the next head, which is counted as soon as more of it comes.
        if self.ended or self.head is None:
            return
        self.head += len(data)
        if self.head > MOST_BYTES and not self.transport.is_closing():
            self.transport.write(ANSWER)
            self.transport.close()

    def on_headers_complete(self) -> None:
        self.head, self.ended = None, True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.head, self.ended = 0, True
        super().on_message_complete()
