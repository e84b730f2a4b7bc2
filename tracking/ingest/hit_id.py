"""The id of a hit that brings none: that of its request, given by the proxy in front."""

import re
from collections.abc import Iterable

from tracking.ingest.hit import Hit

# The form of nginx's $request_id.
REQUEST_ID = re.compile(r"[0-9a-f]{32}")


def name_hits(hits: Iterable[Hit], request_id: str) -> None:
    """Give hits without an id one by their place in the request: `<id>`, `<id>.2`, `<id>.3`…"""
    for number, hit in enumerate(hits, 1):
        if not hit.hit_id:
            hit.hit_id = request_id if number == 1 else f"{request_id}.{number}"
