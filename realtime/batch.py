"""What happened at once on a feed, rendered once for all who watch it."""

import json
from collections.abc import Sequence

from realtime import frames
from realtime.rows import Row, render, render_growth

# daphne sends no frame above a limit, and hostile visits are long. For rows and what grew, each.
LONGEST_HTML = 400_000

# An id, and the frame that tells a socket everything up to it; None where the cursor is lost.
Backlog = tuple[int, str | None]


class Batch:
    """New rows and rows that grew, rendered once; the head was `before` and is now `cursor`.

    `ids` are those of all visits that opened, where `new` has only the newest, which a page shows.
    """

    def __init__(
        self,
        before: int,
        cursor: int,
        new: list[Row],
        grown: list[Row],
        ids: Sequence[int] | None = None,
    ) -> None:
        self.before = before
        self.cursor = cursor
        self.new = new
        # With each id the cursor from which on it is known.
        self.ids = (
            [(row.entered, row.id) for row in new] if ids is None else [(id_, id_) for id_ in ids]
        )
        self.rows = fitting([(row.entered, render(row)) for row in new])
        self.grown = fitting([(row.id, render_growth(row)) for row in grown])
        self.text = self.frame(self.ids, self.rows, self.grown)

    def frame_after(self, position: int) -> str:
        """The frame for a socket that knows everything up to a position."""
        if position <= self.before:
            return self.text
        known = [row for row in self.new if row.entered <= position < row.last_id]
        return self.frame(
            [each for each in self.ids if each[0] > position],
            [each for each in self.rows if each[0] > position],
            fitting(self.grown + [(row.id, render_growth(row)) for row in known]),
        )

    def frame(
        self, ids: list[tuple[int, int]], rows: list[tuple[int, str]], grown: list[tuple[int, str]]
    ) -> str:
        return frames.visits(
            self.cursor, [id_ for _, id_ in ids], [html for _, html in rows], grown
        )


def fitting(parts: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The newest of the parts, as many as a frame can hold."""
    # Most never come near: in JSON a character takes twelve bytes at most.
    if 12 * sum(len(html) for _, html in parts) <= LONGEST_HTML:
        return parts
    room = LONGEST_HTML
    for place in range(len(parts) - 1, -1, -1):
        room -= len(json.dumps(parts[place][1]))
        if room < 0:
            return parts[place + 1 :]
    return parts
