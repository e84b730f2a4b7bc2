"""Why a hit is not accepted."""

from enum import StrEnum


class Reason(StrEnum):
    """A well-formed hit that is not counted.

    Answered as an accepted one with the reason in a header; a limit's answer is 429.
    """

    UNKNOWN_SITE = "unknown_site"
    SITE_PAUSED = "site_paused"  # by an admin of the server
    KEY = "key"  # its format takes it only with an API key of the site
    BOT = "bot"
    OPTED_OUT = "opted_out"
    HOSTNAME = "hostname"
    ADDRESS = "address"
    COUNTRY = "country"
    PAGE = "page"
    SITE_LIMIT = "site_limit"
    ADDRESS_LIMIT = "address_limit"
    SPAM = "spam"


LIMITS = frozenset({Reason.SITE_LIMIT, Reason.ADDRESS_LIMIT})


class Malformed(Exception):
    """A request that is not a hit: answered 400.

    `errors` maps a field's name to sentences that say what is wrong with it.
    """

    def __init__(self, **errors: str) -> None:
        super().__init__(str(errors))
        self.errors = {name: [text] for name, text in errors.items()}


class StorageDown(Exception):
    """The hit could not be committed: answered 503, and the client may send it again."""
