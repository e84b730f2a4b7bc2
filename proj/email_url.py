"""EMAIL_URL: how mail is sent, as one address, and Django's settings from it.

    smtp://user:password@host:587   STARTTLS where there is a password or ?tls=true; port 25 or 587
    submission://…                  STARTTLS; port 587 (RFC 6409)
    smtps://…                       TLS from the start; port 465 (RFC 8314)
    file:///folder                  one file a mail, for looking at
    console://, dummy://, memory:// printed, thrown away, kept in the process: nobody gets it

What stands before the host is percent-encoded. `?timeout=` is the seconds for each step with a mail
server.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

BACKENDS = "django.core.mail.backends"
SMTP = ("smtp", "submission", "smtps")
OTHERS = {"console": "console", "dummy": "dummy", "memory": "locmem"}
OPTIONS = {"smtp": {"timeout", "tls"}, "submission": {"timeout"}, "smtps": {"timeout"}}
TIMEOUT, LONGEST_TIMEOUT = 10, 120
EXAMPLE = "must be an address such as smtp://user:password@host:587"


@dataclass(frozen=True)
class Mail:
    """Django's settings of mail; `sends`: whether somebody gets it."""

    settings: dict[str, Any]
    sends: bool


# As environ and dj-email-url spell them, and what to write here.
OTHER_WORDS = {"smtp+tls": "submission", "smtp+ssl": "smtps", "consolemail": "console"}


def parse(address: str) -> Mail:
    """Raises ValueError with the second half of a sentence that begins with the variable's name."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValueError(EXAMPLE) from None
    if parts.scheme in SMTP:
        return smtp(parts, port)
    if parts.scheme == "file":
        return to_files(parts)
    # Tests look at what is kept in the process as at what was sent.
    if parts.scheme in OTHERS:
        backend = f"{BACKENDS}.{OTHERS[parts.scheme]}.EmailBackend"
        return Mail({"EMAIL_BACKEND": backend}, parts.scheme == "memory")
    if parts.scheme in OTHER_WORDS:
        raise ValueError(f"must begin with {OTHER_WORDS[parts.scheme]}:// for what it says")
    raise ValueError(EXAMPLE)


def smtp(parts: SplitResult, port: int | None) -> Mail:
    if not parts.hostname or parts.path.strip("/") or port == 0:
        raise ValueError(EXAMPLE)
    if bool(parts.username) != bool(parts.password):
        raise ValueError("must have both a user and a password, percent-encoded, or neither")
    if parts.scheme == "smtps" and port == 587:
        raise ValueError("has TLS from the start on the port of STARTTLS: write submission://")
    options = options_of(parts)
    tls = parts.scheme == "submission" or (
        parts.scheme == "smtp" and truth(options.get("tls", "true" if parts.password else "false"))
    )
    usual = 465 if parts.scheme == "smtps" else 587 if tls else 25
    return Mail(
        {
            "EMAIL_BACKEND": f"{BACKENDS}.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": port or usual,
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_TLS": tls,
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_TIMEOUT": seconds(options.get("timeout", str(TIMEOUT))),
        },
        sends=True,
    )


def to_files(parts: SplitResult) -> Mail:
    if parts.netloc or not parts.path.strip("/"):
        raise ValueError("must name a whole path, such as file:///var/lib/footfall/mail")
    backend = f"{BACKENDS}.filebased.EmailBackend"
    return Mail({"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": unquote(parts.path)}, sends=True)


def options_of(parts: SplitResult) -> dict[str, str]:
    options = {name: values[-1] for name, values in parse_qs(parts.query, True).items()}
    if unknown := options.keys() - OPTIONS[parts.scheme]:
        known = " and ".join(sorted(OPTIONS[parts.scheme]))
        raise ValueError(f"has the unknown option {min(unknown)!r}; {parts.scheme}:// has {known}")
    return options


def truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("must have tls=true or tls=false")
    return text == "true"


def seconds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_TIMEOUT:
        raise ValueError(f"must have a timeout of 1 to {LONGEST_TIMEOUT} seconds")
    return int(text)
