"""The admin of live events and mails that go out. Secrets stay out of every page."""

from django.contrib import admin

from realtime.mail.models import OutgoingMail
from realtime.out.models import AlertReader, Crossing, Delivery, Occurrence, Threshold, Webhook
from realtime.subscriptions.models import SentReport, Subscription
from tracking.admin.base import ReadOnlyAdmin


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    list_display = ["url", "site", "kinds", "enabled", "failing_since", "cursor"]
    list_filter = ["enabled", "failing_since"]
    list_select_related = ["site"]
    search_fields = ["url", "site__domain"]
    exclude = ["secret", "old_secret"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["event_id", "webhook", "kind", "state", "attempts", "status", "created_at"]
    list_filter = ["state", "kind", "created_at"]
    list_select_related = ["webhook"]
    search_fields = ["=event_id", "webhook__url"]
    date_hierarchy = "created_at"


@admin.register(Threshold)
class ThresholdAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "site", "crossed", "checked_at"]
    list_filter = ["crossed", "watches"]
    list_select_related = ["site", "goal"]
    search_fields = ["site__domain"]


@admin.register(AlertReader)
class AlertReaderAdmin(ReadOnlyAdmin):
    list_display = ["threshold", "user"]
    list_select_related = ["threshold__goal", "user"]
    search_fields = ["threshold__site__domain"]


@admin.register(Occurrence)
class OccurrenceAdmin(ReadOnlyAdmin):
    list_display = ["threshold", "value", "opened_at", "told_at", "closed_at"]
    list_filter = ["opened_at"]
    list_select_related = ["threshold__site", "threshold__goal"]
    search_fields = ["threshold__site__domain"]


@admin.register(Crossing)
class CrossingAdmin(ReadOnlyAdmin):
    list_display = ["threshold", "site", "value", "time"]
    list_filter = ["time"]
    list_select_related = ["site"]
    search_fields = ["threshold", "site__domain"]


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    list_display = ["name", "created_at", "attempts", "next_at", "busy_until"]
    list_filter = ["name"]
    search_fields = ["name"]
    exclude = ["letter"]


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "rhythm", "address", "confirmed_at", "paused_because"]
    list_filter = ["rhythm", "paused_because"]
    list_select_related = ["site", "team", "user"]
    search_fields = ["site__domain", "team__name"]


@admin.register(SentReport)
class SentReportAdmin(ReadOnlyAdmin):
    list_display = ["subscription", "first_day", "last_day", "sent_at"]
    list_filter = ["sent_at"]
    list_select_related = ["subscription__site", "subscription__team"]
