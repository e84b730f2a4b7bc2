"""The pages of figures beside the report: one leads to the other with what was chosen."""

from html import unescape

import pytest
from django.test import Client

from tests.factories import SeatFactory

pytestmark = pytest.mark.django_db


def test_sections_keep_the_period_and_the_filters(client: Client) -> None:
    seat = SeatFactory()
    client.force_login(seat.user)
    chosen = "period=7d&f=is,visit:country,DE"

    page = unescape(client.get(f"/sites/{seat.site.domain}/visits?{chosen}").content.decode())

    assert f'href="/sites/{seat.site.domain}/?{chosen}"' in page.split('class="tabs sections"')[1]
