"""The running API keeps to its own description."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.dashboard.api.asking import headers
from tests.factories import EventFactory, SeatFactory, SiteFactory
from tracking.models import Annotation, ApiKey, Goal

# The examples of the description.
DOMAIN = "example.com"
GOAL = 1
NOTE = 1
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.ignored_auth,
    checks.unsupported_method,
    checks.allow_header_conformance,
]

# To each address, besides the requests that the description's edges give.
MADE_UP = max(settings().max_examples // 6, 1)

schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
# Hundreds of requests, for which the fast tests have no time.
schema.config.phases.coverage.enabled = MADE_UP > 1


def about_the_site(_context: object, values: Any) -> Any:
    """Most names that are made up are of no site; half of them become the one there is."""
    name = values.get("site_id") if isinstance(values, dict) else None
    if isinstance(name, str) and len(name) % 2 == 0:
        return {**values, "site_id": DOMAIN}
    return values


for part in ("body", "query", "path_parameters"):
    schema.hook(f"map_{part}")(about_the_site)


@pytest.fixture
def key(db: None) -> str:
    """Opens the one site there is, with an event, a goal and a note."""
    site = SiteFactory(domain=DOMAIN)
    EventFactory(site=site)
    Goal.objects.create(pk=GOAL, site=site, event_name="Purchase", currency="EUR")
    Annotation.objects.create(pk=NOTE, site=site, time=timezone.now(), text="Release")
    return ApiKey.issue(SeatFactory(site=site).user)[1]


@contextmanager
def connection_kept() -> Iterator[None]:
    """Leave the connection open at a request's ends, as Django's test client does."""
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in ends:
            signal.connect(close_old_connections)


@schema.parametrize()
# Each request finds the site as the first one did: what it changes is rolled back.
@settings(max_examples=MADE_UP, suppress_health_check=list(HealthCheck))
def test_answers_are_those_described(case, key):
    # What an address's parameters have too many is no reason to refuse; what a body has, is.
    strict = [checks.negative_data_rejection] if case.operation.body else []
    with connection_kept(), transaction.atomic():
        # What comes over WSGI is not unpacked.
        plain = {**headers(key), "Accept-Encoding": "identity"}
        case.call_and_validate(headers=plain, checks=[*CHECKS, *strict])
        transaction.set_rollback(True)
