"""Hostile texts that were stored are inert wherever they are shown."""

import csv
import io
import logging
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
import structlog
from django.test import Client

from dashboard.report.widgets import WIDGETS
from proj.logging import logging_config
from realtime.out.models import Webhook
from tests.factories import EventFactory, SeatFactory, SiteFactory, UserFactory
from tests.hostile.inert import foreign, foreign_in
from tests.hostile.strings import NAUGHTY, everything
from tests.realtime.lines import Line, make_site, make_user, session_cookie, store_and_announce
from tests.realtime.stored import event
from tests.routes import DOMAIN
from tracking.models import Annotation, ApiKey, Event, Segment, SharedLink, Site, WallLink

TEXTS = [text.replace("\0", "")[:2000] for text in everything()[::8]]
COLUMNS = [
    *("name", "hostname", "path", "title", "referrer", "source", "channel", "region", "city"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "language"),
    *("browser", "browser_version", "os", "os_version", "device", "screen"),
]
LENGTHS = {"name": 120, "channel": 40}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def columns(number: int) -> dict[str, str]:
    """A different text in each column."""
    found = {name: TEXTS[(number + 31 * place) % len(TEXTS)] for place, name in enumerate(COLUMNS)}
    return found | {name: found[name][:most] for name, most in LENGTHS.items()}


@pytest.fixture
def owner(db: None) -> Client:
    user = UserFactory()
    site = SiteFactory(domain=DOMAIN)
    SeatFactory(site=site, user=user)
    now = datetime.now(UTC)
    Event.objects.bulk_create(
        EventFactory.build(
            site=site,
            time=now - timedelta(minutes=number % 20),
            **columns(number) | ({} if number % 3 else {"name": "pageview"}),
        )
        for number in range(len(TEXTS))
    )
    client = Client()
    client.force_login(user)
    return client


def test_report_shows_texts_and_nothing_else(owner):
    answers = [
        owner.get(path, {"period": "24h", **values})
        for widget in WIDGETS
        for path, values in (
            (f"/sites/{DOMAIN}/widgets/{widget}", {}),
            (f"/sites/{DOMAIN}/widgets/{widget}", {"page": "2"}),
            (f"/sites/{DOMAIN}/", {"show": widget}),
        )
    ]

    assert ({200}, []) == (
        {answer.status_code for answer in answers},
        [each for answer in answers for each in foreign_in(answer)],
    )


@pytest.mark.parametrize("path", ["visits", "live", "page", "debugger"])
def test_pages_of_visits_show_texts_and_nothing_else(owner, path):
    answer = owner.get(f"/sites/{DOMAIN}/{path}")

    assert (200, []) == (answer.status_code, foreign_in(answer))


def test_each_visit_and_page_shows_texts_and_nothing_else(owner):
    numbers = list(Event.objects.order_by("pk").values_list("pk", flat=True)[::25])
    answers = [owner.get(f"/sites/{DOMAIN}/visits/{number}") for number in numbers]
    answers += [owner.get(f"/sites/{DOMAIN}/page", {"path": text}) for text in TEXTS[::25]]

    assert ({200}, []) == (
        {answer.status_code for answer in answers},
        [each for answer in answers for each in foreign_in(answer)],
    )


def test_no_cell_of_a_file_is_a_formula(owner):
    for widget in ("pages", "sources", "campaigns", "cities", "browsers"):
        answer = owner.get(f"/sites/{DOMAIN}/widgets/{widget}.csv", {"period": "24h"})
        text = b"".join(answer.streaming_content).decode()
        header, *rows = csv.reader(io.StringIO(text, newline=""))

        assert len(rows) > 50
        assert {len(header)} == {len(row) for row in rows}
        assert [] == [row for row in rows if row[0].startswith(FORMULA)]


def test_names_that_people_give_are_shown_as_texts(owner):
    site = Site.objects.get(domain=DOMAIN)
    user = site.team.members.get().user
    texts = cycle(TEXTS)
    for number in range(80):
        Annotation.objects.create(site=site, time=datetime.now(UTC), text=next(texts)[:200])
        name = f"{number} {next(texts)}"
        Segment.objects.create(
            site=site, name=name[:255], filters=[["is", "event:page", [next(texts)[:200]]]]
        )
        SharedLink.objects.create(site=site, name=name[:120], created_by=user)
        WallLink.objects.create(owner=user, name=name[:120])
        ApiKey.issue(user, name[:100])
        Webhook.objects.create(site=site, url=f"https://example.com/{next(texts)}"[:2000])
    paths = [
        *(f"/sites/{DOMAIN}/{page}" for page in ("", "notes", "segments", "sharing", "webhooks")),
        *("/wall/links", "/keys", "/sites/", "/wall"),
    ]

    answers = {path: owner.get(path) for path in paths}

    assert {path: (200, []) for path in paths} == {
        path: (answer.status_code, foreign_in(answer)) for path, answer in answers.items()
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("running_loop")
async def test_frames_of_the_feed_hold_texts_and_nothing_else():
    user = await make_user()
    site = await make_site(user)
    async with Line(site.domain, await session_cookie(user)) as line:
        await line.receive_json_from()
        await store_and_announce(*(event(site, **columns(number)) for number in range(150)))
        [frame] = await line.frames("visits", 1)
        now = await line.frames("now", 1)

    assert frame["html"].count("data-id=") == 150
    assert [] == foreign(frame["html"])
    assert [] == [each for text in texts_of(now) if "<" in text for each in foreign(text)]


def texts_of(value: Any) -> list[str]:
    """All texts in a frame."""
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value
    return [text for each in children for text in texts_of(each)] if children_of(value) else []


def children_of(value: Any) -> bool:
    return isinstance(value, dict | list)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("running_loop")
async def test_sockets_answer_any_frame_and_any_address_by_closing():
    user = await make_user()
    site = await make_site(user)
    cookie = await session_cookie(user)
    codes = set()
    for text in filter(None, NAUGHTY[::8]):
        async with Line(site.domain, cookie) as line:
            await line.receive_json_from()
            await line.send_to(text_data=text)
            codes.add(await line.close_code())

    assert {4400} == codes


@pytest.mark.parametrize("style", ["console", "json"])
def test_each_line_of_the_log_is_one_line_without_controls(style, capsys, client, db, restored):
    logging.config.dictConfig(logging_config("INFO", style, ""))
    texts = NAUGHTY[::3]
    logger = structlog.get_logger("hostile")

    for text in texts:
        logger.warning("told", text=text)
        logging.getLogger("plain").warning("Told: %s", text)
        client.get("/nowhere", {"q": text}, headers={"User-Agent": text})
        client.get(f"/{text[:200]}")
    lines = capsys.readouterr().err.split("\n")[:-1]

    assert not [line for line in lines if not line.isprintable()]
    begins = "{" if style == "json" else "20"
    assert not [line for line in lines if not line.startswith(begins)]


@pytest.fixture
def restored():
    """The handlers of the tests, once the test is over."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
