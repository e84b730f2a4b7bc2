"""Every mail that the server sends: `outbox.send` to people, `admins.tell_admins` of failures."""
