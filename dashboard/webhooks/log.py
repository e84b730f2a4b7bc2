"""How the calls of a webhook went, newest first, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.utils import timezone

from realtime.out.models import Delivery, Webhook
from realtime.out.sending import due

SHOWN = 25
SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class Log:
    """`older` is the query of the next page, empty on the last one; `state` is what was chosen.

    `soon` says that something is about to be sent.
    """

    rows: list[Delivery]
    state: str
    older: str
    soon: bool
    failed: int

    @classmethod
    def read(cls, hook: Webhook, asked: Mapping[str, str]) -> "Log":
        sent = hook.deliveries.all()
        state, before = asked.get("state", ""), asked.get("before", "")
        rows = sent.filter(state=state) if state in Delivery.State.values else sent
        if before.isdecimal() and len(before) < 19:
            rows = rows.filter(pk__lt=int(before))
        found = list(rows.order_by("-pk")[: SHOWN + 1])
        more = len(found) > SHOWN
        return cls(
            rows=found[:SHOWN],
            state=state if state in Delivery.State.values else "",
            older=urlencode({"state": state, "before": found[SHOWN - 1].pk}) if more else "",
            soon=hook.enabled and due(timezone.now() + SOON).filter(webhook=hook).exists(),
            failed=sent.filter(state=Delivery.State.FAILED).count(),
        )
