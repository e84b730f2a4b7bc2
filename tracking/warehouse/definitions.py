"""What the owner of a site has defined that questions may name: goals and segments."""

from functools import cached_property
from typing import Any

from django.db.models import Q

from tracking.models import Goal as StoredGoal
from tracking.models import Segment
from tracking.warehouse.errors import QueryError
from tracking.warehouse.goals import Goal, read_goal


class Definitions:
    """Read when a question first names one, so that all others read nothing.

    Of segments there are those for everybody, and those that `user`, who asks, has of their own.
    """

    def __init__(self, site_id: int, user: Any = None) -> None:
        self._user_id = user.pk if user else None
        self._site_id = site_id

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        stored = StoredGoal.objects.filter(site_id=self._site_id).order_by("pk")
        return tuple(read_goal(goal) for goal in stored)

    def segment(self, number: int) -> list:
        """The filters of a segment; raises `QueryError` where the site has none of that number."""
        usable = Q(owner=None)
        if self._user_id:
            usable |= Q(owner=self._user_id)
        found = Segment.objects.filter(usable, site_id=self._site_id, pk=number).first()
        if found is None:
            raise QueryError(f"There is no segment {number} of this site.")
        return found.filters
