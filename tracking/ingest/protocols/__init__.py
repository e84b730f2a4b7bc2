"""One module a wire format.

Each has METHODS, `parse(request) -> list[Hit]` (raises Malformed) and `answer(request, outcomes)`.
"""

from collections.abc import Sequence
from typing import Protocol

from tracking.ingest.accept import Outcome
from tracking.ingest.hit import Hit
from tracking.ingest.http import Request, Response


class WireFormat(Protocol):
    METHODS: frozenset[str]

    def parse(self, request: Request) -> list[Hit]: ...

    def answer(self, request: Request, outcomes: Sequence[Outcome]) -> Response: ...
