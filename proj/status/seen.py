"""What the server sees of a request, told to the server's own `doctor` and to nobody else."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from tracking.ingest.address import TrustedProxies

HEADER = "X-Footfall-Doctor"
SALT = "footfall.doctor"
SECONDS = 60


def token() -> str:
    """Shows for a minute that its bearer has the server's key."""
    return signing.dumps("", salt=SALT)


def is_doctor(request: HttpRequest) -> bool:
    try:
        signing.loads(request.headers.get(HEADER, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return False
    return True


def seen(request: HttpRequest) -> dict[str, object]:
    """
    peer: the address at the other end of the connection, an empty text for a local socket
    trusted: whether that is a trusted proxy's
    proxied: whether somebody forwarded the request
    client: the address that it is taken to come from
    https: whether it is known to have come so
    """
    proxies = TrustedProxies(settings.TRUSTED_PROXIES)
    peer = request.META.get("REMOTE_ADDR", "")
    names = {name.lower(): value for name, value in request.headers.items()}
    return {
        "peer": peer,
        "trusted": proxies.trusts(peer),
        "proxied": "x-forwarded-for" in names,
        "client": proxies.client(peer, names),
        "https": request.is_secure(),
    }
