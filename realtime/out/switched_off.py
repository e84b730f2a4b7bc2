"""Webhooks that are given up, and who is told."""

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

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
    hook.enabled = False
    logger.warning("webhook_switched_off", webhook_id=hook.pk, site_id=hook.site_id)
    domain = hook.site.domain
    try:
        send_mail(
            f"{settings.EMAIL_SUBJECT_PREFIX}A webhook of {domain} is switched off",
            f"Footfall calls this address no more, because {reason}:\n\n{hook.url}\n\n"
            f"What was not delivered, and a switch to go on, is at\n"
            f"{settings.PUBLIC_URL}/sites/{domain}/webhooks/{hook.pk}\n",
            None,
            keepers_of(hook),
        )
    except OSError as error:
        logger.error("webhook_owner_not_told", webhook_id=hook.pk, error=type(error).__name__)


def keepers_of(hook: Webhook) -> list[str]:
    return list(people_with(hook.site_id, Right.MANAGE).values_list("email", flat=True))
