"""The administration of what the server keeps for itself."""

from django.contrib import admin

from tracking.admin.base import ReadOnlyAdmin, SiteFilter
from tracking.models import (
    Change,
    Generation,
    OwnIdKey,
    ReopenedVisit,
    Salt,
    SealedSegment,
    SealedShare,
    TaskRun,
    VisitorKey,
)


@admin.register(Salt)
class SaltAdmin(ReadOnlyAdmin):
    list_display = ["day"]
    list_filter = ["day"]
    # The key stays out of every page: whoever has it can tell which address a visitor id is of.
    fields = ["day"]


@admin.register(VisitorKey)
class VisitorKeyAdmin(ReadOnlyAdmin):
    list_display = ["site", "first", "last"]
    list_select_related = ["site"]
    search_fields = ["site__domain"]
    # As of a salt.
    fields = ["site", "first", "last"]


@admin.register(OwnIdKey)
class OwnIdKeyAdmin(ReadOnlyAdmin):
    list_display = ["site"]
    list_select_related = ["site"]
    search_fields = ["site__domain"]
    # The key stays out of every page: whoever has it can tell whether a visitor id is of a name.
    fields = ["site"]


@admin.register(SealedSegment)
class SealedSegmentAdmin(ReadOnlyAdmin):
    list_display = ["name", "day", "last_day", "final", "stale", "size", "removed_at"]
    list_filter = ["final", "stale", "day", "removed_at"]
    search_fields = ["name"]
    date_hierarchy = "day"


@admin.register(SealedShare)
class SealedShareAdmin(ReadOnlyAdmin):
    list_display = ["segment", "site_id", "events", "visits", "first_time", "last_time"]
    list_select_related = ["segment"]
    search_fields = ["=site_id", "segment__name"]


@admin.register(ReopenedVisit)
class ReopenedVisitAdmin(ReadOnlyAdmin):
    list_display = ["visit", "site_id", "segment"]
    list_select_related = ["segment"]
    search_fields = ["=visit", "=site_id"]


@admin.register(Generation)
class GenerationAdmin(ReadOnlyAdmin):
    list_display = ["name", "number"]
    search_fields = ["name"]


@admin.register(TaskRun)
class TaskRunAdmin(ReadOnlyAdmin):
    list_display = ["name", "ran_at"]
    list_filter = ["ran_at"]
    search_fields = ["name"]


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ["made_at", "by", "means", "did", "what", "name", "domain"]
    list_filter = ["what", "did", "means", SiteFilter]
    list_select_related = ["by"]
    search_fields = ["name", "domain", "by__email", "=key_prefix"]
    search_help_text = "Name, domain, who did it, or the first characters of an API key"
    date_hierarchy = "made_at"
    ordering = ["-id"]
    exclude = ["tab", "whose"]
