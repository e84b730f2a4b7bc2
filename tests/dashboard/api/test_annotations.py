"""Notes of programs: /api/v1/sites/annotations."""

from datetime import UTC, datetime

import pytest
import time_machine

from dashboard.api import annotations
from tests.dashboard.api.asking import asking
from tests.factories import SeatFactory, SiteFactory
from tracking.models import Annotation, Change
from tracking.models.keys import Scope

pytestmark = pytest.mark.django_db

NOTES = "/api/v1/sites/annotations"
DEPLOY = {
    "site_id": "northpeak.example",
    "text": "Release 2.1",
    "time": "2026-03-10T14:30:00+02:00",
    "reference": "deploy-4711",
}


@pytest.fixture
def owned():
    """The membership of a person who owns a site."""
    return SeatFactory(site=SiteFactory(domain="northpeak.example"))


def stored() -> list[tuple]:
    return list(Annotation.objects.values_list("text", "time", "reference"))


def test_note_of_a_deploy_is_added_and_listed(owned):
    ask = asking(owned.user)

    status, answer = ask("POST", NOTES, DEPLOY)

    shown = {
        "id": str(Annotation.objects.get().pk),
        "time": "2026-03-10T12:30:00+00:00",
        "text": "Release 2.1",
        "reference": "deploy-4711",
    }
    assert (200, shown) == (status, answer)
    listed = ask("GET", f"{NOTES}?site_id=northpeak.example")[1]["annotations"]
    assert [shown] == listed


def test_note_sent_again_with_its_reference_is_there_once_and_told_once(owned):
    ask = asking(owned.user)
    first = ask("POST", NOTES, DEPLOY)

    again = ask("POST", NOTES, {**DEPLOY, "text": "Another text", "time": None})

    assert first == again
    assert [("Release 2.1", datetime(2026, 3, 10, 12, 30, tzinfo=UTC), "deploy-4711")] == stored()
    assert [("added", "note", "Release 2.1", "key")] == list(
        Change.objects.values_list("did", "what", "name", "means")
    )


def test_same_reference_at_another_site_is_another_note(owned):
    SeatFactory(site=SiteFactory(domain="other.example"), user=owned.user)
    ask = asking(owned.user)
    ask("POST", NOTES, DEPLOY)

    ask("POST", NOTES, {**DEPLOY, "site_id": "other.example"})

    assert ["northpeak.example", "other.example"] == list(
        Annotation.objects.order_by("pk").values_list("site__domain", flat=True)
    )


def test_notes_without_reference_are_each_their_own_and_of_now(owned):
    ask = asking(owned.user)
    now = datetime(2026, 3, 10, 15, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        for _ in range(2):
            ask("POST", NOTES, {"site_id": "northpeak.example", "text": "Restart"})

    assert [("Restart", now, "")] * 2 == stored()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"text": " "}, "This field cannot be blank."),
        ({"text": "x" * 201}, "Ensure this value has at most 200 characters (it has 201)."),
        ({"reference": "x" * 101}, "Ensure this value has at most 100 characters (it has 101)."),
        ({"time": "today"}, "The value of 'time' must be a time such as 2026-11-20T14:30:00Z."),
        ({"time": "1999-12-31"}, "The value of 'time' is in no year that a report shows."),
        ({"mood": "good"}, "The request has the unknown key 'mood'."),
    ],
    ids=["blank", "long text", "long reference", "no time", "early", "unknown key"],
)
def test_note_that_no_chart_can_show_is_refused(owned, changed, sentence):
    answer = asking(owned.user)("POST", NOTES, {**DEPLOY, **changed})

    assert (400, {"error": sentence}) == answer
    assert [] == stored()


def test_site_takes_no_more_notes_than_its_page_does(owned, monkeypatch):
    monkeypatch.setattr(annotations, "MOST", 1)
    ask = asking(owned.user)
    ask("POST", NOTES, DEPLOY)

    refused = ask("POST", NOTES, {**DEPLOY, "reference": "deploy-4712"})[0]
    again = ask("POST", NOTES, DEPLOY)[0]

    assert (409, 200, 1) == (refused, again, len(stored()))


def test_key_for_notes_adds_and_deletes_them_and_sees_no_sites(owned):
    ask = asking(owned.user, [Scope.NOTES_WRITE])
    made = ask("POST", NOTES, DEPLOY)[1]["id"]

    listed = ask("GET", f"{NOTES}?site_id=northpeak.example")[0]
    deleted = ask("DELETE", f"{NOTES}/{made}?site_id=northpeak.example")

    assert (403, (200, {"deleted": True}), []) == (listed, deleted, stored())


def test_note_of_another_site_is_not_deleted(owned):
    other = Annotation.objects.create(site=SiteFactory(), time=datetime.now(UTC), text="Theirs")

    status, _ = asking(owned.user)("DELETE", f"{NOTES}/{other.pk}?site_id=northpeak.example")

    assert (404, 1) == (status, len(stored()))
