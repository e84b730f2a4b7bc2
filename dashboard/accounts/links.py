"""Links by which a person sets a password."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from dashboard.accounts.models import User


def password_link(user: User) -> str:
    """The address at which `user` sets a password: once, for as long as PASSWORD_RESET_TIMEOUT."""
    query = {
        "user": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    return f"{settings.PUBLIC_URL}{reverse('password_link')}?{urlencode(query)}"
