"""What was changed, in words."""

from django import template

from realtime.room.changes import words
from tracking.models import Change

register = template.Library()


@register.filter
def told(change: Change) -> str:
    """The sentence that the others are told, such as “ada added the note “Release 2””."""
    return words(change)
