"""Nothing that must not be kept is kept, through whichever door it came.

A real server with its most talkative log is given addresses, passwords, keys and tokens through
every door, right and wrong, and while its database is broken. Then all that it left is searched.
"""

import asyncio
import gzip
import json
import re
import sqlite3
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.canary.looking import contents, in_files, in_tables
from tests.prepared import MATOMO_NUMBER, OWNER, PASSWORD, UMAMI_WEBSITE, prepared
from tests.server import CHROME, Server

pytestmark = pytest.mark.stack

DATABASE = "footfall.sqlite3"
IPV4, IPV6 = "185.220.101.77", "2a0b:f4c2:1d3a:77::9c31"
MATOMO_IP, UMAMI_IP, REAL_IP = "109.70.100.29", "77.91.86.133", "2a09:bac5:3d41:aa::8f7e"
METRICS, WRONG_KEY = "metrics-canary-8Kq2vZ0w", "ff_canaryWrongKey-x7Rk29LmQpWz55TtYy"
WRONG_PASSWORD, NEW_PASSWORD = "wrong canary quokka 71", "new canary axolotl 93 river"
LINK_PASSWORD, WRONG_LINK_PASSWORD = "link canary pangolin 42", "not canary pangolin 17"
STRANGER, JOINER = "stranger.canary@nowhere.example", "joiner.canary@elsewhere.example"
QUERY_TOKEN = "canaryQueryToken-5Gh8Jw2xVb"
OWN_ID, CONTACT = "own-canary-ibex-6182", "contact.canary@asked.example"

NOWHERE = {
    "an IPv4 address": IPV4,
    "an IPv6 address": IPV6,
    "Matomo's cip": MATOMO_IP,
    "Umami's ip": UMAMI_IP,
    "X-Real-IP": REAL_IP,
    "the collector's token": METRICS,
    "a wrong key": WRONG_KEY,
    "the right password": PASSWORD,
    "a wrong password": WRONG_PASSWORD,
    "a new account's password": NEW_PASSWORD,
    "a link's password": LINK_PASSWORD,
    "a wrong password of a link": WRONG_LINK_PASSWORD,
    "a stranger's e-mail": STRANGER,
    "a token in a query": QUERY_TOKEN,
    "a visitor's own id": OWN_ID,
}
FROM = {"X-Forwarded-For": f"{IPV6}, {IPV4}", "X-Real-IP": REAL_IP, "User-Agent": CHROME}


