"""The image and the first form, which need no script."""

import pytest

from tests.tracking.ingest.accepting import waiting
from tracking.ingest.protocols.answers import PIXEL

pytestmark = pytest.mark.django_db(transaction=True)


async def test_the_image_counts_the_page_that_shows_it(site, client):
    answer = await client.get(
        "/image/example.com.gif", headers={"Referer": "https://example.com/no-script"}
    )

    [hit] = await waiting()
    assert (200, "image/gif", 43) == (
        answer.status_code,
        answer.headers["content-type"],
        len(answer.content),
    )
    assert ("pageview", "https://example.com/no-script") == (hit["name"], hit["url"])


async def test_a_page_whose_address_is_too_long_is_counted_as_the_front_page(site, client):
    page = {"Referer": f"https://example.com/{'x' * 2000}"}
    await client.get("/image/example.com.gif", headers=page)

    assert ["https://example.com/"] == [hit["url"] for hit in await waiting()]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_first_form_records_a_named_event(site, client, method):
    answer = await client.request(method, "/visit/example.com/visited?event=Sign%20up")

    [hit] = await waiting()
    assert (200, "visit recorded") == (answer.status_code, answer.text)
    assert ("Sign up", "https://example.com/") == (hit["name"], hit["url"])


async def test_the_first_form_names_no_longer_event_than_other_formats(client):
    answer = await client.get("/visit/example.com/visited", params={"event": "x" * 121})

    assert (400, {"errors": {"event": ["should be at most 120 characters"]}}) == (
        answer.status_code,
        answer.json(),
    )


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/image/unknown.example.gif", PIXEL),
        ("/visit/unknown.example/visited", b"visit not counted"),
    ],
    ids=["image", "first form"],
)
async def test_a_request_without_a_script_that_is_refused_is_answered_202(
    site, client, path, content
):
    answer = await client.get(path)

    assert (202, content, "unknown_site") == (
        answer.status_code,
        answer.content,
        answer.headers["x-footfall-dropped"],
    )
