from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import sentry_sdk
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils.module_loading import autodiscover_modules
from huey.contrib.djhuey import HUEY

from proj import tasks
from realtime.mail.admins import wait_until_told
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    monkeypatch.setattr(tasks, "told", tasks.Told())


@pytest.fixture
def captured(monkeypatch):
    errors: list[Exception] = []
    monkeypatch.setattr(sentry_sdk, "capture_exception", errors.append)
    return errors


def fail(retries: int) -> Exception:
    error = ValueError("secret detail of a visitor")
    tasks.report_failure("error", SimpleNamespace(name="drain", retries=retries), error)
    return error


def test_a_task_that_failed_for_good_is_told_to_admins_and_sentry(settings, captured):
    settings.ADMINS = [("admin", "admin@example.com")]

    error = fail(retries=0)

    wait_until_told()
    [message] = mail.outbox
    assert ("Footfall: task failed: drain", ["admin@example.com"]) == (message.subject, message.to)
    assert "secret detail" not in message.body
    assert [error] == captured


def test_what_goes_on_failing_is_told_once_an_hour_with_how_often():
    told = tasks.Told()
    began = datetime(2026, 3, 10, 12, tzinfo=UTC)
    minutes = [0, 1, 59, 60, 61, 130]

    counts = [told.count(("drain", "Error"), began + timedelta(minutes=at)) for at in minutes]

    assert [0, None, None, 2, None, 1] == counts
    assert 0 == told.count(("drain", "OtherError"), began)


def test_a_task_that_will_be_tried_again_is_told_to_nobody(settings, captured):
    settings.ADMINS = [("admin", "admin@example.com")]

    fail(retries=2)

    wait_until_told()
    assert ([], []) == (mail.outbox, captured)


@pytest.mark.django_db
def test_expired_sessions_are_cleared_once_a_day_with_what_is_known_of_them():
    now = datetime.now(UTC)
    user = UserFactory()
    for key, hours in (("gone", -1), ("here", 1)):
        Session.objects.create(
            session_key=key, session_data="", expire_date=now + timedelta(hours=hours)
        )
        UserSession.objects.create(session_key=key, user=user, ip="fd00::", user_agent="")

    tasks.clear_expired_sessions.call_local()

    for model in (Session, UserSession):
        assert ["here"] == list(model.objects.values_list("session_key", flat=True))


def test_no_task_takes_a_lock_which_a_killed_worker_would_keep_for_ever():
    autodiscover_modules("tasks")

    assert set() == HUEY._locks