class Doors:
    """What a person and programs do at a server, all of it from the canary's addresses."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.client = httpx.Client(base_url=server.url, timeout=60, headers=FROM)
        self.key = self.link = self.hook_secret = self.session = self.csrf = ""

    def form(self, path: str, **fields: Any) -> httpx.Response:
        self.client.get("/sign-in")
        data = {"csrfmiddlewaretoken": self.client.cookies.get("csrftoken", ""), **fields}
        return self.client.post(path, data=data)

    def strangers(self) -> None:
        """Signing in wrong, asking for a new password, joining."""
        self.form("/sign-in", login=OWNER, password=WRONG_PASSWORD)
        self.form("/sign-in", login=STRANGER, password=WRONG_PASSWORD)
        self.form("/sign-in", login=WRONG_PASSWORD, password=OWNER)
        self.form("/password/forgotten", email=STRANGER)
        passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        self.form("/register", email=JOINER, **passwords)
        self.form("/register", email=STRANGER, password1=WRONG_PASSWORD, password2=NEW_PASSWORD)
        self.client.get(f"/password/link?user=1&token={QUERY_TOKEN}")
        self.client.get(f"/sites/?secret={QUERY_TOKEN}&ip={IPV4}")
        self.client.get(f"/share/{QUERY_TOKEN}/")
        self.client.get("/metrics", headers={"Authorization": f"Bearer {METRICS}"})
        self.client.get("/metrics", headers={"Authorization": f"Bearer {WRONG_KEY}"})
        self.client.cookies.clear()

    def owner(self) -> None:
        """Signing in, making a key, a link and a webhook, importing a file."""
        self.rows("DELETE FROM account_emailaddress WHERE user_id = 1")
        self.rows(
            'INSERT INTO account_emailaddress (email, verified, "primary", user_id) '
            "SELECT email, 1, 1, id FROM accounts_user WHERE id = 1"
        )
        assert 302 == self.form("/sign-in", login=OWNER, password=PASSWORD).status_code
        assert 302 == self.form("/sign-in/confirm", password=PASSWORD).status_code
        self.session = self.client.cookies["sessionid"]
        self.csrf = self.client.cookies["csrftoken"]
        scopes = ["stats:read", "sites:read", "sites:write", "hits:send"]
        page = self.form("/keys", name="canary", scopes=scopes).text
        self.key = re.search(r'id="key"[^>]*>(ff_[\w-]+)<', page)[1]  # type: ignore[index]
        self.form(
            "/sites/example.com/sharing",
            name="canary",
            password=LINK_PASSWORD,
            panels=["sources", "pages", "places", "agents"],
        )
        page = self.client.get("/sites/example.com/sharing").text
        self.link = re.search(r"/share/([\w-]+)/", page)[1]  # type: ignore[index]
        choices = {"visitor_days": "1", "place_precision": "city", "own_ids": "on"}
        self.form("/sites/example.com/privacy", is_meant="on", **choices)
        self.form("/sites/example.com/webhooks", url="http://127.0.0.1:9/hook", kinds=["visit"])
        rows = self.rows("SELECT secret FROM realtime_webhook")
        self.hook_secret = rows[0][0]
        self.upload(
            b'{"timestamp": "2026-03-10T12:00:00Z", "visitor": "a", "name": "pageview",'
            b' "url": "https://other.example/"}\n'
        )
        self.upload(f"{IPV4} {QUERY_TOKEN} is no event\n".encode())

        line = '{} - - [10/Mar/2026:12:00:00 +0000] "GET /{} HTTP/1.1" 200 9 "-" "' + CHROME + '"'
        log = [line.format(IPV4, "log"), line.format(IPV6, "log"), f"{REAL_IP} is no request"]
        self.upload("\n".join(log).encode(), "access-log")

    def upload(self, raw: bytes, kind: str = "events") -> None:
        packed = gzip.compress(raw)
        base = "/sites/other.example/imports"
        about = {"name": "events.ndjson.gz", "size": str(len(packed)), "kind": kind}
        started = self.form(f"{base}/begin", **about).json()
        token = {"X-CSRFToken": self.client.cookies["csrftoken"]}
        path = f"{base}/{started['id']}/part?offset=0"
        assert 200 == self.client.post(path, content=packed, headers=token).status_code
        self.until(
            lambda: (
                not self.rows(
                    "SELECT 1 FROM tracking_import "
                    "WHERE state IN ('waiting', 'running', 'uploading')"
                )
            )
        )

    def hits(self) -> None:
        """Hits in each format, sound and not, with keys and without."""
        sound = {"n": "pageview", "d": "example.com", "u": "https://example.com/canary"}
        bearer = {"Authorization": f"Bearer {self.key}"}
        for headers in ({}, bearer, {"Authorization": f"Bearer {WRONG_KEY}"}):
            named = sound | {"visitor": OWN_ID}
            strange = ({**sound, "u": 5}, [sound], sound | {"d": "nobody.example"})
            for body in (sound, named, named | {"u": 5}, *strange):
                self.client.post("/api/event", json=body, headers=headers)
            beat = {"d": "example.com", "u": "https://example.com/", "t": "tab", "i": 1}
            self.client.post("/api/event/here", json=beat | {"s": "active"}, headers=headers)
            umami = {"website": UMAMI_WEBSITE, "hostname": "site.example", "url": "/a"}
            payload = umami | {"ip": UMAMI_IP, "userAgent": CHROME}
            self.client.post(
                "/api/send", json={"type": "event", "payload": payload}, headers=headers
            )
            hit = {"path": "/a", "ip": IPV4, "user_agent": CHROME}
            counted = {"hits": [hit], "no_sessions": False}
            self.client.post("/api/v0/count?site=example.com", json=counted, headers=headers)
        matomo = {"idsite": MATOMO_NUMBER, "rec": "1", "url": "https://site.example/"}
        for token in (self.key, WRONG_KEY):
            asked = matomo | {"cip": MATOMO_IP, "token_auth": token}
            self.client.get("/matomo.php", params=asked)
            self.client.post("/matomo.php", data=asked)
        self.client.get("/count", params={"p": "/a"}, headers={"Referer": "https://example.com/"})
        self.client.get("/image/example.com.gif", headers={"Referer": "https://example.com/"})
        self.client.get("/visit/example.com/visited?event=x")

    def visitor(self) -> None:
        """Looking at, taking out and erasing what is stored of a visitor, once it is stored."""
        base = "/sites/example.com/visitor"
        assert f"{base}/erase" in self.form(base, visitor=OWN_ID).text
        assert "/canary" in self.form(f"{base}/export", visitor=OWN_ID, format="csv").text
        assert 302 == self.form(f"{base}/erase", visitor=OWN_ID, is_final="on").status_code

    def administration(self) -> None:
        """Changing a site, and deleting it with all that belongs to it."""
        fields = ("id", "domain", "team_id", "timezone", "bots", "query_rule", "visitor_days")
        rows = self.rows(
            f"SELECT {', '.join(fields)}, place_precision FROM tracking_site "  # noqa: S608
            "WHERE domain = 'other.example'"
        )
        site = dict(zip((*fields, "place_precision"), rows[0], strict=True))
        counts = {
            f"{inline}-{kind}_FORMS": "0"
            for inline in ("aliases", "guests")
            for kind in ("TOTAL", "INITIAL")
        }
        address = f"/admin/tracking/site/{site.pop('id')}"
        team = site.pop("team_id")
        changed = self.form(
            f"{address}/change/", team=team, privacy_contact=CONTACT, **site, **counts
        )
        assert 302 == changed.status_code
        assert self.rows(f"SELECT 1 FROM tracking_site WHERE privacy_contact = '{CONTACT}'")  # noqa: S608
        assert 302 == self.form(f"{address}/delete/", post="yes").status_code

    def programs(self) -> None:
        """The API, streams and sockets, with right keys and wrong ones."""
        asked = {"site_id": "example.com", "metrics": ["visitors"], "date_range": "7d"}
        for key in (self.key, WRONG_KEY):
            bearer = {"Authorization": f"Bearer {key}"}
            self.client.post("/api/v2/query", json=asked, headers=bearer)
            self.client.post("/api/v2/query", json={"site_id": key}, headers=bearer)
            self.client.get(f"/api/v1/sites?key={key}", headers=bearer)
            with (
                suppress(httpx.TimeoutException),
                self.client.stream(
                    "GET",
                    f"/api/v1/live/events?site_id=example.com&key={key}",
                    headers=bearer,
                    timeout=1,
                ) as stream,
            ):
                next(stream.iter_lines(), None)
        asyncio.run(self.sockets())
        self.form(f"/share/{self.link}/password", password=WRONG_LINK_PASSWORD)
        self.form(f"/share/{self.link}/password", password=LINK_PASSWORD)
        self.client.get(f"/share/{self.link}/", params={"token": QUERY_TOKEN})

    async def sockets(self) -> None:
        base = self.server.url.replace("http", "ws", 1)
        cookie = {"Cookie": f"sessionid={self.session}", **FROM}
        for path, headers, frame in (
            ("/ws/sites/example.com/feed", cookie, json.dumps({"type": self.key})),
            ("/ws/sites/example.com/debugger", cookie, QUERY_TOKEN),
            (f"/ws/share/{self.link}/feed", FROM, QUERY_TOKEN),
            (f"/ws/wall/{QUERY_TOKEN}", FROM, "{}"),
            (
                "/ws/v1/sites/example.com/events",
                {**FROM, "Authorization": f"Bearer {self.key}"},
                "{}",
            ),
            (
                "/ws/v1/sites/example.com/events",
                FROM,
                json.dumps({"type": "auth", "key": WRONG_KEY}),
            ),
        ):
            with suppress(WebSocketException, TimeoutError):
                async with connect(
                    base + path, origin=self.server.url, additional_headers=headers
                ) as line:
                    await line.send(frame)
                    await asyncio.wait_for(line.recv(), 2)

    def while_broken(self) -> None:
        """All of it once more, with tables that the pages and accepting need out of their place."""
        for table in ("tracking_annotation", "tracking_inboxhit", "django_session"):
            self.rows(f"ALTER TABLE {table} RENAME TO away")
            try:
                self.client.get(f"/sites/example.com/?token={QUERY_TOKEN}&ip={IPV4}")
                self.form("/sign-in", login=STRANGER, password=WRONG_PASSWORD)
                self.hits()
                self.programs()
            finally:
                self.rows(f"ALTER TABLE away RENAME TO {table}")
        self.rows(
            "INSERT INTO tracking_inboxhit (site_id, payload) "
            """VALUES (1, '{"time_ms": "no number"}')"""
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        path = self.server.data / DATABASE
        with closing(sqlite3.connect(path, timeout=20)) as connection, connection:
            return connection.execute(sql).fetchall()

    def until(self, happened: Callable[[], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Doors]:
    """The data folder, with what the server wrote in it, after all of that."""
    data = tmp_path_factory.mktemp("canary")
    mails = data.parent / f"{data.name}-mails"
    mails.mkdir()
    server = prepared(
        Server(
            data,
            EMAIL_URL=f"file:///{mails}",
            FOOTFALL_LOG_LEVEL="DEBUG",
            FOOTFALL_ERROR_LOG=str(data / "errors.log"),
            FOOTFALL_METRICS_TOKEN=METRICS,
            FOOTFALL_REGISTRATION="open",
            FOOTFALL_WEBHOOK_NETWORKS="127.0.0.0/8",
        )
    )
    with server:
        doors = Doors(server)
        doors.strangers()
        doors.owner()
        doors.hits()
        doors.programs()
        doors.until(lambda: not doors.rows("SELECT 1 FROM tracking_inboxhit"))
        doors.visitor()
        doors.administration()
        doors.while_broken()
        doors.until(lambda: bool(doors.rows("SELECT 1 FROM tracking_quarantinedhit")))
    # As if a day had passed, so that all visits have ended.
    doors.rows("UPDATE tracking_event SET time = datetime(time, '-1 day')")
    server.manage("seal")
    server.manage("backup", "--to", str(backups_of(data)))
    return data, doors


def backups_of(data: Path) -> Path:
    return data.parent / f"{data.name}-backups"


def test_it_went_through_the_doors(left):
    data, _ = left
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        [(events,)] = connection.execute("SELECT last_id FROM tracking_eventlog").fetchall()

    assert events > 10
    assert (data / "errors.log").stat().st_size > 0
    assert "Traceback" in (data / "output.txt").read_text()
    assert list(data.rglob("*.parquet"))


@pytest.mark.parametrize("what", NOWHERE)
def test_it_is_kept_nowhere(left, what):
    data, _ = left

    assert ([], set()) == (
        in_files(data, NOWHERE[what]),
        in_tables(data / DATABASE, NOWHERE[what]),
    )


@pytest.mark.parametrize("what", NOWHERE)
def test_no_mail_tells_it(left, what):
    data, _ = left
    mails = data.parent / f"{data.name}-mails"

    assert list(mails.iterdir())
    assert [] == in_files(mails, NOWHERE[what])


@pytest.mark.parametrize("what", NOWHERE)
def test_no_backup_has_it(left, what):
    data, _ = left

    assert list(backups_of(data).rglob("*.parquet"))
    assert [] == in_files(backups_of(data), NOWHERE[what])


@pytest.mark.parametrize("what", ["key", "session", "csrf"])
def test_no_backup_has_what_opens_an_account(left, what):
    data, doors = left

    assert [] == in_files(backups_of(data), getattr(doors, what))


def test_no_backup_has_a_salt(left):
    data, doors = left
    salts = [row[0] for row in doors.rows("SELECT key FROM tracking_salt")]

    written = [
        content
        for file in backups_of(data).rglob("*.gz")
        for content in contents(file)
        for salt in salts
        if salt in content or b64encode(salt) in content or salt.hex().encode() in content
    ]
    assert salts
    assert [] == written


def test_whom_to_ask_about_a_site_is_gone_with_it(left):
    data, _ = left

    # Storage overwrites the place of a deleted row when it needs it.
    assert ([], set()) == (
        in_files(data, CONTACT, except_for=(DATABASE,)),
        in_tables(data / DATABASE, CONTACT),
    )


@pytest.mark.parametrize(
    ("what", "columns"),
    [
        ("key", set()),
        # The owner copies it again from the page of links.
        ("link", {"tracking_sharedlink.token"}),
        # Signs each call.
        ("hook_secret", {"realtime_webhook.secret"}),
        ("session", {"django_session.session_key", "usersessions_usersession.session_key"}),
        ("csrf", set()),
    ],
)
def test_what_the_server_made_is_kept_where_it_is_needed_alone(left, what, columns):
    data, doors = left
    secret = getattr(doors, what)

    assert len(secret) > 10
    assert ([], columns) == (
        in_files(data, secret, except_for=(DATABASE,) if columns else ()),
        in_tables(data / DATABASE, secret),
    )


@pytest.mark.parametrize("email", [OWNER, JOINER])
def test_addresses_of_accounts_are_kept_with_the_account_alone(left, email):
    data, _ = left

    assert ([], {"accounts_user.email", "account_emailaddress.email"}) == (
        in_files(data, email, except_for=(DATABASE,)),
        in_tables(data / DATABASE, email),
    )
