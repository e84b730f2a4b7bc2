"""The pages that say what went wrong."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from dashboard import errors
from proj import urls as real


def raising(error: Exception):
    def view(request):
        raise error

    return view


urlpatterns = [
    path("fails-400", raising(SuspiciousOperation())),
    path("fails-403", raising(PermissionDenied())),
    path("fails-429", lambda request: errors.too_many(request, 90)),
    path("fails-500", raising(RuntimeError())),
    path("form", lambda request: HttpResponse()),
    *real.urlpatterns,
]
handler400, handler403 = real.handler400, real.handler403
handler404, handler500 = real.handler404, real.handler500


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/fails-400", 400, "This request makes no sense here"),
        ("/fails-403", 403, "This is not for you"),
        ("/nowhere", 404, "There is no such page"),
        ("/fails-429", 429, "Please wait 2 minutes, then try again."),
        ("/fails-500", 500, "Something broke"),
    ],
    ids=["bad request", "forbidden", "not found", "too many", "server error"],
)
def test_error_is_answered_with_a_page_that_names_it(address, status, words):
    response = Client(raise_request_exception=False).get(address)

    assert (status, True) == (response.status_code, words in response.content.decode())


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_form_without_its_token_is_answered_with_what_to_do():
    response = Client(enforce_csrf_checks=True).post("/form")

    assert 403 == response.status_code
    assert "This form is out of date" in response.content.decode()


def test_server_error_asks_neither_storage_nor_context():
    # Without the marker for the database, a query fails this test.
    response = errors.server_error(RequestFactory().get("/"))

    assert 500 == response.status_code


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seconds", "header", "words"),
    [
        (0.2, "1", "Please wait a second,"),
        (30, "30", "Please wait 30 seconds,"),
        (3600, "3600", "Please wait 60 minutes,"),
    ],
)
def test_too_many_says_when_to_come_back(rf, seconds, header, words):
    response = errors.too_many(rf.get("/"), seconds)

    assert (header, True) == (response["Retry-After"], words in response.content.decode())
