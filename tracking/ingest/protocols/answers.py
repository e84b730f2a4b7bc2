"""What the answers of all wire formats share."""

from collections.abc import Sequence

from tracking.ingest.accept import Outcome, Refused

Headers = tuple[tuple[bytes, bytes], ...]

TEXT: Headers = ((b"content-type", b"text/plain; charset=utf-8"),)
JSON: Headers = ((b"content-type", b"application/json"),)
GIF: Headers = ((b"content-type", b"image/gif"),)
UNCACHED: Headers = ((b"cache-control", b"no-store"),)

# Trackers call from any page. They send no credentials, so any origin may read the answer.
CORS: Headers = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"x-footfall-dropped, x-plausible-dropped"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
PREFLIGHT: Headers = (
    *CORS,
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"content-type, authorization, x-umami-cache"),
    (b"access-control-max-age", b"86400"),
)

# The smallest transparent GIF: 1 x 1 pixel, 43 bytes.
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


def dropped(outcomes: Sequence[Outcome]) -> Headers:
    """The header that names why hits were refused, or nothing."""
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Refused)]
    if not reasons:
        return ()
    return ((b"x-footfall-dropped", ", ".join(dict.fromkeys(reasons)).encode()),)
