"""The administration of hits and events."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from tracking import audit, backlog
from tracking.admin.base import ReadOnlyAdmin, SiteFilter, WithDomain
from tracking.audit import Did, Means, What
from tracking.enrich import quarantine
from tracking.models import (
    Event,
    EventLog,
    InboxHit,
    LedgerEntry,
    QuarantinedHit,
    RefusalCount,
    Site,
    Watch,
)


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
        counts = Counter(hits.values_list("site_id", flat=True))
        messages.success(request, f"Back in the inbox: {quarantine.replay(hits)}.")
        # Hits may be of a site that is gone.
        sites = Site.objects.in_bulk(counts)
        for pk, count in counts.items():
            site = sites.get(pk)
            audit.record(
                Did.REPLAYED,
                What.HITS,
                site or "",
                by=request.user,
                site=site,
                means=Means.ADMIN,
                details={"hits": f"{count}"},
            )


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


@admin.register(EventLog)
class EventLogAdmin(ReadOnlyAdmin):
    list_display = ["id", "last_id"]
