import re

import pytest

from proj.email_url import parse

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def smtp(**settings: object) -> dict[str, object]:
    return {
        "EMAIL_BACKEND": SMTP,
        "EMAIL_HOST": "mail.example.com",
        "EMAIL_PORT": 25,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
        "EMAIL_TIMEOUT": 10,
        **settings,
    }


LOGIN = {"EMAIL_HOST_USER": "me@example.com", "EMAIL_HOST_PASSWORD": "a/b"}
WITH_LOGIN = "me%40example.com:a%2Fb@mail.example.com"


@pytest.mark.parametrize(
    ("address", "settings"),
    [
        ("smtp://mail.example.com", smtp()),
        ("smtp://mail.example.com?tls=true", smtp(EMAIL_USE_TLS=True, EMAIL_PORT=587)),
        (f"smtp://{WITH_LOGIN}", smtp(EMAIL_USE_TLS=True, EMAIL_PORT=587, **LOGIN)),
        (f"smtp://{WITH_LOGIN}:2525?tls=false", smtp(EMAIL_PORT=2525, **LOGIN)),
        (f"submission://{WITH_LOGIN}", smtp(EMAIL_USE_TLS=True, EMAIL_PORT=587, **LOGIN)),
        (f"smtps://{WITH_LOGIN}", smtp(EMAIL_USE_SSL=True, EMAIL_PORT=465, **LOGIN)),
        ("smtp://mail.example.com?timeout=30", smtp(EMAIL_TIMEOUT=30)),
    ],
    ids=["plain", "tls", "password", "password, plain", "submission", "smtps", "timeout"],
)
def test_mail_server_is_spoken_to_as_its_address_says(address, settings):
    assert (settings, True) == (parse(address).settings, parse(address).sends)


def test_file_is_a_whole_path():
    assert {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": "/var/lib/footfall/mail out",
    } == parse("file:///var/lib/footfall/mail%20out").settings


@pytest.mark.parametrize("address", ["console://", "dummy://"])
def test_what_is_printed_or_thrown_away_reaches_nobody(address):
    assert not parse(address).sends


EXAMPLE = "must be an address such as smtp://user:password@host:587"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("mail", EXAMPLE),
        ("pop3://mail.example.com", EXAMPLE),
        ("smtp://", EXAMPLE),
        ("smtp://mail.example.com:99999", EXAMPLE),
        ("smtp://mail.example.com:0", EXAMPLE),
        ("smtp://mail.example.com/inbox", EXAMPLE),
        (
            "smtp://me@mail.example.com",
            "must have both a user and a password, percent-encoded, or neither",
        ),
        ("smtp://mail.example.com?tls=1", "must have tls=true or tls=false"),
        ("smtp://mail.example.com?timeout=0", "must have a timeout of 1 to 120 seconds"),
        ("smtp://mail.example.com?timeout=x", "must have a timeout of 1 to 120 seconds"),
        (
            "smtps://mail.example.com?tls=false",
            "has the unknown option 'tls'; smtps:// has timeout",
        ),
        ("smtp+tls://mail.example.com", "must begin with submission:// for what it says"),
        ("smtp+ssl://mail.example.com", "must begin with smtps:// for what it says"),
        ("consolemail://", "must begin with console:// for what it says"),
        (
            "smtps://mail.example.com:587",
            "has TLS from the start on the port of STARTTLS: write submission://",
        ),
        ("file://mail", "must name a whole path, such as file:///var/lib/footfall/mail"),
    ],
)
def test_wrong_address_is_told_in_words(address, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        parse(address)
