"""The admin of what is tracked. Rows that a person must not edit can only be looked at."""

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin, ShowFacets, SimpleListFilter, TabularInline
from django.core.paginator import Paginator
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from tracking import backlog
from tracking.admin_actions import pause, purge, replace_salts, resume
from tracking.admin_log import Audited
from tracking.enrich import quarantine
from tracking.models import (
    ApiKey,
    Change,
    Event,
    EventLog,
    Generation,
    Goal,
    Guest,
    Import,
    ImportKey,
    InboxHit,
    Invitation,
    LedgerEntry,
    Member,
    OwnIdKey,
    Purge,
    QuarantinedHit,
    RefusalCount,
    ReopenedVisit,
    Salt,
    SealedSegment,
    SealedShare,
    Segment,
    Site,
    SiteAlias,
    SitePlace,
    TaskRun,
    Team,
    VisitorKey,
    Watch,
)
from tracking.warehouse import QueryError
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.filter_syntax import read_filters


class BoundedPaginator(Paginator):
    """Counts no further than `MOST` rows, so that a page of a big table costs little."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Model] = self.object_list  # type: ignore[assignment]
        return rows.order_by().values("pk")[: self.MOST].count()


class SiteFilter(SimpleListFilter):
    """For tables that know a site by its id alone."""

    title = "site"
    parameter_name = "site"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Sequence[tuple[str, str]]:
        return [(str(site.pk), site.domain) for site in Site.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(site_id=self.value()) if self.value() else queryset


class EventKindFilter(SimpleListFilter):
    """Without a list of all names, which would read the whole table."""

    title = "kind"
    parameter_name = "kind"
    NAMES = ("pageview", "engagement")

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Sequence[tuple[str, str]]:
        return [*((name, name.capitalize()) for name in self.NAMES), ("custom", "Custom")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "custom":
            return queryset.exclude(name__in=self.NAMES)
        return queryset.filter(name=self.value()) if self.value() else queryset


class ReadOnlyAdmin(Audited):
    """Rows that the server alone writes; a subclass may allow deleting them."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class WithDomain(ReadOnlyAdmin):
    """Shows the domain where a table has the site's id."""

    list_filter = [SiteFilter]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        domain = Site.objects.filter(pk=OuterRef("site_id")).values("domain")
        return super().get_queryset(request).annotate(domain=Subquery(domain))

    @admin.display(description="site", empty_value="no known site")
    def domain(self, row: Any) -> str | None:
        return row.domain


class WithPayload(WithDomain):
    """Shows a hit's JSON so that a person can read it."""

    exclude = ["payload"]
    readonly_fields = ["hit"]

    def hit(self, row: Any) -> str:
        try:
            text = json.dumps(json.loads(row.payload), indent=2, ensure_ascii=False)
        except ValueError:
            text = row.payload
        return format_html("<pre>{}</pre>", text)


def summary(now: backlog.Backlog) -> str:
    about = "" if now.exact else "about "
    return (
        f"Waiting: {about}{now.hits}, oldest {now.oldest_seconds:.0f} s. "
        f"In quarantine: {now.quarantined}"
    )


class MemberInline(TabularInline):
    model = Member
    extra = 0
    autocomplete_fields = ["user"]


class GuestInline(TabularInline):
    model = Guest
    extra = 0
    autocomplete_fields = ["user"]


class SiteAliasInline(TabularInline):
    model = SiteAlias
    extra = 0


