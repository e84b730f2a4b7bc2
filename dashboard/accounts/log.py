"""What happened to an account: signing in, wrong passwords, changes of the ways to sign in.

It is the part of the audit log that concerns its person alone, written from the signals of allauth.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from dashboard.accounts.models import User
from tracking import audit
from tracking.audit import Did, What
from tracking.enrich import user_agent
from tracking.models import Change

SHOWN = 20

WORDS = {
    (Did.ADDED, What.ACCOUNT): "The account was made",
    (Did.CHANGED, What.ACCOUNT): "The e-mail address was changed",
    (Did.STARTED, What.SESSION): "Signed in",
    (Did.REFUSED, What.SESSION): "A wrong password or code was given",
    (Did.ENDED, What.SESSION): "Signed out",
    (Did.CHANGED, What.PASSWORD): "The password was changed",
    (Did.ADDED, What.SIGN_IN): "Added",
    (Did.DELETED, What.SIGN_IN): "Removed",
    (Did.CHANGED, What.SIGN_IN): "Made anew",
}
FACTORS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


@dataclass(frozen=True)
class Entry:
    """What happened, in words, in which browser, and when."""

    words: str
    browser: str
    at: datetime

    @classmethod
    def of(cls, change: Change) -> "Entry":
        words = WORDS[Did(change.did), What(change.what)]
        named = f"{words}: {change.name}" if change.name else words
        return cls(named, change.details.get("browser", ""), change.made_at)


def read(person: Any) -> list[Entry]:
    """The newest of a person's own, newest first."""
    whats = {what for _, what in WORDS}
    rows = Change.objects.filter(whose=person.pk, site=None, what__in=whats).order_by("-pk")
    return [Entry.of(row) for row in rows[:SHOWN] if (row.did, row.what) in WORDS]


def listen() -> None:
    account.user_signed_up.connect(signed_up)
    account.user_logged_in.connect(signed_in)
    auth.user_logged_out.connect(signed_out)
    auth.user_login_failed.connect(refused)
    mfa.authentication_failed.connect(code_refused)
    for signal in (account.password_changed, account.password_set, account.password_reset):
        signal.connect(password_changed)
    account.email_changed.connect(email_changed)
    mfa.authenticator_added.connect(factor_added)
    mfa.authenticator_removed.connect(factor_removed)
    mfa.authenticator_reset.connect(factor_reset)


def signed_up(request: HttpRequest, user: User, **_: Any) -> None:
    write(request, Did.ADDED, What.ACCOUNT, user)


def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    write(request, Did.STARTED, What.SESSION, user)


def signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        write(request, Did.ENDED, What.SESSION, user)


def session_ended(request: HttpRequest, session: UserSession) -> None:
    """One of a person's other sessions."""
    name = browser(session.user_agent)
    audit.record(Did.ENDED, What.SESSION, name, by=request.user, whose=request.user)


def refused(request: HttpRequest | None, credentials: dict[str, Any], **_: Any) -> None:
    """Written for an address without an account too, as nobody's: it takes the same time."""
    user = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
    write(request, Did.REFUSED, What.SESSION, user, known=False)


def code_refused(request: HttpRequest, user: User, **_: Any) -> None:
    write(request, Did.REFUSED, What.SESSION, user, known=False)


def password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    write(request, Did.CHANGED, What.PASSWORD, user)


def email_changed(request: HttpRequest, user: User, **_: Any) -> None:
    write(request, Did.CHANGED, What.ACCOUNT, user)


def factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    write(request, Did.ADDED, What.SIGN_IN, user, FACTORS[authenticator.type])


def factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    write(request, Did.DELETED, What.SIGN_IN, user, FACTORS[authenticator.type])


def factor_reset(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    write(request, Did.CHANGED, What.SIGN_IN, user, FACTORS[authenticator.type])


def write(
    request: HttpRequest | None,
    did: Did,
    what: What,
    whose: User | None,
    name: str = "",
    *,
    known: bool = True,
) -> None:
    """known: whether it is the person whom it concerns that did it."""
    agent = request.headers.get("User-Agent", "") if request else ""
    by = whose if known else None
    audit.record(did, what, name, by=by, whose=whose, details={"browser": browser(agent)})


def browser(agent: str) -> str:
    """The browser and the system of a user agent, as people call them."""
    found = user_agent.parse(agent)
    parts: Iterable[str] = filter(None, (found.browser, found.os))
    return " on ".join(parts) or "An unknown browser"
