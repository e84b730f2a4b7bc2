"""A hit at its three stages: as a client sent it, with its sender, and as it waits in the inbox."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from tracking.ingest.address import first_forwarded


class Flag(StrEnum):
    """What sets an event apart from those that reports count."""

    BOT = "bot"  # a program's, which the site counts apart
    NO_VISITOR = "no_visitor"  # its sender is not known: a pageview without visitor and visit


@dataclass(slots=True, repr=False)
class Own:
    """What a hit says of its sender in the place of what the request shows.

    Believed only with an API key of the site. "" and None leave what the request shows, unless
    `alone`: then a backend sent the request, and nothing of it is the visitor's.
    """

    address: str = ""
    user_agent: str = ""
    time: datetime | None = None
    country: str = ""  # ISO 3166-1 alpha-2
    region: str = ""
    city: str = ""
    alone: bool = False


@dataclass(slots=True)
class Hit:
    """What a protocol read from a request, for one site. Texts are bounded and storable."""

    site: (
        str  # what the client calls it: its domain, or an alias, in the form of `normalise_domain`
    )
    name: str
    url: str
    referrer: str = ""
    title: str = ""
    props: dict[str, str] = field(default_factory=dict)
    revenue_amount: str = ""  # a decimal number
    revenue_currency: str = ""  # ISO 4217
    interactive: bool = True
    hash_mode: bool = False
    scroll_depth: int | None = None  # 0 to 100
    engaged_ms: int | None = None
    screen_width: int | None = None
    hit_id: str = ""
    language: str = ""  # a tag of the browser's, before the Accept-Language header
    visitor: str = ""  # the client's own name of the visitor: hashed in place of address and agent
    bot: bool = False  # the client itself says that it is a program
    own: Own = field(default_factory=Own)
    # An API key that came with the hit, before the one of the request.
    key: str = field(default="", repr=False)
    no_visitor: bool = False  # nothing tells its visitor: see `Flag.NO_VISITOR`
    needs_key: bool = False  # refused without an API key of the site
    other_site: str = ""  # what to call the site where none is called `site`


@dataclass(slots=True, repr=False)
class Sender:
    """Who sent it. Holds the address, so it has no text form and leaves the accept path nowhere."""

    address: str
    user_agent: str
    language: str
    opts_out: bool
    key: str = ""  # the API key of the request
    forwarded: str = ""  # the request's X-Forwarded-For, whoever wrote it

    def as_said_by(self, own: Own) -> "Sender":
        """The sender that a backend with a key of the site speaks for."""
        if own.alone:
            return Sender(own.address, own.user_agent, language="", opts_out=False)
        return replace(
            self,
            address=own.address or first_forwarded(self.forwarded) or self.address,
            user_agent=own.user_agent or self.user_agent,
        )


class WaitingHit(Struct, omit_defaults=True):
    """An accepted hit in the inbox: less its domain, plus all that only accepting can know."""

    time_ms: int  # Unix time of acceptance
    visitor: int
    visitor_before: int | None  # the same sender's id under yesterday's salt
    name: str
    url: str
    referrer: str = ""
    title: str = ""
    props: dict[str, str] = {}
    revenue_amount: str = ""
    revenue_currency: str = ""
    interactive: bool = True
    hash_mode: bool = False
    scroll_depth: int | None = None
    engaged_ms: int | None = None
    screen_width: int | None = None
    country: str = ""
    region: str = ""
    city: str = ""
    user_agent: str = ""
    language: str = ""
    query: str = ""  # what the site keeps of the page's query string
    flags: str = ""  # see `tracking.models.Event.flags`
    traced: bool = False  # somebody watches the site's hits in the ingest debugger
    refused: str = ""  # the reason; such a hit waits only to be shown there
    unknown_site: str = ""  # what a refused hit called its site, where no site is called that