@admin.register(Site)
class SiteAdmin(Audited):
    list_display = ["domain", "team", "timezone", "paused", "bots", "honour_opt_out", "created_at"]
    list_filter = ["paused", "bots", "honour_opt_out", "timezone"]
    search_fields = ["domain", "aliases__name", "team__name", "team__members__user__email"]
    list_select_related = ["team"]
    autocomplete_fields = ["team"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at", "paused"]
    actions = [pause, resume, replace_salts, purge]
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


@admin.register(Team)
class TeamAdmin(Audited):
    list_display = ["name", "created_at"]
    search_fields = ["name", "members__user__email", "sites__domain"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at"]
    inlines = [MemberInline]


@admin.register(Member)
class MemberAdmin(Audited):
    list_display = ["user", "team", "role", "joined_at"]
    list_filter = ["role", "joined_at"]
    list_select_related = ["user", "team"]
    search_fields = ["user__email", "team__name"]
    autocomplete_fields = ["team", "user"]


@admin.register(Guest)
class GuestAdmin(Audited):
    list_display = ["user", "site", "role", "joined_at"]
    list_filter = ["role", "joined_at"]
    list_select_related = ["user", "site"]
    search_fields = ["user__email", "site__domain"]
    autocomplete_fields = ["site", "user"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Which were made and what became of them; only the pages can make one that has a link."""

    list_display = ["kind", "team", "site", "role", "email", "made_by", "made_at", "accepted_at"]
    list_filter = ["kind", "made_at", "accepted_at", "revoked_at"]
    list_select_related = ["team", "site", "made_by"]
    search_fields = ["email", "team__name", "site__domain"]
    date_hierarchy = "made_at"

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(SitePlace)
class SitePlaceAdmin(ReadOnlyAdmin):
    list_display = ["user", "site", "pinned", "position"]
    list_filter = ["pinned"]
    list_select_related = ["user", "site"]
    search_fields = ["user__email", "site__domain"]


@admin.register(Goal)
class GoalAdmin(Audited):
    list_display = ["display_name", "site", "event_name", "page_path", "scroll_threshold"]
    list_filter = ["site"]
    search_fields = ["display_name", "event_name", "page_path"]


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
class SegmentAdmin(Audited):
    form = SegmentForm
    list_display = ["name", "site", "filters", "created_at"]
    list_filter = ["site"]
    search_fields = ["name"]


@admin.register(Watch)
class WatchAdmin(WithDomain):
    list_display = ["domain", "until"]
    list_filter = ["until"]
    ordering = ["-until"]


@admin.register(Event)
class EventAdmin(WithDomain):
    list_display = ["id", "time", "domain", "name", "path", "source", "country", "visit"]
    # A filter by a text field would read the whole table for its values.
    list_filter = [SiteFilter, EventKindFilter, "time", "interactive"]
    search_fields = ["path", "source", "city", "=visit"]
    search_help_text = "Path, source, city, or the id of a visit"
    ordering = ["-id"]


@admin.register(InboxHit)
class InboxHitAdmin(WithPayload):
    list_display = ["id", "domain"]
    search_fields = ["payload"]
    ordering = ["id"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"subtitle": summary(backlog.measure()), **(extra_context or {})}
        return super().changelist_view(request, context)


@admin.register(QuarantinedHit)
class QuarantinedHitAdmin(WithPayload):
    list_display = ["id", "quarantined_at", "domain", "error"]
    list_filter = [SiteFilter, "quarantined_at"]
    search_fields = ["error", "payload"]
    date_hierarchy = "quarantined_at"
    actions = ["replay"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)

    @admin.action(description="Replay selected hits", permissions=["delete"])
    def replay(self, request: HttpRequest, hits: QuerySet[QuarantinedHit]) -> None:
        messages.success(request, f"Back in the inbox: {quarantine.replay(hits)}.")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(WithDomain):
    list_display = ["hit_id", "domain", "accepted_at"]
    list_filter = [SiteFilter, "accepted_at"]
    search_fields = ["=hit_id"]
    ordering = ["-id"]


@admin.register(RefusalCount)
class RefusalCountAdmin(WithDomain):
    list_display = ["day", "domain", "reason", "count"]
    list_filter = [SiteFilter, "reason", "day"]
    search_fields = ["reason"]
    date_hierarchy = "day"


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ["name", "prefix", "user", "created_at", "last_used_at"]
    list_filter = ["created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["name", "prefix", "user__email"]
    date_hierarchy = "created_at"
    fields = ["user", "name", "scopes", "prefix", "created_at", "last_used_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)


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


@admin.register(EventLog)
class EventLogAdmin(ReadOnlyAdmin):
    list_display = ["id", "last_id"]


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


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ["file_name", "site", "state", "events", "refused", "created_at"]
    list_filter = ["state", "created_at"]
    list_select_related = ["site"]
    search_fields = ["file_name", "site__domain"]
    date_hierarchy = "created_at"


@admin.register(ImportKey)
class ImportKeyAdmin(ReadOnlyAdmin):
    list_display = ["site"]
    list_select_related = ["site"]
    search_fields = ["site__domain"]
    # The key stays out of every page: whoever has it can tell which text a visitor id is of.
    fields = ["site"]


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


@admin.register(Purge)
class PurgeAdmin(ReadOnlyAdmin):
    list_display = ["site", "before", "asked_at"]
    list_select_related = ["site"]
    search_fields = ["site__domain"]
