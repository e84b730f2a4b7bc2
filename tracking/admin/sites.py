"""The administration of sites and of what belongs to one."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import TabularInline
from django.forms import ModelForm

from tracking.admin.actions import pause, purge, rename_sources, replace_salts, resume
from tracking.admin.base import ReadOnlyAdmin, Revocable, SiteFilter
from tracking.admin.finding import Finding
from tracking.admin.log import Audited
from tracking.models import (
    Annotation,
    ExchangeRate,
    Funnel,
    Goal,
    Guest,
    Purge,
    Renaming,
    Segment,
    SharedLink,
    Site,
    SiteAlias,
    WallLink,
)
from tracking.warehouse import QueryError
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.filter_syntax import read_filters
from tracking.warehouse.funnel import read_steps


class GuestInline(Finding, TabularInline):
    model = Guest
    extra = 0
    autocomplete_fields = ["user"]


class SiteAliasInline(TabularInline):
    model = SiteAlias
    extra = 0


@admin.register(Site)
class SiteAdmin(Finding, Audited):
    list_display = ["domain", "team", "timezone", "paused", "bots", "honour_opt_out", "created_at"]
    list_filter = ["paused", "bots", "honour_opt_out", "timezone"]
    search_fields = ["domain", "aliases__name", "team__name", "team__members__user__email"]
    list_select_related = ["team"]
    autocomplete_fields = ["team"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at", "paused"]
    actions = [pause, resume, replace_salts, purge, rename_sources]
    fieldsets = [
        (None, {"fields": ["domain", "team", "timezone", "created_at", "paused"]}),
        (
            "Which hits count",
            {
                "fields": [
                    "bots",
                    "allowed_hostnames",
                    "blocked_pages",
                    "blocked_addresses",
                    "blocked_countries",
                ]
            },
        ),
        ("Query strings", {"fields": ["query_rule", "query_parameters"]}),
        (
            "Privacy",
            {
                "fields": [
                    "honour_opt_out",
                    "visitor_days",
                    "own_ids",
                    "place_precision",
                    "retention_days",
                    "privacy_contact",
                    "privacy_published",
                ]
            },
        ),
    ]
    inlines = [SiteAliasInline, GuestInline]


@admin.register(Goal)
class GoalAdmin(Finding, Audited):
    list_display = ["display_name", "site", "event_name", "page_path", "scroll_threshold"]
    list_filter = [SiteFilter]
    list_select_related = ["site"]
    search_fields = ["display_name", "event_name", "page_path", "site__domain"]
    autocomplete_fields = ["site"]


class SegmentForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        """Filters must be such as a question can be asked with."""
        fields = super().clean() or {}
        if fields.get("site") and "filters" in fields:
            try:
                read_filters(fields["filters"], Definitions(fields["site"].pk), in_segment=True)
            except QueryError as error:
                self.add_error("filters", str(error))
        return fields


@admin.register(Segment)
class SegmentAdmin(Finding, Audited):
    form = SegmentForm
    list_display = ["name", "site", "filters", "created_at"]
    list_filter = [SiteFilter, "created_at"]
    list_select_related = ["site"]
    search_fields = ["name", "site__domain"]
    date_hierarchy = "created_at"
    autocomplete_fields = ["site", "owner"]


class FunnelForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        """Steps must be such as a funnel can be asked with."""
        fields = super().clean() or {}
        if fields.get("site") and "steps" in fields:
            try:
                read_steps(fields["steps"], fields.get("scope"), Definitions(fields["site"].pk))
            except QueryError as error:
                self.add_error("steps", str(error))
        return fields


@admin.register(Funnel)
class FunnelAdmin(Finding, Audited):
    form = FunnelForm
    list_display = ["name", "site", "scope", "created_at"]
    list_filter = [SiteFilter, "scope"]
    list_select_related = ["site"]
    search_fields = ["name", "site__domain"]
    autocomplete_fields = ["site"]


@admin.register(Purge)
class PurgeAdmin(ReadOnlyAdmin):
    list_display = ["site", "before", "asked_at"]
    list_select_related = ["site"]
    search_fields = ["site__domain"]


@admin.register(Renaming)
class RenamingAdmin(ReadOnlyAdmin):
    list_display = ["site", "asked_at"]
    list_select_related = ["site"]
    search_fields = ["site__domain"]


@admin.register(Annotation)
class AnnotationAdmin(Revocable):
    list_display = ["text", "site", "time", "created_by"]
    list_filter = [SiteFilter, "time"]
    list_select_related = ["site", "created_by"]
    search_fields = ["text", "site__domain"]
    date_hierarchy = "time"


@admin.register(ExchangeRate)
class ExchangeRateAdmin(Revocable):
    list_display = ["currency", "into", "day", "rate", "site"]
    list_filter = [SiteFilter, "currency"]
    list_select_related = ["site"]
    search_fields = ["currency", "site__domain"]
    date_hierarchy = "day"


@admin.register(SharedLink)
class SharedLinkAdmin(Revocable):
    list_display = ["name", "site", "is_public", "expires_at", "created_by", "created_at"]
    list_filter = [SiteFilter, "is_public", "expires_at"]
    list_select_related = ["site", "created_by"]
    search_fields = ["name", "site__domain"]
    date_hierarchy = "created_at"
    # Whoever has the token sees the report.
    exclude = ["token", "password"]


@admin.register(WallLink)
class WallLinkAdmin(Revocable):
    list_display = ["name", "owner", "all_sites", "expires_at", "created_at"]
    list_filter = ["all_sites", "expires_at"]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__email"]
    date_hierarchy = "created_at"
    # Whoever has the token sees the wall.
    exclude = ["token"]
