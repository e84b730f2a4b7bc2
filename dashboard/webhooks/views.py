"""The pages on which an owner keeps a site's webhooks, and sees how calls went."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from dashboard.access import site_view
from dashboard.room import Did, What, tell
from dashboard.webhooks.forms import WebhookForm, WebhookSettingsForm, new_hook
from dashboard.webhooks.log import Log
from realtime import tasks
from realtime.out import deliveries
from realtime.out.models import Delivery, Webhook
from realtime.presence.online import online
from tracking.access import Right
from tracking.audit import changed_fields
from tracking.models import Site


@site_view(Right.MANAGE)
def webhooks(request: HttpRequest, site: Site) -> HttpResponse:
    form = WebhookForm(request.POST or None, instance=Webhook(site=site))
    if form.is_valid():
        with transaction.atomic():
            hook = new_hook(form, request.user, timezone.now())
            tell(
                request,
                site,
                Did.ADDED,
                What.WEBHOOK,
                hook.host,
                details={"kinds": ", ".join(hook.kinds)},
            )
        # Answered at once, not after a redirect: nobody is shown the secret again.
        return hook_page(request, hook, WebhookSettingsForm(instance=hook), hook.secret)
    return list_page(request, site, form)


@site_view(Right.MANAGE)
def webhook(request: HttpRequest, site: Site, hook: int) -> HttpResponse:
    found = hook_or_404(site, hook)
    form = WebhookSettingsForm(request.POST or None, instance=found)
    if form.is_valid():
        with transaction.atomic():
            form.save()
            details = changed_fields(form)
            tell(request, site, Did.CHANGED, What.WEBHOOK, found.host, details=details)
        tasks.dispatch()
        messages.success(request, "The webhook is saved.")
        return redirect("webhook", site.domain, found.pk)
    return hook_page(request, hook_or_404(site, hook), form)


@site_view(Right.MANAGE)
@require_GET
def log(request: HttpRequest, site: Site, hook: int) -> HttpResponse:
    """The log alone, for htmx."""
    found = hook_or_404(site, hook)
    return render(request, "webhooks/log.html", context_of(request, found))


@site_view(Right.MANAGE)
@require_POST
def roll(request: HttpRequest, site: Site, hook: int) -> HttpResponse:
    found = hook_or_404(site, hook)
    with transaction.atomic():
        secret = found.roll_secret(timezone.now())
        tell(request, site, Did.CHANGED, What.WEBHOOK, found.host, details={"secret": None})
    return hook_page(request, found, WebhookSettingsForm(instance=found), secret)


@site_view(Right.MANAGE)
@require_POST
def send_test(request: HttpRequest, site: Site, hook: int) -> HttpResponse:
    deliveries.make_test(hook_or_404(site, hook), timezone.now())
    return asked(request, site, hook, "A test is on its way. See below how it goes.")


@site_view(Right.MANAGE)
@require_POST
def replay(request: HttpRequest, site: Site, hook: int) -> HttpResponse:
    """Send again one delivery, whose number is `delivery`, or without one all that failed."""
    sent = hook_or_404(site, hook).deliveries.all()
    number = request.POST.get("delivery", "")
    if number:
        chosen = sent.filter(pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
        if not chosen.exists():
            raise Http404("No such delivery.")
    else:
        chosen = sent.filter(state=Delivery.State.FAILED)
    count = deliveries.replay(chosen, timezone.now())
    return asked(request, site, hook, f"Sent again: {count}.")


@site_view(Right.MANAGE)
@require_POST
def remove(request: HttpRequest, site: Site, hook: int) -> HttpResponse:
    found = hook_or_404(site, hook)
    deliveries.remove(found.deliveries.all())
    with transaction.atomic():
        found.delete()
        tell(request, site, Did.DELETED, What.WEBHOOK, found.host)
    messages.success(request, "The webhook is deleted, and its log with it.")
    return redirect("webhooks", site.domain)


def hook_or_404(site: Site, number: int) -> Webhook:
    try:
        return site.webhooks.select_related("site").get(pk=number)
    except Webhook.DoesNotExist as error:
        raise Http404("No such webhook.") from error


def asked(request: HttpRequest, site: Site, hook: int, sentence: str) -> HttpResponse:
    """After something is to be sent, now: the sender may sleep until it is woken."""
    site.webhooks.filter(pk=hook).update(paused_until=None)
    tasks.dispatch()
    messages.success(request, sentence)
    return redirect("webhook", site.domain, hook)


def list_page(request: HttpRequest, site: Site, form: WebhookForm) -> HttpResponse:
    context = {
        "site": site,
        "online": online(site.pk),
        "form": form,
        "hooks": site.webhooks.all(),
    }
    return render(request, "webhooks/list.html", context)


def hook_page(
    request: HttpRequest, hook: Webhook, form: WebhookSettingsForm, secret: str = ""
) -> HttpResponse:
    """`secret` is one that was just made."""
    context = {**context_of(request, hook), "form": form, "secret": secret}
    return render(request, "webhooks/hook.html", context)


def context_of(request: HttpRequest, hook: Webhook) -> dict[str, Any]:
    return {
        "site": hook.site,
        "online": online(hook.site_id),
        "hook": hook,
        "log": Log.read(hook, request.GET),
    }
