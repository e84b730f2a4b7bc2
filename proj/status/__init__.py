"""What an operator wants to know of the server: see `proj.status.checks`."""
