"""Access logs of web servers as events: the requests for pages that people made."""
