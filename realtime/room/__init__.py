"""Everybody who has a site open: what one of them changes, the others see at once."""

from realtime.room.telling import tell

__all__ = ["tell"]
