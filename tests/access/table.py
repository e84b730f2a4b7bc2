"""Who may use which route: all of them, by the route's spelling in the URL configuration.

A route that is missing here fails a test: add it with its rule.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from tests.routes import DOMAIN
from tracking.access import Right
from tracking.models.keys import Scope

SEE, EDIT, MANAGE, OWN = Right


class Whose(Enum):
    """Who may use a route, apart from a right with the site or team that it names."""

    SIGNED_IN = auto()
    OWNER = auto()  # it names a thing of one person alone: the owner's
    GUESTS = auto()
    STAFF = auto()
    KEYS = auto()  # API keys that are valid
    FREE_KEYS = auto()  # those of them that are for no single site
    ALL = auto()
    NOBODY = auto()


@dataclass(frozen=True)
class Rule:
    """`may`: the right that it needs, or whose it is.

    post: what a request that changes something sends; None where asking is a GET. Texts in braces
        are ids of the world's, such as "{delivery}"
    things: what the numbers of the address name, by the parts of the route
    changes: whether it changes a row, where the request is let through
    """

    may: Right | Whose
    post: dict[str, Any] | None = None
    things: dict[str, str] = field(default_factory=dict)
    changes: bool = True

    @property
    def method(self) -> str:
        return "GET" if self.post is None else "POST"


S = "sites/<str:domain>/"
T = "teams/<int:team>"
INVITED = {"role": "viewer", "email": ""}

OF_A_SITE = {
    "": Rule(SEE),
    "widgets/<slug:name>": Rule(SEE),
    "widgets/<slug:name>.csv": Rule(SEE),
    "suggestions": Rule(SEE),
    "badge.svg": Rule(SEE),
    "visits": Rule(SEE),
    "visits/<int:number>": Rule(SEE, things={"number": "event"}),
    "page": Rule(SEE),
    "vitals": Rule(SEE),
    "retention": Rule(SEE),
    "card": Rule(SEE),
    "install": Rule(SEE),
    "live": Rule(SEE),
    "live/at": Rule(SEE),
    "funnels": Rule(SEE),
    "funnels/elsewhere": Rule(SEE),
    "funnels/save": Rule(EDIT, {"name": "Mine", "step": ["page,/", "page,/a"]}),
    "funnels/<int:number>/delete": Rule(EDIT, {}, {"number": "funnel"}),
    "journeys": Rule(SEE),
    "journeys/stops": Rule(SEE),
    "segments": Rule(SEE),
    "pin": Rule(SEE, {"pinned": "yes"}),
    "segments/save": Rule(SEE, {"name": "Mine", "f": "is,visit:os,Mac"}),
    "segments/<int:number>/delete": Rule(EDIT, {}, {"number": "segment"}),
    "notes": Rule(EDIT, {"text": "A release", "day": "2026-03-10"}),
    "notes/<int:number>/delete": Rule(EDIT, {}, {"number": "note"}),
    "goals": Rule(EDIT, {"kind": "event", "event_name": "Purchase"}),
    "goals/suggested": Rule(EDIT, {}, changes=False),
    "goals/revenue": Rule(EDIT, {"reporting_currency": "USD"}),
    "goals/rates": Rule(EDIT, {"currency": "USD", "rate": "0.9", "day": "2026-03-10"}),
    "goals/rates/<int:number>/remove": Rule(EDIT, {}, {"number": "rate"}),
    "goals/<int:number>": Rule(EDIT, {"kind": "page", "page_path": "/thanks"}, {"number": "goal"}),
    "goals/<int:number>/remove": Rule(EDIT, {}, {"number": "goal"}),
    "people/leave": Rule(Whose.GUESTS, {}),
    "debugger": Rule(MANAGE),
    "settings": Rule(MANAGE, {"timezone": "Asia/Tokyo"}),
    "hits": Rule(MANAGE, {"bots": "apart", "query_rule": "keep"}),
    "aliases": Rule(MANAGE, {"name": "another"}),
    "aliases/<int:alias>/remove": Rule(MANAGE, {}, {"alias": "alias"}),
    "transfer": Rule(MANAGE),
    "export": Rule(MANAGE),
    "imports": Rule(MANAGE),
    "imports/begin": Rule(MANAGE, {"name": "a.csv", "size": "10"}),
    "imports/guess": Rule(MANAGE, {}, changes=False),
    "imports/<int:number>/part": Rule(MANAGE, {}, {"number": "import"}),
    "imports/<int:number>/cancel": Rule(MANAGE, {}, {"number": "import"}),
    "imports/<int:number>/choose": Rule(MANAGE, {"choice": "a"}, {"number": "asking import"}),
    "imports/<int:number>/remove": Rule(MANAGE, {}, {"number": "import of totals"}),
    "imports/<int:number>/refused": Rule(MANAGE, things={"number": "import"}),
    "privacy": Rule(MANAGE),
    "visitor": Rule(MANAGE, {"visitor": "ada"}, changes=False),
    "visitor/export": Rule(MANAGE, {"visitor": "ada", "format": "csv"}),
    "visitor/erase": Rule(MANAGE, {"visitor": "ada", "is_final": "on"}),
    "people": Rule(MANAGE),
    "people/invite": Rule(MANAGE, INVITED),
    "people/invitations/<int:number>/send": Rule(MANAGE, {}, {"number": "guest invitation"}),
    "people/invitations/<int:number>/revoke": Rule(MANAGE, {}, {"number": "guest invitation"}),
    "people/<int:guest>/role": Rule(MANAGE, {"role": "editor"}, {"guest": "guest"}),
    "people/<int:guest>/remove": Rule(MANAGE, {}, {"guest": "guest"}),
    "audit": Rule(MANAGE),
    "audit.csv": Rule(MANAGE),
    "sharing": Rule(MANAGE, {"name": "For the board", "panels": "sources"}),
    "sharing/public": Rule(MANAGE, {"public": "yes"}),
    "sharing/<int:number>/delete": Rule(MANAGE, {}, {"number": "link"}),
    "webhooks": Rule(MANAGE),
    "alerts": Rule(
        MANAGE, {"figure": "online", "direction": "above", "limit": "9", "minutes": "1"}
    ),
    "alerts/then": Rule(SEE),
    "alerts/<int:alert>": Rule(MANAGE, things={"alert": "threshold"}),
    "alerts/<int:alert>/remove": Rule(MANAGE, {}, {"alert": "threshold"}),
    "alerts/<int:alert>/try": Rule(MANAGE, {}, {"alert": "threshold"}),
    "webhooks/<int:hook>": Rule(MANAGE, things={"hook": "hook"}),
    "webhooks/<int:hook>/log": Rule(MANAGE, things={"hook": "hook"}),
    "webhooks/<int:hook>/roll": Rule(MANAGE, {}, {"hook": "hook"}),
    "webhooks/<int:hook>/test": Rule(MANAGE, {}, {"hook": "hook"}),
    "webhooks/<int:hook>/replay": Rule(MANAGE, {"delivery": "{delivery}"}, {"hook": "hook"}),
    "webhooks/<int:hook>/remove": Rule(MANAGE, {}, {"hook": "hook"}),
    "reports": Rule(SEE, {"rhythm": "weekly"}),
    "reports/preview": Rule(SEE),
    "reports/preview/mail": Rule(SEE),
    "reports/send": Rule(SEE, {"rhythm": "weekly"}),
    "reports/add": Rule(
        MANAGE, {"email": "walk@example.com", "rhythm": "weekly", "timezone": "UTC"}
    ),
    "reports/<int:number>/remove": Rule(MANAGE, {}, {"number": "subscription"}),
    "reports/<int:number>/resume": Rule(MANAGE, {}, {"number": "subscription"}),
    "delete": Rule(OWN, {"domain": DOMAIN}),
    "hand-over": Rule(OWN, {"team": "{second}"}),
    "hand-over/offer": Rule(OWN, {"email": ""}),
    "hand-over/offers/<int:number>/withdraw": Rule(OWN, {}, {"number": "offer"}),
}
OF_A_TEAM = {
    "": Rule(SEE),
    "/leave": Rule(SEE, {}),
    "/audit": Rule(MANAGE),
    "/audit.csv": Rule(MANAGE),
    "/invite": Rule(MANAGE, INVITED),
    "/invitations/<int:number>/send": Rule(MANAGE, {}, {"number": "team invitation"}),
    "/invitations/<int:number>/revoke": Rule(MANAGE, {}, {"number": "team invitation"}),
    "/members/<int:member>/role": Rule(MANAGE, {"role": "editor"}, {"member": "member"}),
    "/members/<int:member>/remove": Rule(MANAGE, {}, {"member": "member"}),
    "/reports": Rule(SEE, {"rhythm": "weekly"}),
    "/reports/preview": Rule(SEE),
    "/reports/preview/mail": Rule(SEE),
    "/reports/send": Rule(SEE, {"rhythm": "weekly"}),
    "/reports/add": Rule(
        MANAGE, {"email": "walk-of-teams@example.com", "rhythm": "weekly", "timezone": "UTC"}
    ),
    "/reports/<int:number>/remove": Rule(MANAGE, {}, {"number": "team subscription"}),
    "/reports/<int:number>/resume": Rule(MANAGE, {}, {"number": "team subscription"}),
    "/rename": Rule(OWN, {"name": "Another"}),
    "/delete": Rule(OWN, {"name": "Northpeak"}),
}
OF_A_PERSON = {
    "sites/": Rule(Whose.SIGNED_IN),
    "sites/new": Rule(Whose.SIGNED_IN, {"domain": "new.example", "timezone": "UTC"}),
    "sites/order": Rule(Right.SEE, {"domain": DOMAIN}),
    "teams": Rule(Whose.SIGNED_IN, {"name": "Night shift"}),
    "keys": Rule(Whose.SIGNED_IN),
    "keys/<int:key>/rename": Rule(Whose.OWNER, {"name": "Another"}, {"key": "key"}),
    "keys/<int:key>/revoke": Rule(Whose.OWNER, {}, {"key": "key"}),
    "wall": Rule(Whose.SIGNED_IN),
    "wall/links": Rule(Whose.SIGNED_IN, {"name": "Kitchen"}),
    "wall/links/<int:number>/revoke": Rule(Whose.OWNER, {}, {"number": "wall"}),
    "styles": Rule(Whose.STAFF),
    "styles/mail": Rule(Whose.STAFF),
    "styles/mail/<int:sample>": Rule(Whose.STAFF),
    "account": Rule(Whose.SIGNED_IN),
    "account/email": Rule(Whose.SIGNED_IN),
    "account/preferences": Rule(Whose.SIGNED_IN),
    "account/sign-in": Rule(Whose.SIGNED_IN),
    "account/sessions": Rule(Whose.SIGNED_IN),
    "account/sessions/end": Rule(Whose.SIGNED_IN, {}, changes=False),
    "password": Rule(Whose.SIGNED_IN),
}
# Asked again for the password, or led on to where there is something to do.
LED_ON = {
    "account/delete": Rule(Whose.SIGNED_IN),
    "account/app": Rule(Whose.SIGNED_IN),
    "account/codes/new": Rule(Whose.SIGNED_IN),
    "account/passkeys/add": Rule(Whose.SIGNED_IN),
    "password/first": Rule(Whose.SIGNED_IN),
    "sign-in/confirm": Rule(Whose.SIGNED_IN),
    "sign-in/confirm/code": Rule(Whose.SIGNED_IN),
    "sign-in/confirm/passkey": Rule(Whose.SIGNED_IN),
}
OF_ALL = {
    "": Rule(Whose.ALL),
    "favicon.ico": Rule(Whose.ALL),
    "sign-in": Rule(Whose.ALL),
    "sign-in/second": Rule(Whose.ALL),
    "sign-in/passkey": Rule(Whose.ALL),
    "account/email/sent": Rule(Whose.ALL),
    "account/email/confirm": Rule(Whose.ALL),
    "password/forgotten": Rule(Whose.ALL),
    "password/sent": Rule(Whose.ALL),
    "password/link": Rule(Whose.ALL),
    "password/new/<uidb36>": Rule(Whose.ALL),
    "privacy/<str:visited>": Rule(Whose.ALL),
    "opt-out/<str:visited>": Rule(Whose.ALL),
    "wall/<str:token>": Rule(Whose.ALL),
    "share/<str:token>/": Rule(Whose.ALL),
    "share/<str:token>/widgets/<slug:name>": Rule(Whose.ALL),
    "share/<str:token>/widgets/<slug:name>.csv": Rule(Whose.ALL),
    "share/<str:token>/suggestions": Rule(Whose.ALL),
    "share/<str:token>/badge.svg": Rule(Whose.ALL),
}
# Nobody here has what opens these: a one-time link, an invitation, a mail, a password, an open
# registration, a second factor or a session of that number. Each has tests of its own.
CLOSED = {
    "account/app/remove": 404,
    "account/codes": 404,
    "share/<str:token>/password": 404,
    "welcome": 403,
    "register": 403,
    "invitation": 404,
    "reports/unsubscribe": 404,
    "reports/confirm": 404,
    "account/passkeys/<int:pk>/remove": 404,
    "account/sessions/<int:session>/end": 404,
    "sign-out": 405,
}

PAGES = {
    **{f"{S}{route}": rule for route, rule in OF_A_SITE.items()},
    **{f"{T}{route}": rule for route, rule in OF_A_TEAM.items()},
    **OF_A_PERSON,
    **LED_ON,
    **OF_ALL,
}
# By prefix: Django's admin, which asks for staff itself, and the API, which asks for keys.
PREFIXES = ("admin/", "api/")

# Of the websockets.
SOCKETS = {
    "ws/sites/<str:domain>/feed": Rule(SEE),
    "ws/sites/<str:domain>/debugger": Rule(MANAGE),
    "ws/share/<str:token>/feed": Rule(Whose.ALL),
    "ws/wall": Rule(Whose.SIGNED_IN),
    "ws/wall/<str:token>": Rule(Whose.ALL),
    "ws/v1/sites/<str:domain>/events": Rule(Whose.KEYS),
    "": Rule(Whose.NOBODY),
}


@dataclass(frozen=True)
class Call:
    """A method of a route of the API, and whose keys may use it.

    sent: in the body, with GET in the address
    refused: the status for valid keys of the scope that may not
    changes: whether it changes a row, where the key may
    """

    may: Right | Whose
    scope: Scope | None = None
    sent: dict[str, Any] = field(default_factory=dict)
    refused: int = 404
    changes: bool = True


OF_SITE = {"site_id": DOMAIN}
GOAL = {"goal_type": "event", "event_name": "Purchase"}
FUNNEL = {"name": "Sales", "steps": [{"page": "/"}, {"page": "/paid"}]}
STEPPED = {"date_range": "day", "steps": FUNNEL["steps"]}
QUESTION = {"metrics": ["visitors"], "date_range": "day"}
STATS, READ, WRITE = Scope.STATS_READ, Scope.SITES_READ, Scope.SITES_WRITE
NOTES = Scope.NOTES_WRITE

API = {
    "api/openapi.json": {"GET": Call(Whose.ALL)},
    "api/v2/query": {"POST": Call(SEE, STATS, OF_SITE | QUESTION, refused=401, changes=False)},
    "api/v2/retention": {
        "POST": Call(SEE, STATS, OF_SITE | {"date_range": "day"}, refused=401, changes=False)
    },
    "api/v2/funnel": {"POST": Call(SEE, STATS, OF_SITE | STEPPED, refused=401, changes=False)},
    "api/v2/journey": {
        "POST": Call(SEE, STATS, OF_SITE | {"date_range": "day"}, refused=401, changes=False)
    },
    "api/v1/stats/realtime/visitors": {"GET": Call(SEE, STATS, OF_SITE, refused=401)},
    "api/v1/live/events": {"GET": Call(SEE, STATS, OF_SITE)},
    "api/v1/sites": {
        "GET": Call(Whose.KEYS, READ),
        "POST": Call(Whose.FREE_KEYS, WRITE, {"domain": "new.example"}, refused=403),
    },
    "api/v1/sites/goals": {
        "GET": Call(SEE, READ, OF_SITE),
        "PUT": Call(EDIT, WRITE, OF_SITE | GOAL),
    },
    "api/v1/sites/goals/<str:goal_id>": {"DELETE": Call(EDIT, WRITE, OF_SITE)},
    "api/v1/sites/annotations": {
        "GET": Call(SEE, READ, OF_SITE),
        "POST": Call(EDIT, NOTES, OF_SITE | {"text": "Release"}),
    },
    "api/v1/sites/annotations/<str:note_id>": {"DELETE": Call(EDIT, NOTES, OF_SITE)},
    "api/v1/sites/funnels": {
        "GET": Call(SEE, READ, OF_SITE),
        "PUT": Call(EDIT, WRITE, OF_SITE | FUNNEL),
    },
    "api/v1/sites/funnels/<str:funnel_id>": {"DELETE": Call(EDIT, WRITE, OF_SITE)},
    "api/v1/sites/shared-links": {
        "GET": Call(MANAGE, WRITE, OF_SITE),
        "PUT": Call(MANAGE, WRITE, OF_SITE | {"name": "For the board"}),
    },
    "api/v1/sites/<str:site_id>": {
        "GET": Call(SEE, READ),
        "PUT": Call(MANAGE, WRITE, {"timezone": "Asia/Tokyo"}),
        "DELETE": Call(OWN, WRITE),
    },
    "api/": {},
}
