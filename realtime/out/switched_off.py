"""Webhooks that are given up, and who is told."""

import structlog
from django.conf import settings
from django.db import transaction

from realtime.mail import outbox
from realtime.out.models import Webhook
from realtime.room.telling import Did, Means, What, tell
from tracking.access import Right, people_with

logger = structlog.get_logger(__name__)


def switch_off(hook: Webhook, reason: str) -> None:
    """Send nothing to it any more, and tell those who look after the site why."""
    with transaction.atomic():
        if not Webhook.objects.filter(pk=hook.pk, enabled=True).update(enabled=False):
            return
        tell(
            hook.site,
            Did.CHANGED,
            What.WEBHOOK,
            hook.host,
            by=None,
            means=Means.SERVER,
            details={"enabled": [True, False]},
        )
        for address in keepers_of(hook):
            outbox.send("webhook_switched_off", address, context_of(hook, reason))
    hook.enabled = False
    logger.warning("webhook_switched_off", webhook_id=hook.pk, site_id=hook.site_id)


def context_of(hook: Webhook, reason: str) -> dict[str, str]:
    domain = hook.site.domain
    link = f"{settings.PUBLIC_URL}/sites/{domain}/webhooks/{hook.pk}"
    return {"site": domain, "address": hook.url, "reason": reason, "link": link}


def keepers_of(hook: Webhook) -> list[str]:
    return list(people_with(hook.site_id, Right.MANAGE).values_list("email", flat=True))
