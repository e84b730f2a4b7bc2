"""A hit at its three stages: as a client sent it, with its sender, and as it waits in the inbox."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Hit:
    """What a protocol read from a request, for one site. Texts are bounded and storable."""

    domain: str
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


@dataclass(slots=True, repr=False)
class Sender:
    """Who sent it. Holds the address, so it has no text form and leaves the accept path nowhere."""

    address: str
    user_agent: str
    language: str
    opts_out: bool


@dataclass(slots=True)
class WaitingHit:
    """An accepted hit in the inbox: less its domain, plus all that only accepting can know."""

    time_ms: int  # Unix time of acceptance
    visitor: int
    visitor_before: int | None  # the same sender's id under yesterday's salt
    name: str
    url: str
    referrer: str = ""
    title: str = ""
    props: dict[str, str] = field(default_factory=dict)
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
