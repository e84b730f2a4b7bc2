"""Mails that wait to be sent."""

from django.db import models


class OutgoingMail(models.Model):
    """A mail until a mail server has taken it.

    `letter` is a `realtime.mail.letter.Letter` as JSON, encrypted under the secret key: it holds an
    address and may hold a link that opens an account. Whoever sends it holds it until `busy_until`.
    """

    name = models.CharField(max_length=60, help_text="Of its template.")
    letter = models.TextField(editable=False)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    busy_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name} of {self.created_at:%Y-%m-%d %H:%M}"
