"""The page on which an owner keeps a site's alerts, and sees what they told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboard.access import site_view
from dashboard.alerts.forms import AlertForm
from dashboard.report import formats
from dashboard.room import Did, What, tell
from realtime import tasks
from realtime.mail import outbox
from realtime.out import deliveries, telling, thresholds
from realtime.out.models import Kind, Occurrence, Threshold
from realtime.presence.online import online
from tracking.access import Right
from tracking.audit import changed_fields
from tracking.models import Site

SHOWN = 50


@dataclass(frozen=True)
class Told:
    """An occurrence in words, by the clock of who looks."""

    occurrence: Occurrence
    name: str
    opened: str
    closed: str
    link: str


@site_view(Right.MANAGE)
def alerts(request: HttpRequest, site: Site) -> HttpResponse:
    watches = kind_of(request.GET.get("watches", ""))
    form = AlertForm(
        request.POST or None,
        instance=Threshold(site=site),
        watches=watches,
        initial={"people": [str(request.user.pk)]},
    )
    if form.is_valid():
        with transaction.atomic():
            alert = form.save_for(request.user)
            tell(request, site, Did.ADDED, What.THRESHOLD, alert.name)
        messages.success(request, f"{alert.name}: you are told from now on.")
        return redirect("alerts", site.domain)
    return list_page(request, site, form)


@site_view(Right.MANAGE)
def alert(request: HttpRequest, site: Site, alert: int) -> HttpResponse:
    found = alert_or_404(site, alert)
    form = AlertForm(request.POST or None, instance=found, watches=found.watches)
    if form.is_valid():
        with transaction.atomic():
            saved = form.save_for(request.user)
            details = {
                name: each for name, each in changed_fields(form).items() if name != "people"
            }
            tell(request, site, Did.CHANGED, What.THRESHOLD, saved.name, details=details)
        messages.success(request, "The alert is saved.")
        return redirect("alerts", site.domain)
    context = {"site": site, "online": online(site.pk), "alert": found, "form": form}
    return render(request, "alerts/alert.html", context)


@site_view(Right.MANAGE)
@require_POST
def remove(request: HttpRequest, site: Site, alert: int) -> HttpResponse:
    found = alert_or_404(site, alert)
    with transaction.atomic():
        tell(request, site, Did.DELETED, What.THRESHOLD, found.name)
        found.delete()
    messages.success(request, "The alert is removed, and its history with it.")
    return redirect("alerts", site.domain)


@site_view(Right.MANAGE)
@require_POST
def try_out(request: HttpRequest, site: Site, alert: int) -> HttpResponse:
    """Tell its readers and the webhooks of alerts that this is a test, with the figure of now."""
    found, now = alert_or_404(site, alert), timezone.now()
    occurrence = Occurrence(
        threshold=found,
        value=thresholds.figure(found, now) or 0,
        limit=found.limit,
        opened_at=now,
    )
    link = telling.link_to(occurrence)
    readers = telling.readers(found) if settings.SENDS_MAIL else []
    for reader in readers:
        context = telling.context_of(occurrence, reader, link, is_test=True)
        outbox.send("alert", reader.email, context)
    hooks = [each for each in site.webhooks.filter(enabled=True) if Kind.THRESHOLD in each.kinds]
    for hook in hooks:
        deliveries.make_test(hook, now)
    tasks.dispatch()
    messages.success(request, f"On its way: mails {len(readers)}, webhooks {len(hooks)}.")
    return redirect("alerts", site.domain)


def kind_of(text: str) -> str:
    return text if text in Threshold.Watches.values else Threshold.Watches.NUMBER


def alert_or_404(site: Site, number: int) -> Threshold:
    return get_object_or_404(site.thresholds.select_related("site", "goal", "owner"), pk=number)


def list_page(request: HttpRequest, site: Site, form: AlertForm) -> HttpResponse:
    rows = site.thresholds.select_related("goal", "owner").prefetch_related("readers__user")
    context = {
        "site": site,
        "online": online(site.pk),
        "form": form,
        "kinds": Threshold.Watches,
        "alerts": rows,
        "history": history(site, request.user),
        "hooks": [each for each in site.webhooks.all() if Kind.THRESHOLD in each.kinds],
        "has_goals": site.goals.exists(),
        "sends_mail": settings.SENDS_MAIL,
    }
    return render(request, "alerts/list.html", context)


def history(site: Site, user: Any) -> list[Told]:
    """The latest, newest first."""
    rows = Occurrence.objects.filter(threshold__site=site)
    rows = rows.select_related("threshold__site", "threshold__goal")[:SHOWN]
    return [
        Told(
            each,
            each.threshold.name,
            clock(each.opened_at, user.zone),
            clock(each.closed_at, user.zone) if each.closed_at else "",
            telling.link_to(each),
        )
        for each in rows
    ]


def clock(moment: datetime, zone: ZoneInfo) -> str:
    return formats.moment(moment.astimezone(zone))
