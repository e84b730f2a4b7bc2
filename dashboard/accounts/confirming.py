"""Whether a person has shown again who they are, in the last minutes.

Signing in does not count: who finds a browser signed in cannot do what is sensitive. A key of the
API is not asked: its scopes say what it may do.
"""

from allauth.account.internal.flows import reauthentication
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest


def is_confirmed(request: HttpRequest) -> bool:
    return not reauthentication.is_reauthentication_required(request, app="allauth.account")


def confirm_first(request: HttpRequest) -> None:
    """Raises `ReauthenticationRequired`, which leads to the page that asks."""
    if not is_confirmed(request):
        raise ReauthenticationRequired
