"""The frames of the socket, as JSON texts; docs/live.md says what each means."""

import json
from collections.abc import Sequence

from realtime import panels, world
from realtime.panels import words_of_change, words_of_presence
from realtime.window import Now

RELOAD = json.dumps({"type": "reload"})
ALIVE = json.dumps({"type": "alive"})


def hello(cursor: int, empty: bool) -> str:
    return json.dumps({"type": "hello", "cursor": cursor, "empty": empty})


def visits(cursor: int, ids: Sequence[int], rows: list[str], grown: list[tuple[int, str]]) -> str:
    """`ids` are those of the visits that opened, `rows` the newest of them, both oldest first.

    The newest row stands on top of the page, so it comes first here. `grown` are rows that the page
    has, by their ids, with their new parts.
    """
    return json.dumps(
        {
            "type": "visits",
            "cursor": cursor,
            "html": "".join(reversed(rows)),
            "ids": ids,
            "grown": [{"id": id_, "html": html} for id_, html in grown],
        }
    )


def now(moment: Now, everybody: int) -> str:
    """`everybody` is how many are online of the whole site, whatever filters leave."""
    return json.dumps(
        {
            "type": "now",
            "online": moment.online,
            "everybody": everybody,
            "here": words_of_presence(moment),
            "change": words_of_change(moment.change),
            "minutes": moment.minutes,
            "seconds": moment.seconds,
            "pageviews": moment.pageviews,
            "panels": panels.render(moment),
            "map": world.render(moment),
            "countries": world.render_table(moment),
        }
    )
