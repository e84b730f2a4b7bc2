"""A mail as it is read: its template, filled in as text and as HTML."""

import re
from base64 import b64decode
from dataclasses import asdict, dataclass, field
from email.mime.image import MIMEImage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone

SUBJECT = "Subject:"
# An answer to one of these would be of no use: RFC 3834, and Microsoft's own word for it.
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
LONGEST_NAME = 100
# Behind these, mail programs see the parts of an address, and make a link of it.
JOINTS = re.compile(r"([.:/@])")
ZERO_WIDTH_SPACE = "\u200b"
# By which the HTML names the picture that comes with it: `cid:chart`.
PICTURE = "chart"
MAY_LACK = {"headers", "picture"}


@dataclass(frozen=True)
class Letter:
    """A mail to one person: nobody learns who else got it, and one refusal concerns one alone.

    `message_id` and `date` are those of its writing, the same whenever it is sent: who gets it
    twice can tell. `headers` are more of them; `picture` is a PNG in base64 that the HTML shows as
    `cid:chart`, empty where there is none.
    """

    to: str
    subject: str
    text: str
    html: str
    reply_to: str
    message_id: str
    date: str
    headers: dict[str, str] = field(default_factory=dict)
    picture: str = ""

    def email(self) -> EmailMultiAlternatives:
        """As Django sends it. Raises BadHeaderError where a header would have two lines."""
        message = EmailMultiAlternatives(
            self.subject,
            self.text,
            to=[self.to],
            reply_to=[self.reply_to] if self.reply_to else None,
            headers={
                "Message-ID": self.message_id,
                "Date": self.date,
                **AUTOMATIC,
                **self.headers,
            },
        )
        message.attach_alternative(self.html, "text/html")
        if self.picture:
            # RFC 2387: what belongs together, the picture to the page before it.
            message.mixed_subtype = "related"  # type: ignore[attr-defined]
            message.attach(picture_part(self.picture))
        message.message()
        return message

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON has it; an older version of the server knows nothing of what is empty here."""
        found = asdict(self)
        return {name: value for name, value in found.items() if value or name not in MAY_LACK}


def write(name: str, to: str, context: dict[str, Any], reply_to: str = "", **more: Any) -> Letter:
    """Fill in `templates/mail/<name>.txt`, whose first line is the subject, and `.html`.

    Both get the context and `public_url`, the HTML the `subject` besides. `reply_to` is where an
    answer goes, unless to the server's own address for them; `more` are further fields.
    """
    context = {"public_url": settings.PUBLIC_URL, **context}
    subject, text = text_of(name, context)
    fields = {
        "to": to,
        "subject": subject,
        "text": text,
        "html": render_to_string(f"mail/{name}.html", {**context, "subject": subject}),
        "reply_to": reply_to or settings.EMAIL_REPLY_TO,
        "message_id": make_msgid(domain=host()),
        "date": format_datetime(timezone.now()),
    }
    return Letter(**{**fields, **more})


def host() -> str:
    """The name in a message's id."""
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def picture_part(picture: str) -> MIMEImage:
    part = MIMEImage(b64decode(picture), "png")
    part.add_header("Content-ID", f"<{PICTURE}>")
    part.add_header("Content-Disposition", "inline", filename=f"{PICTURE}.png")
    return part


def text_of(name: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and body."""
    template = get_template(f"mail/{name}.txt").template  # type: ignore[attr-defined]
    filled = template.render(Context(context, autoescape=False)).strip()
    head, _, body = filled.partition("\n\n")
    # Where a part is left out, its empty lines stay.
    return " ".join(head.removeprefix(SUBJECT).split()), re.sub(r"\n{3,}", "\n\n", body) + "\n"


def inert(name: str) -> str:
    """A name that somebody gave, to be read by somebody else: one short line, and never a link."""
    line = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    return JOINTS.sub(rf"\1{ZERO_WIDTH_SPACE}", line[:LONGEST_NAME])
