"""The pages of funnels and journeys."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.factories import EventFactory, SeatFactory
from tracking.models import Funnel, Role

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = "from=2026-03-10&to=2026-03-10"


@pytest.fixture
def seat(client: Client) -> Any:
    """An editor of a site, who is signed in."""
    seat = SeatFactory(role=Role.EDITOR)
    client.force_login(seat.user)
    return seat


def walked(site: Any, *paths: str, country: str = "") -> None:
    first = None
    for number, path in enumerate(paths):
        joined = {} if first is None else {"visit": first.visit, "visitor": first.visitor}
        event = EventFactory(
            site=site,
            path=path,
            country=country,
            time=NOON + timedelta(minutes=number),
            **joined,
        )
        first = first or event


def asked(client: Client, seat: Any, rest: str, **headers: str) -> str:
    answer = client.get(f"/sites/{seat.site.domain}/{rest}", headers=headers)
    return f"{answer.status_code} {unescape(answer.content.decode())}"


def words(page: str) -> str:
    """What of a page is text, in one line."""
    inside, found = False, []
    for character in page:
        inside = character == "<" or (inside and character != ">")
        found.append(" " if inside or character == ">" else character)
    return " ".join("".join(found).split())


def test_a_funnel_of_the_address_shows_its_steps_with_their_figures(client, seat):
    walked(seat.site, "/", "/pricing", country="DE")
    walked(seat.site, "/", "/help", country="DE")
    walked(seat.site, "/", "/pricing")
    steps = f"step=page,/&step=page,/pricing&f=is,visit:country,DE&{DAY}"

    page = words(asked(client, seat, f"funnels?{steps}"))
    gone = words(asked(client, seat, f"funnels/elsewhere?{steps}", HX_Request="true"))

    assert "50% of 2 visitors took all 2 steps" in page
    assert "1 visitor 50% of the start 50% of the step before 1 dropped off (50%)" in page
    assert "After / 1 stopped here /help 1 100%" in gone


def test_steps_of_the_form_become_an_address_that_keeps_the_period(client, seat):
    form = (
        "kind-0=page&value-0=/&props-0=&kind-1=event&value-1=Sign,up&props-1=plan=pro"
        "&kind-2=page&value-2=&scope=visit"
    )

    answer = client.get(f"/sites/{seat.site.domain}/funnels?period=7d&{form}")

    assert (
        f"/sites/{seat.site.domain}/funnels?period=7d&step=page,/"
        "&step=event,Sign%252Cup,plan,pro&scope=visit"
    ) == answer["Location"]


def test_periods_and_filters_of_the_page_lead_to_the_same_funnel(client, seat):
    page = asked(client, seat, "funnels?step=page,/&step=page,/a&scope=visit")

    kept = "step=page,/&step=page,/a&scope=visit"
    assert f'href="/sites/{seat.site.domain}/funnels?period=7d&{kept}"' in page


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ("step=page,/", "A funnel has 2 to 8 steps, not 1."),
        ("step=page,/&step=goal,Gone", "The goal 'Gone' is not one of this site's."),
    ],
    ids=["one step", "a goal that is gone"],
)
def test_what_is_wrong_with_steps_is_said_beside_the_form(client, seat, steps, sentence):
    page = asked(client, seat, f"funnels?{steps}")

    assert page.startswith("200")
    assert sentence in page
    assert "Show the funnel" in page


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [
        ("funnels?step=shop,/&step=page,/", "is none such as page,/pricing"),
        ("funnels?step=event,A,plan&step=page,/", "has a property without a value"),
        ("funnels?step=page,/&step=page,/a&scope=week", "week"),
        ("journeys?start=page,blog", "must begin with a slash"),
        ("journeys?direction=up", "up"),
        ("journeys/stops?at=2&path=/", "not a number from 0 to 1"),
    ],
    ids=["kind", "property", "scope", "page", "direction", "at"],
)
def test_what_an_address_cannot_mean_is_refused_in_words(client, seat, rest, sentence):
    page = asked(client, seat, rest)

    assert page.startswith("400")
    assert sentence in page


def test_a_funnel_is_saved_shown_by_itself_and_deleted(client, seat):
    base = f"/sites/{seat.site.domain}/funnels"
    sent = {"name": "Checkout", "step": ["page,/", "page,/paid"], "scope": "visit"}

    client.post(f"{base}/save", sent)
    kept = Funnel.objects.get()
    shown = asked(client, seat, "funnels")
    client.post(f"{base}/{kept.pk}/delete")

    assert ("Checkout", [{"page": "/"}, {"page": "/paid"}], "visit") == (
        kept.name,
        kept.steps,
        kept.scope,
    )
    assert f'funnel={kept.pk}"' in shown
    assert "Delete “Checkout”" in shown
    assert not Funnel.objects.exists()


def test_steps_that_make_no_funnel_are_not_saved(client, seat):
    sent = {"name": "Short", "step": ["page,/"]}

    page = client.post(f"/sites/{seat.site.domain}/funnels/save", sent, follow=True)

    assert "A funnel has 2 to 8 steps, not 1." in page.content.decode()
    assert not Funnel.objects.exists()


def test_viewers_see_funnels_and_are_offered_no_saving(client):
    seat = SeatFactory(role=Role.VIEWER)
    client.force_login(seat.user)
    Funnel.objects.create(site=seat.site, name="Checkout", steps=[{"page": "/"}, {"page": "/paid"}])

    page = asked(client, seat, "funnels")

    assert "Checkout" in page
    assert "Save under a name" not in page


def test_a_column_of_a_journey_leads_to_the_next_one(client, seat):
    walked(seat.site, "/", "/a", "/b")
    walked(seat.site, "/", "/a")
    walked(seat.site, "/")

    column = asked(client, seat, f"journeys/stops?{DAY}&path=/&path=/a&at=1", HX_Request="true")

    base = f"/sites/{seat.site.domain}"
    assert "/ 3 visitors /a 2 67% Left 1 33%" in words(column)
    assert f'href="{base}/journeys?{DAY}&path=/&path=/a"' in column
    assert f'hx-get="{base}/journeys/stops?{DAY}&path=/&path=/a&at=2"' in column
    assert 'hx-target="#stops-2"' in column
    assert 'aria-current="true"' in column


def test_what_led_to_a_page_is_asked_by_the_form(client, seat):
    walked(seat.site, "/", "/a", "/b")
    form = f"{DAY}&kind-0=page&value-0=/b&direction=before"

    answer = client.get(f"/sites/{seat.site.domain}/journeys?{form}")
    page = asked(client, seat, answer["Location"].split("/", 3)[3])
    column = asked(
        client, seat, f"journeys/stops?{DAY}&start={quote('page,/b')}&direction=before&path=/a&at=1"
    )

    assert (
        f"/sites/{seat.site.domain}/journeys?{DAY}&start=page,/b&direction=before"
        == (answer["Location"])
    )
    assert 'hx-get="' in page
    assert "/a 1 visitor / 1 100%" in words(column)
