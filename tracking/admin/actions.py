"""What an admin does to sites from their list; each asks first, and is in the audit log."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone

from tracking import audit, salts, tasks
from tracking.audit import Did, Means, What
from tracking.models import Purge, Renaming, Site


class PurgeForm(forms.Form):
    before = forms.DateField(
        label="Visits that began before this day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="In UTC. Leave it empty for all that there is.",
    )

    def moment(self, now: datetime) -> datetime:
        day = self.cleaned_data["before"]
        return datetime.combine(day, time(), UTC) if day else now


@admin.action(description="Pause selected sites", permissions=["change"])
def pause(model: ModelAdmin, request: HttpRequest, sites: QuerySet[Site]) -> Any:
    words = [
        "Their hits are refused from now on, with the reason site_paused, and counted as refused.",
        "Nothing that was stored is lost. What comes meanwhile is.",
    ]
    if not confirmed(request):
        return ask(model, request, sites, "Pause these sites?", words)
    return set_paused(request, sites, True)


@admin.action(description="Resume selected sites", permissions=["change"])
def resume(model: ModelAdmin, request: HttpRequest, sites: QuerySet[Site]) -> Any:
    words = ["Their hits count again from now on."]
    if not confirmed(request):
        return ask(model, request, sites, "Let these sites go on?", words)
    return set_paused(request, sites, False)


@admin.action(description="Replace the salts of visitors", permissions=["change"])
def replace_salts(model: ModelAdmin, request: HttpRequest, sites: QuerySet[Site]) -> Any:
    words = [
        "The salt of today is one for all sites of the server: all of their visitors are counted "
        "anew from now on, and whoever is on a site now begins another visit.",
        "Of the sites below, the keys by which visitors are known for longer than a day are "
        "replaced as well.",
        "The old ones are gone: nobody can tell any more which visitor of before is which of now.",
    ]
    if not confirmed(request):
        return ask(model, request, sites, "Replace the salts?", words)
    salts.replace_salts(sites, timezone.now().astimezone(UTC).date())
    for site in sites:
        note(request, Did.REPLACED, What.SALTS, site)
    messages.success(request, "The salts are replaced. Visitors are counted anew.")
    return None


@admin.action(description="Purge events of selected sites", permissions=["delete"])
def purge(model: ModelAdmin, request: HttpRequest, sites: QuerySet[Site]) -> Any:
    # Not at the top: processes that take hits import this module and have no use for DuckDB.
    from tracking.warehouse.sealing.purge import MOST_COUNTED, about

    form = PurgeForm(request.POST if confirmed(request) else None)
    if not form.is_valid():
        hot, sealed = about(list(sites.values_list("pk", flat=True)))
        more = "more than " if hot >= MOST_COUNTED else ""
        words = [
            f"The sites below have {more}{hot:,} events in the database and {sealed:,} sealed.",
            "Visits that began before the day are deleted with all of their events, in the "
            "background. Nothing brings them back but a backup.",
            "What webhooks were told before then goes too, and hits that were set aside by then.",
        ]
        return ask(model, request, sites, "Purge the events of these sites?", words, form)
    before = form.moment(timezone.now())
    for site in sites:
        Purge.objects.create(site=site, before=before)
        note(request, Did.PURGED, What.EVENTS, site, {"before": f"{before:%Y-%m-%d %H:%M} UTC"})
    transaction.on_commit(tasks.purge_asked)
    messages.success(request, "The events are being deleted in the background.")
    return None


@admin.action(description="Name the sources of stored visits anew", permissions=["change"])
def rename_sources(model: ModelAdmin, request: HttpRequest, sites: QuerySet[Site]) -> Any:
    words = [
        "The list of sources grows with each version. Stored visits whose source is a bare host, "
        "because no list knew it when they came, get the name and the channel that a visit of "
        "today would get: those in the database and those that are sealed, in the background.",
        "Visits with a utm_source, or whose source has a name already, stay as they are: not all "
        "from which that was told is kept.",
    ]
    if not confirmed(request):
        return ask(model, request, sites, "Name the sources anew?", words)
    for site in sites:
        Renaming.objects.update_or_create(site=site, defaults={"asked_at": timezone.now()})
        note(request, Did.CHANGED, What.EVENTS, site, {"fields": "source, channel"})
    transaction.on_commit(tasks.rename_asked)
    messages.success(request, "The sources are being named anew in the background.")
    return None


def set_paused(request: HttpRequest, sites: QuerySet[Site], paused: bool) -> None:
    changed = list(sites.filter(paused=not paused))
    for site in changed:
        site.paused = paused
        # One by one: processes hear of it by a signal.
        site.save(update_fields=["paused"])
        note(request, Did.PAUSED if paused else Did.RESUMED, What.SITE, site)
    done = "Paused" if paused else "Going on"
    messages.success(request, f"{done}: {len(changed)}.")


def note(
    request: HttpRequest, did: Did, what: What, site: Site, details: audit.Details | None = None
) -> None:
    audit.record(did, what, site, by=request.user, site=site, means=Means.ADMIN, details=details)


def confirmed(request: HttpRequest) -> bool:
    return "confirmed" in request.POST


def ask(
    model: ModelAdmin,
    request: HttpRequest,
    sites: QuerySet[Site],
    title: str,
    words: Sequence[str],
    form: forms.Form | None = None,
) -> TemplateResponse:
    """The page that says what is about to happen, and to which sites."""
    context = {
        **model.admin_site.each_context(request),
        "opts": model.model._meta,
        "title": title,
        "words": words,
        "sites": sites,
        "form": form,
        "action": request.POST["action"],
        "chosen": ACTION_CHECKBOX_NAME,
        "media": model.media,
    }
    return TemplateResponse(request, "admin/tracking/site/confirm.html", context)
