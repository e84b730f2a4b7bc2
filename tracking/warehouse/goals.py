"""Goals as questions know them.

A goal is reached by an event of its name, by a pageview of its page, or by engagement that says how
far the page was scrolled, always with the goal's properties. These are Plausible's kinds of goals;
in a path `*` and `**` both stand for any text.
"""

import re
from dataclasses import dataclass

from tracking.models import Goal as StoredGoal
from tracking.warehouse.dialect import Dialect


@dataclass(frozen=True)
class Goal:
    """`event` is the name of the event that reaches it.

    `path` is empty where the page does not matter, `scroll` the depth in per cent or None. Only
    revenue in `currency` counts, none where that is empty.
    """

    name: str
    event: str
    path: str = ""
    scroll: int | None = None
    props: tuple[tuple[str, str], ...] = ()
    currency: str = ""

    @property
    def is_scroll(self) -> bool:
        return self.scroll is not None

    @property
    def pattern(self) -> str:
        """The path as a regular expression of RE2."""
        return f"(?s)^{re.escape(self.path).replace(re.escape('*'), '.*')}$"


def read_goal(stored: StoredGoal) -> Goal:
    of_page = "pageview" if stored.scroll_threshold is None else "engagement"
    return Goal(
        name=stored.display_name,
        event=stored.event_name or of_page,
        path=stored.page_path,
        scroll=stored.scroll_threshold,
        props=tuple(sorted(stored.props.items())),
        currency=stored.currency,
    )


def goal_sql(goal: Goal, dialect: Dialect) -> str:
    """That an event reaches the goal."""
    bind = dialect.bind
    parts = [f"name = {bind(goal.event)}"]
    if "*" in goal.path:
        parts.append(dialect.matches("path", bind(goal.pattern)))
    elif goal.path:
        parts.append(f"path = {bind(goal.path)}")
    if goal.is_scroll:
        parts.append(f"coalesce(scroll_depth, -1) >= {bind(goal.scroll)}")
    parts += [f"coalesce(props[{bind(k)}], '') = {bind(value)}" for k, value in goal.props]
    return f"({' AND '.join(parts)})"


def any_goal_sql(goals: tuple[Goal, ...], dialect: Dialect) -> str:
    """That an event reaches one of the goals."""
    return f"({' OR '.join(goal_sql(goal, dialect) for goal in goals) or 'false'})"
