"""The visitor id: a keyed hash that nobody can turn back once the day's salt is gone."""

from hashlib import blake2b


def visitor_id(salt: bytes, site_id: int, address: str, user_agent: str) -> int:
    """A signed 64-bit number, the same for one sender on one site while the salt lives.

    BLAKE2b in its keyed mode (RFC 7693, section 2.9) is a pseudo-random function of its input.
    """
    digest = blake2b(
        f"{site_id}\0{address}\0{user_agent}".encode("utf-8", "replace"), key=salt, digest_size=8
    ).digest()
    return int.from_bytes(digest, "big", signed=True)
