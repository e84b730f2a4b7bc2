import gc

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import StreamingHttpResponse
from django.test import RequestFactory

from dashboard import downloads
from dashboard.downloads import MOST, one_of_few
from tests.factories import SeatFactory, SiteFactory

pytestmark = pytest.mark.django_db


@one_of_few
def file(request, **kwargs):
    return StreamingHttpResponse(iter(["a"]))


def asked(rf: RequestFactory, user: object, **kwargs: str):
    request = rf.get("/")
    request.user = user
    return file(request, **kwargs)


def test_person_who_takes_many_files_at_once_waits_for_one_to_end(rf, django_user_model):
    ada, ben = (django_user_model.objects.create(email=f"{name}@a.example") for name in "ab")
    taken = [asked(rf, ada) for _ in range(MOST)]

    refused, others = asked(rf, ada), asked(rf, ben)
    assert ([200] * MOST, 429, 200) == (
        [each.status_code for each in taken],
        refused.status_code,
        others.status_code,
    )
    taken.pop()
    gc.collect()
    assert 200 == asked(rf, ada).status_code


def test_file_that_was_sent_is_not_counted_though_somebody_holds_it(rf, django_user_model):
    ada = django_user_model.objects.create(email="ada@a.example")
    sent = [asked(rf, ada) for _ in range(MOST)]
    for each in sent:
        each.close()

    again = [asked(rf, ada).status_code for _ in range(MOST)]

    assert [200] * MOST == again
    del sent


def test_all_who_have_a_link_share_its_files(rf):
    taken = [asked(rf, AnonymousUser(), token="one") for _ in range(MOST)]

    assert (429, 200) == (
        asked(rf, AnonymousUser(), token="one").status_code,
        asked(rf, AnonymousUser(), token="other").status_code,
    )
    del taken


def test_file_that_fails_is_not_counted(rf):
    @one_of_few
    def fails(request, **kwargs):
        raise OSError("gone")

    request = rf.get("/")
    for _ in range(MOST + 1):
        with pytest.raises(OSError, match="gone"):
            fails(request, token="failing")

    assert not downloads._under_way["link failing"]


@pytest.mark.parametrize(
    "path", ["export?format=csv", "widgets/pages.csv", "audit.csv"], ids=["raw", "figures", "audit"]
)
def test_each_kind_of_file_is_counted(client, path, monkeypatch):
    seat = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    client.force_login(seat.user)
    monkeypatch.setattr(downloads, "MOST", 0)

    assert 429 == client.get(f"/sites/northpeak.example/{path}").status_code
