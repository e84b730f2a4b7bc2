"""What happened at once on a feed, rendered once for all who watch it."""

from realtime import frames
from realtime.rows import Row, render, render_growth


class Batch:
    """New rows and rows that grew, rendered once; the head was `before` and is now `cursor`."""

    def __init__(self, before: int, cursor: int, new: list[Row], grown: list[Row]) -> None:
        self.before = before
        self.cursor = cursor
        self.new = new
        self.rows = [(row.entered, render(row)) for row in new]
        self.grown = [(row.id, render_growth(row)) for row in grown]
        self.text = frames.visits(cursor, [html for _, html in self.rows], self.grown)

    def frame_after(self, position: int) -> str:
        """The frame for a socket that knows everything up to a position."""
        if position <= self.before:
            return self.text
        rows = [html for entered, html in self.rows if entered > position]
        known = [row for row in self.new if row.entered <= position < row.last_id]
        return frames.visits(
            self.cursor, rows, self.grown + [(row.id, render_growth(row)) for row in known]
        )
