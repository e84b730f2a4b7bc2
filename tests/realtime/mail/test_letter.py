import pytest
from django.core.mail import BadHeaderError

from realtime.mail.letter import Letter, inert, write

INVITATION = {
    "by": "grace@example.com",
    "kind": "team",
    "team": "Night shift",
    "site": "",
    "link": "https://stats.example.com/invitation?token=a&more=b",
}


def invitation(to: str = "ada@example.com", **names: str) -> Letter:
    return write("invitation", to, {**INVITATION, **names})


def test_text_and_html_say_the_same_and_both_have_the_link():
    [text, (html, kind)] = [
        invitation().email().body,
        *invitation().email().alternatives,
    ]

    for body, link in ((text, INVITATION["link"]), (html, "invitation?token=a&amp;more=b")):
        assert ("invites you to the team “Night shift”" in body, link in body) == (True, True)
    assert "text/html" == kind


def test_headers_say_that_a_machine_wrote_it_and_from_where(settings):
    settings.PUBLIC_URL = "https://stats.example.com"
    settings.EMAIL_REPLY_TO = "help@example.com"

    message = invitation().email().message()

    assert ["auto-generated", "All", "help@example.com", "ada@example.com"] == [
        message[name] for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "Reply-To", "To")
    ]
    assert message["Message-ID"].endswith("@stats.example.com>")


def test_it_is_the_same_message_whenever_it_is_sent():
    letter = invitation()

    first, second = letter.email().message(), letter.email().message()

    assert (first["Message-ID"], first["Date"]) == (second["Message-ID"], second["Date"])


def test_subject_is_one_line_whatever_a_name_holds():
    letter = write("task_failed", "a@example.com", {"task": "x\r\nBcc: eve@example.com"})

    head, _, _ = letter.email().message().as_string().partition("\n\n")

    assert "Footfall: task failed: x Bcc: eve@example.com" == letter.subject
    assert not [line for line in head.splitlines() if line.startswith("Bcc")]


def test_address_of_two_lines_is_refused():
    with pytest.raises(BadHeaderError):
        invitation(to="ada@example.com\nBcc: eve@example.com").email()


def test_reply_to_of_two_lines_is_refused():
    letter = write("invitation", "ada@example.com", INVITATION, reply_to="a@b.example\r\nBcc: e@e")

    with pytest.raises(BadHeaderError):
        letter.email()


def test_name_is_escaped_in_html_and_plain_in_text():
    letter = invitation(team="<b>Tom</b> & Jerry")

    assert ("“<b>Tom</b> & Jerry”" in letter.text, "“<b>Tom" in letter.html) == (True, False)
    assert "“&lt;b&gt;Tom&lt;/b&gt; &amp; Jerry”" in letter.html


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("Night shift", "Night shift"),
        ("Pay now\n\nhttps://evil.example", "Pay now https:\u200b/\u200b/\u200bevil.\u200bexample"),
        ("www.evil.example", "www.\u200bevil.\u200bexample"),
        ("\u202egnp.exe\x1b[31m\x00", "gnp.\u200bexe [31m"),
        ("x" * 200, "x" * 100),
    ],
    ids=["usual", "an address on a line of its own", "a host", "control characters", "long"],
)
def test_name_is_read_as_one_short_line_without_links(name, read):
    assert read == inert(name)


def test_parts_left_out_leave_no_gap():
    letter = write("task_failed", "a@example.com", {"task": "drain", "error": "ValueError"})

    assert "\n\n\n" not in letter.text
