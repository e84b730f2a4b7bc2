"""The administration of teams, the people in them, and what they may do."""

from django.contrib import admin
from django.contrib.admin import TabularInline

from tracking.admin.base import ReadOnlyAdmin, Revocable
from tracking.admin.finding import Finding
from tracking.admin.log import Audited
from tracking.models import (
    ApiKey,
    Guest,
    Invitation,
    Member,
    SitePlace,
    Team,
)


class MemberInline(Finding, TabularInline):
    model = Member
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Team)
class TeamAdmin(Audited):
    list_display = ["name", "created_at"]
    search_fields = ["name", "members__user__email", "sites__domain"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at"]
    inlines = [MemberInline]


@admin.register(Member)
class MemberAdmin(Finding, Audited):
    list_display = ["user", "team", "role", "joined_at"]
    list_filter = ["role", "joined_at"]
    list_select_related = ["user", "team"]
    search_fields = ["user__email", "team__name"]
    autocomplete_fields = ["team", "user"]


@admin.register(Guest)
class GuestAdmin(Finding, Audited):
    list_display = ["user", "site", "role", "joined_at"]
    list_filter = ["role", "joined_at"]
    list_select_related = ["user", "site"]
    search_fields = ["user__email", "site__domain"]
    autocomplete_fields = ["site", "user"]


@admin.register(Invitation)
class InvitationAdmin(Revocable):
    """Which were made and what became of them; only the pages can make one that has a link."""

    list_display = ["kind", "team", "site", "role", "email", "made_by", "made_at", "accepted_at"]
    list_filter = ["kind", "made_at", "accepted_at", "revoked_at"]
    list_select_related = ["team", "site", "made_by"]
    search_fields = ["email", "team__name", "site__domain"]
    date_hierarchy = "made_at"


@admin.register(SitePlace)
class SitePlaceAdmin(ReadOnlyAdmin):
    list_display = ["user", "site", "pinned", "position"]
    list_filter = ["pinned"]
    list_select_related = ["user", "site"]
    search_fields = ["user__email", "site__domain"]


@admin.register(ApiKey)
class ApiKeyAdmin(Revocable):
    list_display = ["name", "prefix", "user", "created_at", "last_used_at"]
    list_filter = ["created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["name", "prefix", "user__email"]
    date_hierarchy = "created_at"
    fields = ["user", "name", "scopes", "prefix", "created_at", "last_used_at"]
