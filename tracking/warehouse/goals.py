"""Goals as questions know them.

A goal is reached by an event of its name, by a pageview of its page, or by engagement that says how
far the page was scrolled, always with the goal's properties. These are Plausible's kinds of goals;
in a path `*` and `**` both stand for any text.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db import connection

from tracking.models import Generation
from tracking.models import Goal as StoredGoal
from tracking.warehouse.dialect import Dialect


class Happened(Protocol):
    """What of an event decides which goals it reaches; stored and enriched events have it."""

    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def props(self) -> str: ...
    @property
    def scroll_depth(self) -> int | None: ...


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


@dataclass(frozen=True)
class Known:
    """Goals as of a generation, by their sites; none for a site without any."""

    generation: int
    goals: dict[int, tuple[Goal, ...]]


_known = Known(-1, {})


def goals_of(site_ids: Iterable[int]) -> dict[int, tuple[Goal, ...]]:
    """The goals of some sites as they are now, kept in memory until one changes.

    Sites without any are left out.
    """
    global _known
    if connection.in_atomic_block:
        # What is seen here may never be committed.
        return read_goals(site_ids)
    wanted, known, generation = set(site_ids), _known, current_generation()
    if known.generation != generation:
        known = _known = Known(generation, {})
    if unknown := wanted - known.goals.keys():
        known.goals.update(dict.fromkeys(unknown, ()) | read_goals(unknown))
    return {site_id: goals for site_id in wanted if (goals := known.goals[site_id])}


def current_generation() -> int:
    # Asked with each batch of events and each figure: the ORM takes ten times as long.
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM tracking_generation WHERE name = %s", [Generation.GOALS])
        row = cursor.fetchone()
    return row[0] if row else 0


def read_goals(site_ids: Iterable[int]) -> dict[int, tuple[Goal, ...]]:
    """The same from storage."""
    found: dict[int, tuple[Goal, ...]] = {}
    for stored in StoredGoal.objects.filter(site_id__in=set(site_ids)).order_by("pk"):
        found[stored.site_id] = (*found.get(stored.site_id, ()), read_goal(stored))
    return found


def reached(event: Happened, goals: Iterable[Goal]) -> list[Goal]:
    """Those of the goals that an event reaches, as `goal_sql` says it in SQL."""
    return [goal for goal in goals if _reaches(event, goal)]


def _reaches(event: Happened, goal: Goal) -> bool:
    if event.name != goal.event:
        return False
    if goal.path and not _fits(event.path, goal.path):
        return False
    if goal.scroll is not None and (event.scroll_depth is None or event.scroll_depth < goal.scroll):
        return False
    return not goal.props or set(goal.props) <= _properties(event.props)


def _fits(path: str, pattern: str) -> bool:
    """Whether a path is the pattern, whose stars stand for any text; in one walk over the path."""
    first, *rest = pattern.split("*")
    if not rest:
        return path == pattern
    *between, last = rest
    start, end = len(first), len(path) - len(last)
    if start > end or not path.startswith(first) or not path.endswith(last):
        return False
    for part in between:
        found = path.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


def _properties(text: str) -> set[tuple[str, str]]:
    try:
        props = json.loads(text or "{}")
    except ValueError:
        return set()
    if not isinstance(props, dict):
        return set()
    return {(key, value) for key, value in props.items() if isinstance(value, str)}


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
