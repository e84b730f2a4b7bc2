"""People who have just shown again who they are, as sensitive steps ask of them."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client


def confirm(client: Client, user: Any) -> None:
    """As if the person who is signed in there had given the password again just now."""
    request = HttpRequest()
    request.session = session = client.session
    record_authentication(request, user, method="password", reauthenticated=True)
    session.save()


class ConfirmedClient(Client):
    """A browser in which whoever is signed in has confirmed that it is them."""

    def force_login(self, user: Any, backend: str | None = None) -> None:
        super().force_login(user, backend)
        confirm(self, user)
