"""One module a wire format.

Each has METHODS, `matches(path)`, `body_limit(path)` in bytes, `parse(request) -> list[Hit]`, which
raises Malformed, and `answer(request, outcomes)`, whose outcomes are in the order of the hits.
"""

from collections.abc import Sequence
from typing import Protocol

from tracking.ingest.accept import Outcome
from tracking.ingest.hit import Hit
from tracking.ingest.http import Request, Response


class WireFormat(Protocol):
    __name__: str
    METHODS: frozenset[str]

    def matches(self, path: str) -> bool: ...

    def body_limit(self, path: str) -> int: ...

    def parse(self, request: Request) -> list[Hit]: ...

    def answer(self, request: Request, outcomes: Sequence[Outcome]) -> Response: ...
