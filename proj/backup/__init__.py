"""Backups of all that the server keeps, and servers made from them: see docs/backups.md."""
