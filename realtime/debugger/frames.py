"""The frames of the ingest debugger's socket; docs/debugger.md says what each means."""

import json

HELLO = json.dumps({"type": "hello", "cursor": 0})
WATCHING = json.dumps({"type": "watching"})


def hits(cursor: int, rows: list[str], skipped: int) -> str:
    """`rows` are oldest first; the newest stands on top of the page, so it comes first here."""
    html = "".join(reversed(rows))
    return json.dumps({"type": "hits", "cursor": cursor, "html": html, "skipped": skipped})
