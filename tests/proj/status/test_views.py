"""The status page of the administration."""

import pytest

from proj.status import views
from proj.status.finding import Check, bad
from tests.factories import UserFactory
from tracking import tasks
from tracking.models import TaskRun

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/status"


def test_page_shows_each_check_and_the_last_run_of_each_task(client, monkeypatch):
    checks = [Check("Disk", lambda _now: bad("1 GB <free>", "Make room."))]
    monkeypatch.setattr(views, "CHECKS", checks)
    monkeypatch.setattr(tasks, "request_drain", lambda _shard: None)
    tasks.drain_net.call_local()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    page = client.get(ADDRESS).content.decode()

    for part in ("Disk", ">bad<", "1 GB &lt;free&gt;", "Make room.", TaskRun.objects.get().name):
        assert part in page


def test_index_leads_to_it(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    assert f'href="{ADDRESS}"' in client.get("/admin/").content.decode()


@pytest.mark.parametrize("person", [{}, {"is_active": False, "is_staff": True}])
def test_only_staff_sees_it(client, person):
    client.force_login(UserFactory(**person))

    assert 302 == client.get(ADDRESS).status_code


def test_it_can_only_be_looked_at(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    assert 405 == client.post(ADDRESS).status_code
