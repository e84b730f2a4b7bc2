"""Links by which a person sets a password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str

from dashboard.accounts.adapters import link
from dashboard.accounts.models import User


def password_link(user: User) -> str:
    """The address at which `user` sets a password: once, for as long as PASSWORD_RESET_TIMEOUT."""
    token = default_token_generator.make_token(user)
    return link("password_link", user=user_pk_to_url_str(user), token=token)
