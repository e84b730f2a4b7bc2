"""Webhooks for tests."""

from typing import Any

from realtime.out.models import Webhook
from tests.factories import SiteFactory
from tracking.models import Site


def make_hook(site: Site | None = None, **fields: Any) -> Webhook:
    """A webhook that was told everything up to the beginning."""
    defaults = {"url": "http://127.0.0.1:9/", "cursor": "0"}
    return Webhook.objects.create(site=site or SiteFactory(), **{**defaults, **fields})
