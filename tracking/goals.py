"""Which goals an event reaches, told in Python, event by event.

The query engine says the same of stored events: `tracking.warehouse.goals`.
"""

import json
from collections.abc import Iterable

from tracking.enrich.event import EnrichedEvent
from tracking.models import Event
from tracking.models import Goal as StoredGoal
from tracking.warehouse.goals import Goal, read_goal


def goals_of(site_id: int) -> dict[int, Goal]:
    """A site's goals by their ids."""
    rows = StoredGoal.objects.filter(site_id=site_id).order_by("pk")
    return {row.pk: read_goal(row) for row in rows}


def reached(goals: dict[int, Goal], event: Event | EnrichedEvent) -> dict[int, Goal]:
    """Those of the goals that the event reaches, in their order."""
    named = {pk: goal for pk, goal in goals.items() if goal.event == event.name}
    if not named:
        return {}
    return {pk: goal for pk, goal in named.items() if reaches(goal, event)}


def reaches(goal: Goal, event: Event | EnrichedEvent) -> bool:
    """Whether an event reaches a goal."""
    if goal.event != event.name or (goal.path and not fits(event.path, goal.path)):
        return False
    depth = -1 if event.scroll_depth is None else event.scroll_depth
    if goal.scroll is not None and depth < goal.scroll:
        return False
    return not goal.props or has_props(event.props, goal.props)


def has_props(text: str, wanted: Iterable[tuple[str, str]]) -> bool:
    props = json.loads(text) if text else {}
    return all(props.get(key, "") == value for key, value in wanted)


def fits(path: str, pattern: str) -> bool:
    """Whether a path is what a goal's says, in which `*` stands for any text.

    Part by part and not as a regular expression, which many stars would keep busy for minutes.
    """
    head, *parts = pattern.split("*")
    if not parts:
        return path == pattern
    *middle, tail = parts
    if not path.startswith(head):
        return False
    place = len(head)
    for part in middle:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return path.endswith(tail) and place + len(tail) <= len(path)
