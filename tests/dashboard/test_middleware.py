import gzip

from django.http import HttpResponse

from dashboard.middleware import PrivatePages


def test_page_that_says_nothing_is_kept_by_no_cache(rf):
    middleware = PrivatePages(lambda request: HttpResponse())

    assert "private, no-store" == middleware(rf.get("/"))["Cache-Control"]


def test_page_that_says_for_how_long_is_believed(rf):
    middleware = PrivatePages(lambda request: HttpResponse(headers={"Cache-Control": "max-age=60"}))

    assert "max-age=60" == middleware(rf.get("/"))["Cache-Control"]


def test_page_for_a_browser_that_unpacks_comes_compressed(client, db):
    answer = client.get("/sign-in", headers={"Accept-Encoding": "gzip"})

    assert "gzip" == answer["Content-Encoding"]
    assert b"<!DOCTYPE html>" in gzip.decompress(answer.content)
