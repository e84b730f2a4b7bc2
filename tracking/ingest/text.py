"""Text as storage can hold it."""

UNSTORABLE = dict.fromkeys(range(0xD800, 0xE000))  # lone surrogates: no UTF-8, no SQLite binding
UNSTORABLE[0] = None  # refused by PostgreSQL


def storable(text: str) -> str:
    """The text without NUL and lone surrogates."""
    return text.translate(UNSTORABLE) if not text.isascii() or "\0" in text else text


def cut(text: str, size: int) -> str:
    """The text's longest beginning of at most `size` bytes of UTF-8."""
    data = text.encode("utf-8", "ignore")
    return text if len(data) <= size else data[:size].decode("utf-8", "ignore")
