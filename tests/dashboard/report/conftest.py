from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tests.dashboard.report.visited import NOW
from tests.factories import SeatFactory
from tracking.models import Site


@pytest.fixture
def clock() -> Iterator[None]:
    """Let it be `NOW`."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site(client: Client, clock: None) -> Site:
    """The site of the person who is signed in."""
    membership = SeatFactory(site__domain="site.example")
    client.force_login(membership.user)
    return membership.site
