"""How large the head of a request may be: uvicorn itself would hold one without an end."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# What gunicorn and nginx allow of a request's line and headers together, and some.
MOST_BYTES = 64 * 1024
ANSWER = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"connection: close\r\ncontent-length: 0\r\n\r\n"
)


class BoundedHeads(HttpToolsProtocol):
    """Ends a connection on which MOST_BYTES come without any of a body, or an end, among them.

    They are a request's line and headers, the line before a piece of a chunked body, or the headers
    that may follow its last piece.
    """

    unfinished = 0
    # Whether some of a body, or the end of a head or request, was in the bytes that came last.
    got_on = False

    def data_received(self, data: bytes) -> None:
        self.got_on = False
        super().data_received(data)
        # The parser does not tell where in the bytes that was. What follows it there is at most as
        # much as is read at once, and is counted as soon as more of it comes.
        self.unfinished = 0 if self.got_on else self.unfinished + len(data)
        if self.unfinished > MOST_BYTES and not self.transport.is_closing():
            self.transport.write(ANSWER)
            self.transport.close()

    def on_headers_complete(self) -> None:
        self.got_on = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.got_on = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.got_on = True
        super().on_message_complete()
