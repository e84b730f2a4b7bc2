"""What people keep under a name is refused in the administration where no question can use it."""

import pytest
from django.urls import reverse

from tests.factories import SiteFactory, UserFactory
from tracking.models import Funnel, Segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize(
    ("steps", "kept"),
    [
        ('[{"page": "/"}, {"page": "/bought"}]', 1),
        ('[{"page": "/"}]', 0),
        ('[{"page": "/"}, {"goal": "Nobody’s"}]', 0),
    ],
    ids=["steps", "too few", "unknown goal"],
)
def test_funnel_is_kept_only_with_steps_that_can_be_asked(admin_client, steps, kept):
    fields = {"site": SiteFactory().pk, "name": "Buying", "scope": "visitor", "steps": steps}

    admin_client.post(reverse("admin:tracking_funnel_add"), fields)

    assert kept == Funnel.objects.count()


@pytest.mark.parametrize(
    ("filters", "kept"),
    [('[["is", "visit:country", ["DE"]]]', 1), ('[["is", "visit:nothing", ["DE"]]]', 0)],
    ids=["filters", "unknown dimension"],
)
def test_segment_is_kept_only_with_filters_that_can_be_asked(admin_client, filters, kept):
    fields = {"site": SiteFactory().pk, "name": "Germans", "filters": filters}

    admin_client.post(reverse("admin:tracking_segment_add"), fields)

    assert kept == Segment.objects.count()
