"""Goals of a site: `/api/v1/sites/goals`, as Plausible's Sites API has them.

Ours besides: `scroll_threshold` of a page goal, `currency` of an event goal.
"""

from typing import Any

from django.db import transaction

from dashboard.api.bodies import known, text
from dashboard.api.endpoint import Answer, Call, needs
from dashboard.api.errors import ApiError
from dashboard.api.paging import page
from dashboard.api.rows import named_site, row_id
from dashboard.api.saving import saving
from realtime import room
from realtime.room.telling import Did, What
from tracking.access import Right
from tracking.models import Goal, Site
from tracking.models.keys import Scope

NAMES = {"event": "event_name", "page": "page_path"}
KEYS = (
    *("site_id", "goal_type", "event_name", "page_path", "display_name"),
    *("custom_props", "scroll_threshold", "currency"),
)


def goal_json(goal: Goal) -> dict[str, Any]:
    return {
        "id": str(goal.pk),
        "goal_type": "event" if goal.event_name else "page",
        "display_name": goal.display_name,
        "event_name": goal.event_name or None,
        "page_path": goal.page_path or None,
        "custom_props": goal.props,
        "scroll_threshold": goal.scroll_threshold,
        "currency": goal.currency or None,
    }


@needs(Scope.SITES_READ)
def listing(call: Call) -> Answer:
    """`GET /api/v1/sites/goals?site_id=…`."""
    site = call.site(text(call.request.GET.dict(), "site_id"), Right.SEE)
    goals, meta = page(Goal.objects.filter(site=site), call.request.GET)
    return {"goals": [goal_json(goal) for goal in goals], "meta": meta}


@needs(Scope.SITES_WRITE)
def find_or_create(call: Call) -> Answer:
    """`PUT /api/v1/sites/goals`: the goal that counts just this, made if there is none."""
    fields = known(call.body, KEYS)
    site = call.site(text(fields, "site_id"), Right.EDIT)
    wanted = read_goal(site, fields)
    with saving():
        wanted.clean_fields()
        wanted.clean()
        goal = wanted.same_in(Goal.objects.filter(site=site))
        if goal is None:
            wanted.full_clean()
            wanted.save()
            room.tell(site, Did.ADDED, What.GOAL, wanted, by=call.key.user, key=call.key)
    return {"domain": site.domain, **goal_json(goal or wanted)}


@needs(Scope.SITES_WRITE)
def delete(call: Call, goal_id: str) -> Answer:
    """`DELETE /api/v1/sites/goals/GOAL_ID`, with `site_id` in the body or the address."""
    site = call.site(named_site(call), Right.EDIT)
    wanted = Goal.objects.filter(site=site, pk=row_id(goal_id))
    goal = wanted.first()
    if goal is None:
        raise ApiError(404, f"The site {site.domain} has no goal {goal_id:.100}.")
    with transaction.atomic():
        goal.delete()
        room.tell(site, Did.DELETED, What.GOAL, goal, by=call.key.user, key=call.key)
    return {"deleted": True}


def read_goal(site: Site, fields: dict[str, Any]) -> Goal:
    """The goal that a body describes, neither checked as a whole nor saved."""
    kind = text(fields, "goal_type")
    if kind not in NAMES:
        raise ApiError(400, "The value of 'goal_type' must be event or page.")
    depth = fields.get("scroll_threshold")
    if isinstance(depth, bool) or not isinstance(depth, int | None):
        raise ApiError(400, "The value of 'scroll_threshold' must be a whole number.")
    props = fields.get("custom_props") or {}
    if not isinstance(props, dict):
        raise ApiError(400, "The value of 'custom_props' must be an object of texts.")
    return Goal(
        site=site,
        **{NAMES[kind]: text(fields, NAMES[kind])},
        display_name=text(fields, "display_name", ""),
        props=props,
        scroll_threshold=depth,
        currency=text(fields, "currency", ""),
    )
