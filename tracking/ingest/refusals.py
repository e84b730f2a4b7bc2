"""Why a hit is not accepted."""

from enum import StrEnum


class Reason(StrEnum):
    """A well-formed hit that is not counted: answered 202 with the reason in a header."""

    UNKNOWN_SITE = "unknown_site"
    BOT = "bot"
    OPTED_OUT = "opted_out"


class Malformed(Exception):
    """A request that is not a hit: answered 400.

    `errors` maps a field's name to sentences that say what is wrong with it.
    """

    def __init__(self, **errors: str) -> None:
        super().__init__(str(errors))
        self.errors = {name: [text] for name, text in errors.items()}


class StorageDown(Exception):
    """The hit could not be committed: answered 503, and the client may send it again."""
