"""Checks of the way from the public address to the server's processes."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from proj.status.asking import SECONDS, Outside
from proj.status.clock import compared
from proj.status.finding import Check, Finding, bad, look, ok
from proj.status.seen import HEADER, token
from realtime.tickets import Close

# An address of nobody (RFC 5737), and a name that no proxy would give.
INVENTED = "192.0.2.123"
PROXY = "See deploy/README.md for what the proxy must do."


def checks(url: str) -> tuple[Check, ...]:
    """Of a public address, which is asked first whether it leads here at all."""
    outside = Outside(url.rstrip("/"))
    finds: dict[str, Callable[[Outside, datetime], Finding]] = {
        "Public address": public_address,
        "Proxy's clock": clock,
        "Forwarded addresses": forwarded,
        "Forwarded protocol": protocol,
        "Hits": hits,
        "Websockets": websockets,
        "Streams": streams,
        "Files": files,
    }
    return tuple(
        Check(name, lambda now, find=find: find(outside, now), needs_database=False)
        for name, find in finds.items()
    )


def public_address(outside: Outside, _now: datetime) -> Finding:
    try:
        answer = outside.ask("/readyz")
    except OSError as error:
        return bad(
            f"{outside.url} cannot be reached: {type(error).__name__}",
            "See that the proxy runs, that its name leads to this machine, and that its "
            "certificate is valid and of that name. Another address is asked with --url.",
        )
    found = answer.json()
    if not isinstance(found, dict) or "parts" not in found:
        return bad(
            f"{outside.url} is answered by something else, with {answer.status}",
            f"Let the proxy pass it to the pages. {PROXY}",
        )
    if answer.status != 200:
        parts = ", ".join(f"{name} is {state}" for name, state in found["parts"].items())
        return bad(f"The pages are {found['status']}: {parts}", "See the findings about each.")
    return ok(f"{outside.url} leads to the pages, which are {found['status']}")


def clock(outside: Outside, _now: datetime) -> Finding:
    date = outside.ask("/readyz").headers.get("Date")
    if date is None:
        return ok("The proxy tells no time")
    return compared("the proxy's", parsedate_to_datetime(date), datetime.now(UTC), precision=1)


def seen_by_pages(outside: Outside, **claims: str) -> dict[str, object]:
    """What the server says that it saw of a request with such headers; see `proj.status.seen`.

    Raises ValueError where it says nothing.
    """
    answer = outside.ask("/readyz", headers={**claims, HEADER: token()}).json()
    if not isinstance(answer, dict) or "seen" not in answer:
        raise ValueError("the server does not know who asks")
    return answer["seen"]


def forwarded(outside: Outside, _now: datetime) -> Finding:
    if not seen_by_pages(outside)["proxied"]:
        return look(
            "No proxy stands before the pages, or it names nobody",
            "Where there is one, let it set X-Forwarded-For to the client's address.",
        )
    seen = seen_by_pages(outside, **{"X-Forwarded-For": INVENTED, "X-Real-IP": INVENTED})
    if seen["client"] == INVENTED:
        return bad(
            "A client's own X-Forwarded-For is believed",
            "Let the proxy overwrite X-Forwarded-For and X-Real-IP with the client's address, and "
            "let FOOTFALL_TRUSTED_PROXIES name the proxy alone.",
        )
    if not seen["trusted"]:
        return bad(
            f"The proxy's address, {seen['peer']}, is not trusted: all visitors seem to be it",
            f"Add {seen['peer']} to FOOTFALL_TRUSTED_PROXIES.",
        )
    return ok(f"Overwritten by the proxy; this machine is seen as {seen['client']}")


def protocol(outside: Outside, _now: datetime) -> Finding:
    if not outside.is_https:
        return look("http alone", "Put a proxy with TLS in front, and set FOOTFALL_URL to https.")
    if not seen_by_pages(outside)["https"]:
        return bad(
            "The pages do not know that they are asked by https",
            "Let the proxy set X-Forwarded-Proto, and FOOTFALL_URL begin with https.",
        )
    return ok("https, and the pages know")


def hits(outside: Outside, _now: datetime) -> Finding:
    """Of a hit that is none, of which nothing is stored."""
    answer = outside.ask(settings.EVENT_PATH, "POST", b"{}", {"Content-Type": "text/plain"})
    found = answer.json()
    if answer.status == 400 and isinstance(found, dict) and "errors" in found:
        return ok(f"{settings.EVENT_PATH} leads to the process that accepts hits")
    if answer.status == 202:
        return bad(
            "The proxy answers in place of the process that accepts hits, and keeps them",
            "Start the process hits; then count what was kept: manage.py hits_replay.",
        )
    return bad(
        f"{settings.EVENT_PATH} is answered with {answer.status}",
        f"Let the proxy pass it to the process hits, and see that this runs. {PROXY}",
    )


def websockets(outside: Outside, _now: datetime) -> Finding:
    """Opens one at an address of nobody, which the server accepts and closes with a reason."""
    try:
        with connect(
            outside.socket_url("/ws/doctor"),
            origin=settings.PUBLIC_URL,  # type: ignore[arg-type]
            open_timeout=SECONDS,
            close_timeout=SECONDS,
            proxy=None,
        ) as line:
            line.recv(SECONDS)
    except ConnectionClosed as closed:
        if closed.rcvd and closed.rcvd.code == Close.NO_ACCESS:
            return ok("/ws/ leads to the process that pushes")
    except (InvalidHandshake, OSError):
        pass
    return bad(
        "A websocket cannot be opened: pages show nothing live",
        f"Let the proxy pass /ws/ with Upgrade and Connection to the process sockets. {PROXY}",
    )


def streams(outside: Outside, _now: datetime) -> Finding:
    answer = outside.ask("/api/v1/live/events")
    if answer.status in (401, 404) and isinstance(answer.json(), dict):
        return ok("/api/v1/live/ leads to the API")
    return bad(
        f"/api/v1/live/ is answered with {answer.status}",
        f"Let the proxy pass it to the process sockets, without a buffer. {PROXY}",
    )


def files(outside: Outside, _now: datetime) -> Finding:
    address = staticfiles_storage.url("css/base.css")
    answer = outside.ask(address)
    if answer.status != 200 or "css" not in answer.headers.get("Content-Type", ""):
        return bad(
            f"{address} is answered with {answer.status}: pages have no look",
            "Run manage.py collectstatic, and let the proxy read that folder or pass /static/ on.",
        )
    if "max-age" not in answer.headers.get("Cache-Control", ""):
        return look("Served, and fetched anew with each page", f"Let browsers keep them. {PROXY}")
    return ok("Served, and kept by browsers")
